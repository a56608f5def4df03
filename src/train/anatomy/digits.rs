//! Numbers as a person reads them.

/// A number with four significant digits, as a person writes it.
pub(super) fn short(x: f64) -> String {
    if x == 0.0 || !x.is_finite() {
        return x.to_string();
    }
    let place = x.abs().log10().floor() as i32;
    match place {
        -4..6 => format!("{x:.*}", (3 - place).clamp(0, 7) as usize),
        _ => format!("{x:.3e}"),
    }
}
