//! Numbers as a person reads them.

/// A number with four significant digits, in at most nine characters.
pub(super) fn short(x: f64) -> String {
    if x == 0.0 {
        return "0".into();
    }
    if !x.is_finite() {
        return x.to_string();
    }
    let place = x.abs().log10().floor() as i32;
    match place {
        -3..6 => format!("{x:.*}", (3 - place).clamp(0, 6) as usize),
        _ => format!("{x:.3e}"),
    }
}

/// The same without the zeros at its end: `0.001`, `12.5`, `5e-5`.
pub(super) fn plain(x: f64) -> String {
    let text = short(x);
    let (digits, power) = text.split_once('e').map_or((&*text, String::new()), |(d, e)| (d, format!("e{e}")));
    let digits =
        if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
    format!("{digits}{power}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_digits_take_nine_characters_at_most() {
        let numbers =
            [0.0, 0.1, -0.001234567, 0.00055881, -0.000012, 123456.7, -98765.4, 1234567.0, f64::NAN];
        let told = numbers.map(short);
        assert_eq!(
            told,
            ["0", "0.1000", "-0.001235", "5.588e-4", "-1.200e-5", "123457", "-98765", "1.235e6", "NaN"]
        );
        assert!(told.iter().all(|text| text.len() <= 9));
        assert_eq!(
            [0.001, 12.5, 5e-5, 100.0, 0.0, 3.0e-4].map(plain),
            ["0.001", "12.5", "5e-5", "100", "0", "3e-4"]
        );
    }
}
