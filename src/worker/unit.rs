//! The unit of errors of real values.

use std::fmt;

use crate::preset::{Metric, Preset, TargetChoice};

/// What MAE and RMSE are told in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    /// The unit of the column of this name; empty where it has none.
    Of(String),
    /// Means over several, as scikit-learn averages them: of each first, then over all.
    OfEach(Each),
}

/// What errors are averaged over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Each {
    /// The columns of a table, each in its own unit.
    Column,
    /// The numbers of an input, each in its own unit.
    Number,
    /// The values that a sample should give, each in its own unit.
    Target,
    /// The pixels of an image, in shares of full brightness.
    Pixel,
    /// The classes, in what their outputs are.
    Class,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Unit::Of(name) if name.is_empty() => f.write_str("the unit of the label"),
            Unit::Of(name) => write!(f, "the unit of '{name}'"),
            Unit::OfEach(Each::Column) => f.write_str("each column's own unit, averaged over the columns"),
            Unit::OfEach(Each::Number) => f.write_str("each input's own unit, averaged over the inputs"),
            Unit::OfEach(Each::Target) => f.write_str("each target's own unit, averaged over the targets"),
            Unit::OfEach(Each::Pixel) => f.write_str("shares of full brightness, averaged over the pixels"),
            Unit::OfEach(Each::Class) => f.write_str("the outputs' unit, averaged over the classes"),
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
    /// How many values a sample has that are scaled back; none of pixels.
    pub scaled: usize,
    /// Whether inputs are pixels.
    pub are_pixels: bool,
}

impl Unit {
    /// The unit of the errors of a network that predicts real values of a table, or its inputs.
    pub(super) fn of(preset: &Preset, predicted: Predicted) -> Option<Self> {
        let Predicted { label, columns, are_classes, scaled, are_pixels } = predicted;
        let is_error = |metric: &Metric| matches!(metric, Metric::Mae | Metric::Rmse);
        let are_wanted = preset.train.metrics.iter().any(is_error);
        let are_usual = !(are_classes || preset.gives_targets() && preset.loss.compares_probabilities());
        if !preset.predicts() || !are_wanted && !are_usual {
            return None;
        }
        if are_classes {
            return Some(Unit::OfEach(Each::Class));
        }
        match (preset.data.targets, columns) {
            (TargetChoice::Labels, _) if scaled > 1 => Some(Unit::OfEach(Each::Target)),
            (TargetChoice::Labels, _) => label.map(|label| Unit::Of(label.to_string())),
            (TargetChoice::Input, _) if are_pixels => Some(Unit::OfEach(Each::Pixel)),
            (TargetChoice::Input, _) if scaled == 0 => None,
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
        let of = |targets: &str, columns: &[&str], known: Predicted, loss: &str, metrics: &str| {
            let text = format!(
                "(name: \"a\", title: \"\", data: (source: iris, targets: {targets}), layers: [Dense(units: 1)],
                  loss: {loss}, optimizer: SGD(), train: (epochs: 1, batch_size: 1, metrics: [{metrics}]))"
            );
            let columns: Vec<String> = columns.iter().map(ToString::to_string).collect();
            let predicted = Predicted { columns: &columns, ..known };
            Unit::of(&parse::parse(&text, "a.ron").unwrap(), predicted).map(|unit| unit.to_string())
        };
        let known = |scaled| Predicted {
            label: Some("price"),
            columns: &[],
            are_classes: false,
            scaled,
            are_pixels: false,
        };
        let values = |targets, columns: &[&str], scaled| of(targets, columns, known(scaled), "huber", "");
        assert_eq!(values("labels", &["a", "b"], 1).unwrap(), "the unit of 'price'");
        assert_eq!(values("labels", &[], 3).unwrap(), "each target's own unit, averaged over the targets");
        assert_eq!(values("input", &["a"], 1).unwrap(), "the unit of 'a'");
        let each = "each column's own unit, averaged over the columns";
        assert_eq!(values("input", &["a", "b"], 2).unwrap(), each);
        assert_eq!(values("input", &[], 2).unwrap(), "each input's own unit, averaged over the inputs");
        assert_eq!(values("input", &[], 0), None);
        let pixels = Predicted { are_pixels: true, ..known(0) };
        let of_pixels = of("input", &[], pixels, "huber", "").unwrap();
        assert_eq!(of_pixels, "shares of full brightness, averaged over the pixels");
        let classes = Predicted { are_classes: true, ..known(0) };
        assert_eq!(of("labels", &[], classes, "huber", ""), None, "no error is told");
        let of_classes = of("labels", &[], classes, "huber", "rmse").unwrap();
        assert_eq!(of_classes, "the outputs' unit, averaged over the classes");
        assert_eq!(of("labels", &[], known(3), "binary_crossentropy", ""), None);
    }
}
