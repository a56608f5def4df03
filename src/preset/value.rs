//! Whether a text is a value of a field's kind, and in its range.

use serde::de::DeserializeOwned;

use super::field::FieldKind;
use super::layers::options::Pair;
use super::range::Range;
use super::ron_options::options;
use super::sources::sign::is_one as is_sign;
use super::sources::{LabelNames, Paths};

impl FieldKind {
    /// Checks what a person gives a field of this kind; `None` leaves an optional field out. What stands inside a value with
    /// fields of its own is left to whoever reads the whole preset.
    ///
    /// # Errors
    /// What the field takes.
    pub fn check(&self, text: &str) -> Result<(), String> {
        if self.takes(text) {
            return Ok(());
        }
        // The end of a range that is too large to matter is told to whom it matters.
        match self {
            FieldKind::Integer(range)
                if read::<u64>(text).is_some_and(|whole| whole as f64 > range.high()) =>
            {
                Err(format!("{text} is too large: use {}", range.in_words()))
            }
            _ => Err(format!("{text:?} is not {}", self.in_words())),
        }
    }

    /// Whether a field of this kind takes what `text` says.
    pub fn takes(&self, text: &str) -> bool {
        match self {
            FieldKind::Integer(range) => read::<u64>(text).is_some_and(|whole| range.contains(whole as f64)),
            FieldKind::Number(range) => read(text).is_some_and(|number| range.contains(number)),
            FieldKind::Pair(range) => {
                let sizes = |Pair(height, width)| [height as f64, width as f64];
                read(text).is_some_and(|pair| sizes(pair).iter().all(|size| range.contains(*size)))
            }
            FieldKind::Integers(range) => {
                read::<Vec<u64>>(text).is_some_and(|all| all.iter().all(|one| range.contains(*one as f64)))
            }
            FieldKind::NumbersOr(range, words) => words.contains(&text) || are_in(range, text),
            FieldKind::Switch => matches!(text, "true" | "false"),
            FieldKind::Choice(words) => words.contain(text),
            FieldKind::Choices(words) => {
                let inside = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
                let mut each = inside.into_iter().flat_map(|list| list.split(',')).map(str::trim);
                inside.is_some() && each.all(|word| word.is_empty() || words.contain(word))
            }
            FieldKind::Text => read::<String>(text).is_some(),
            FieldKind::Sign => is_sign(text),
            FieldKind::Paths => read::<Paths>(text).is_some(),
            FieldKind::Names => read::<LabelNames>(text).is_some(),
            FieldKind::Texts => read::<Vec<String>>(text).is_some(),
            FieldKind::Nested(_) => true,
        }
    }
}

fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    options().from_str(text).ok()
}

fn are_in(range: &Range, text: &str) -> bool {
    read::<Vec<f64>>(text).is_some_and(|all| all.iter().all(|one| range.contains(*one)))
}

#[cfg(test)]
mod tests {
    use crate::preset::field::{Fields, Range, Words};

    use super::*;

    #[test]
    fn values_of_each_kind_are_told_from_others() {
        let words = Words { names: &["a", "b"], help: &["", ""] };
        let cases: &[(FieldKind, &[&str], &[&str])] = &[
            (FieldKind::Integer(Range::at_least(1.0)), &["1", "20", "1_000"], &["0", "-1", "1.5", "x", ""]),
            (FieldKind::Number(Range::SHARE), &["0", "0.5", "1e-3"], &["1", "NaN", "inf", "x"]),
            (FieldKind::Pair(Range::COUNT), &["3", "(3, 5)"], &["0", "(3, 0)", "(3)", "3.5"]),
            (FieldKind::Integers(Range::COUNT), &["[7, 7, 64]", "[]"], &["7", "[0]", "[1.5]"]),
            (
                FieldKind::NumbersOr(Range::NOT_NEGATIVE, &["balanced"]),
                &["balanced", "[1, 2.5]"],
                &["b", "[-1]"],
            ),
            (FieldKind::Switch, &["true"], &["yes"]),
            (FieldKind::Choice(words), &["a"], &["c", ""]),
            (FieldKind::Choices(words), &["[a, b]", "[]", "[b]"], &["a", "[c]"]),
            (FieldKind::Text, &["\"x\""], &["x", "','"]),
            (FieldKind::Sign, &["','", "\",\"", "'\\t'"], &[",", "\"ab\"", "\"\""]),
            (FieldKind::Paths, &["\"x\"", "[\"x\", \"y\"]"], &["x"]),
            (FieldKind::Names, &["\"x\"", "[\"x\", \"y\"]"], &["x", "[\"x\", \"x\"]"]),
            (FieldKind::Texts, &["[\"x\", \"y\"]"], &["\"x\"", "[x]"]),
        ];
        for (kind, taken, refused) in cases {
            for text in *taken {
                assert!(kind.takes(text), "{text} for {kind:?}");
            }
            for text in *refused {
                assert!(kind.check(text).unwrap_err().contains("is not"), "{text} for {kind:?}");
            }
        }
    }

    #[test]
    fn every_default_is_a_value_of_its_field() {
        let mut checked = 0;
        for section in crate::preset::reference::sections() {
            for entry in section.fields {
                let kind = crate::preset::TrainConfig::FIELDS.iter().find(|field| {
                    entry.path == format!("train.{}", field.name) && entry.default.as_deref() != Some("none")
                });
                if let (Some(field), Some(default)) = (kind, entry.default) {
                    assert!(field.kind.takes(&default), "{}: {default}", entry.path);
                    checked += 1;
                }
            }
        }
        assert!(checked > 3);
    }
}
