//! Round numbers that learning rates go through.

/// The neighbour of `value` among 1, 1.5, 2, 3, 5 and 7 times the powers of ten, from 1e-8 to 10.
pub fn next_round(value: f64, up: bool) -> f64 {
    let mut rounds = Vec::with_capacity(60);
    for exponent in -8..=0 {
        for digits in ["1", "1.5", "2", "3", "5", "7"] {
            // Parsed, not computed, so that 0.0015 is the nearest number to it and prints as such.
            rounds.extend(format!("{digits}e{exponent}").parse::<f64>());
        }
    }
    rounds.push(10.0);
    let beyond = 1e-9;
    if up {
        rounds.iter().copied().find(|&r| r > value * (1.0 + beyond)).unwrap_or(value.max(10.0))
    } else {
        rounds.iter().copied().rfind(|&r| r < value * (1.0 - beyond)).unwrap_or(value.min(1e-8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_go_through_round_numbers() {
        assert_eq!(next_round(0.001, true), 0.0015);
        assert_eq!(next_round(0.001, false), 0.0007);
        assert_eq!(next_round(0.0012, true), 0.0015);
        assert_eq!(next_round(0.0012, false), 0.001);
        assert_eq!(next_round(10.0, true), 10.0);
        assert_eq!(next_round(1e-8, false), 1e-8);
        assert_eq!(next_round(0.0, true), 1e-8);
    }
}
