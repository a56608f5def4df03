//! A number as messages write it.

/// Whether a number is written without an exponent.
pub fn is_usual(number: f64) -> bool {
    number == 0.0 || (1e-6..1e15).contains(&number.abs())
}

/// A number as briefly as it can be read again: one that is very large or very small with an exponent.
pub fn written(number: f64) -> String {
    if is_usual(number) || !number.is_finite() { number.to_string() } else { format!("{number:e}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_short_as_they_can_be_read_again() {
        for (number, text) in [
            (0.0, "0"),
            (-12.5, "-12.5"),
            (1e300, "1e300"),
            (-5.05e301, "-5.05e301"),
            (123_456_789.0, "123456789"),
            (1e-9, "1e-9"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(written(number), text);
            assert_eq!(text.parse(), Ok(number));
        }
    }
}
