//! The unit of errors of real values.

use std::fmt;

use crate::preset::{Preset, TargetChoice};

/// What MAE and RMSE are told in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    /// The unit of the column of this name.
    Of(String),
    /// Means over all columns of a table, or over all numbers of an input, each in its own unit.
    OfEach(Each),
}

/// What has a unit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Each {
    /// A column.
    Column,
    /// A number of an input.
    Number,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Unit::Of(name) => write!(f, "the unit of '{name}'"),
            Unit::OfEach(Each::Column) => f.write_str("each column's own unit, averaged over the columns"),
            Unit::OfEach(Each::Number) => f.write_str("each input's own unit, averaged over the inputs"),
        }
    }
}

/// What is known of the values that a network predicts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Predicted<'a> {
    /// The name of the column that is predicted, where it has one.
    pub label: Option<&'a str>,
    /// The names of a table's columns that are inputs.
    pub columns: &'a [String],
    /// Whether they are classes.
    pub are_classes: bool,
    /// Whether errors are scaled back: not those of pixels.
    pub is_scaled: bool,
}

impl Unit {
    /// The unit of the errors of a network that predicts real values of a table, or its inputs.
    pub(super) fn of(preset: &Preset, predicted: Predicted) -> Option<Self> {
        let Predicted { label, columns, are_classes, is_scaled } = predicted;
        if are_classes || !preset.predicts() {
            return None;
        }
        match (preset.data.targets, columns) {
            (TargetChoice::Labels, _) => label.map(|label| Unit::Of(label.to_string())),
            (TargetChoice::Input, _) if !is_scaled => None,
            (TargetChoice::Input, [column]) => Some(Unit::Of(column.clone())),
            (TargetChoice::Input, []) => Some(Unit::OfEach(Each::Number)),
            (TargetChoice::Input, _) => Some(Unit::OfEach(Each::Column)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::parse;

    #[test]
    fn errors_are_in_the_unit_of_what_is_predicted() {
        let of = |targets: &str, columns: &[&str], is_scaled: bool| {
            let text = format!(
                "(name: \"a\", title: \"\", data: (source: iris, targets: {targets}), layers: [Dense(units: 1)],
                  loss: huber, optimizer: SGD(), train: (epochs: 1, batch_size: 1))"
            );
            let columns: Vec<String> = columns.iter().map(ToString::to_string).collect();
            let predicted =
                Predicted { label: Some("price"), columns: &columns, are_classes: false, is_scaled };
            Unit::of(&parse::parse(&text, "a.ron").unwrap(), predicted).map(|unit| unit.to_string())
        };
        assert_eq!(of("labels", &["a", "b"], true).unwrap(), "the unit of 'price'");
        assert_eq!(of("input", &["a"], true).unwrap(), "the unit of 'a'");
        let each = "each column's own unit, averaged over the columns";
        assert_eq!(of("input", &["a", "b"], true).unwrap(), each);
        assert_eq!(of("input", &[], true).unwrap(), "each input's own unit, averaged over the inputs");
        assert_eq!(of("input", &[], false), None);
    }
}
