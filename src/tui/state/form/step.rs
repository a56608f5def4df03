//! The value of a row one step down or up.

use crate::preset::field::{FieldKind, Range};
use crate::preset::form::{Row, RowKind};
use crate::tui::rounds::next_round;

/// The neighbouring choice, the next number, the doubled or halved size; `None` where there is no next one.
pub fn stepped(row: &Row, up: bool) -> Option<String> {
    let RowKind::Value(kind) = row.kind else { return None };
    let next = match kind {
        FieldKind::Switch => (row.value != "true").to_string(),
        FieldKind::Choice(words) => {
            let count = words.names.len();
            let at = words.names.iter().position(|word| *word == row.value).unwrap_or(0);
            words.names[(at + if up { 1 } else { count - 1 }) % count].to_owned()
        }
        FieldKind::Integer(range) => next_integer(&row.label, row.value.parse().ok()?, range, up).to_string(),
        FieldKind::Number(range) => next_number(row.value.parse().ok()?, range, up).to_string(),
        FieldKind::Pair(_)
        | FieldKind::Integers(_)
        | FieldKind::NumbersOr(..)
        | FieldKind::Choices(_)
        | FieldKind::Text
        | FieldKind::Sign
        | FieldKind::Texts
        | FieldKind::Paths
        | FieldKind::Names
        | FieldKind::Nested(_) => return None,
    };
    (kind.takes(&next) && next != row.value).then_some(next)
}

/// Sizes, and counts of samples and the like, are doubled and halved.
fn next_integer(label: &str, whole: u64, range: Range, up: bool) -> u64 {
    let is_size = range == Range::COUNT || label == "batch_size" || (whole >= 100 && label != "seed");
    match (is_size, up) {
        (true, true) => whole.saturating_mul(2).min(u64::from(u32::MAX)),
        (true, false) => whole / 2,
        (false, true) => whole.saturating_add(1),
        (false, false) => whole.saturating_sub(1),
    }
}

/// Shares go by twentieths, other numbers through round ones.
fn next_number(number: f64, range: Range, up: bool) -> f64 {
    let step = if up { 1.0 } else { -1.0 };
    if range.high() <= 1.0 && (number == 0.0 || number >= 0.05) {
        return ((number * 20.0).round() + step) / 20.0;
    }
    if range.high() < f64::MAX && range.high() > 1.0 {
        return (number + step).max(0.0);
    }
    match (number, up) {
        (0.0, true) => 0.0001,
        (number, false) if number <= 1e-6 && range.contains(0.0) => 0.0,
        (number, _) if number > 0.0 => next_round(number, up),
        (number, _) => number + step,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(label: &str, value: &str, kind: FieldKind, up: bool) -> Option<String> {
        let all = crate::preset::form::rows("(train: (epochs: 3))");
        let epochs = all.into_iter().find(|row| row.label == "epochs").expect("it is a field");
        let row = Row { label: label.into(), value: value.into(), kind: RowKind::Value(kind), ..epochs };
        stepped(&row, up)
    }

    #[test]
    fn values_go_through_what_a_person_would_type() {
        let integer = |label, value: &str, range, up| next(label, value, FieldKind::Integer(range), up);
        assert_eq!(integer("epochs", "5", Range::at_least(1.0), true).as_deref(), Some("6"));
        assert_eq!(integer("epochs", "1", Range::at_least(1.0), false), None);
        assert_eq!(integer("units", "128", Range::COUNT, false).as_deref(), Some("64"));
        assert_eq!(integer("seed", "1000", Range::NOT_NEGATIVE, true).as_deref(), Some("1001"));
        let number = |value: &str, range, up| next("x", value, FieldKind::Number(range), up);
        assert_eq!(number("0.1", Range::SHARE, true).as_deref(), Some("0.15"));
        assert_eq!(number("0.95", Range::SHARE, true), None);
        assert_eq!(number("0.001", Range::ABOVE_ZERO, true).as_deref(), Some("0.0015"));
        assert_eq!(number("0", Range::NOT_NEGATIVE, true).as_deref(), Some("0.0001"));
        assert_eq!(number("0", Range::NOT_NEGATIVE, false), None);
        assert_eq!(number("10", Range::between(0.0, 180.0), true).as_deref(), Some("11"));
        assert_eq!(next("x", "true", FieldKind::Switch, true).as_deref(), Some("false"));
    }
}
