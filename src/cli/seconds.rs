//! Seconds on a command line.

/// More are longer than anyone waits: 31 years.
const MOST: f64 = 1e9;

/// Seconds between two things, as an option takes them.
///
/// # Errors
/// When it is no number of the range.
pub(super) fn between(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().map_err(|_| format!("{text} is not a number of seconds"))?;
    if (0.0..=MOST).contains(&number) { Ok(number) } else { Err(format!("use 0 to {MOST} seconds")) }
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn seconds_are_finite_and_not_negative() {
        assert_eq!((between("0"), between("0.05"), between("1e9")), (Ok(0.0), Ok(0.05), Ok(1e9)));
        for wrong in ["-1", "NaN", "inf", "1e10"] {
            assert_eq!(between(wrong).unwrap_err(), "use 0 to 1000000000 seconds");
        }
        assert!(between("soon").unwrap_err().contains("not a number"));
    }
}
