//! Numbers by their digits, where double precision does not tell them apart.

use std::cmp::Ordering;

/// Up to here double precision has every whole number: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Whether double precision may have one number for several whole ones there.
pub fn is_beyond(number: f64) -> bool {
    number.abs() >= EXACT && number.is_finite()
}

/// A decimal number: its digits without zeros at either end, and the power of ten of the first of them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Decimal {
    is_negative: bool,
    power: i64,
    digits: Vec<u8>,
}

impl Decimal {
    /// The number that a text is which Rust reads as one.
    fn of(text: &str) -> Self {
        let is_negative = text.starts_with('-');
        let text = text.trim_start_matches(['+', '-']);
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
        digits.drain(..zeros);
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let places = whole.len() as i64 - zeros as i64;
        Decimal {
            is_negative,
            power: exponent.parse::<i64>().unwrap_or_default().saturating_add(places),
            digits,
        }
    }
}

/// Which of two numbers is the smaller one, each with its text and as double precision has it.
pub fn order((a, first): (&str, f64), (b, second): (&str, f64)) -> Ordering {
    let by_digits = || {
        let (a, b) = (Decimal::of(a), Decimal::of(b));
        let size = a.power.cmp(&b.power).then_with(|| a.digits.cmp(&b.digits));
        if a.is_negative { size.reverse() } else { size }
    };
    match first.total_cmp(&second) {
        Ordering::Equal if is_beyond(first) && a != b => by_digits(),
        order => order,
    }
}

/// How many different numbers these texts are, and how many of them double precision tells apart; `None` where it tells all.
pub fn run_together<'a>(texts: impl Iterator<Item = &'a str>) -> Option<(u64, u64)> {
    let number = |text: &'a str| Some((text, text.parse::<f64>().ok()?));
    let mut numbers: Vec<(&str, f64)> = texts.filter_map(number).collect();
    if !numbers.iter().any(|&(_, number)| is_beyond(number)) {
        return None;
    }
    numbers.sort_by(|&a, &b| order(a, b));
    numbers.dedup_by(|&mut a, &mut b| order(a, b) == Ordering::Equal);
    let different = numbers.len() as u64;
    numbers.dedup_by_key(|(_, number)| number.to_bits());
    let seen = numbers.len() as u64;
    (seen < different).then_some((different, seen))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The right order is that of Python's `Decimal`.
    #[test]
    fn numbers_beyond_double_precision_are_told_apart_by_their_digits() {
        let order = |a: &str, b: &str| order((a, a.parse().unwrap()), (b, b.parse().unwrap()));
        let increasing = [
            "-12345678901234567892",
            "-12345678901234567890",
            "7",
            "1152921504606846976",
            "1152921504606846976.5",
            "1152921504606846977",
            "1152921504606847000",
            "12345678901234567890",
            "12345678901234567892",
        ];
        for pair in increasing.windows(2) {
            assert_eq!(order(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(order(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
        for (a, b) in [
            ("100000000000000000000", "1e20"),
            ("1152921504606846976", "+1152921504606846976.0"),
            ("1.152921504606847E18", "01152921504606847000"),
            ("0.1", "0.10"),
        ] {
            assert_eq!(order(a, b), Ordering::Equal, "{a} {b}");
        }
        let found = |texts: &[&str]| run_together(texts.iter().copied());
        assert_eq!(found(&["12345678901234567890", "12345678901234567892", "1e3", "7"]), Some((4, 3)));
        assert_eq!(found(&["9007199254740992", "9007199254740994", "9007199254740992.0"]), None);
    }
}
