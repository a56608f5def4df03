//! How the outputs of branches become one.

use serde::{Deserialize, Serialize};

use crate::preset::field::{Words, other_values};
use crate::preset::shapes::{ShapeError, show};

other_values!(Merge);

/// How the outputs of branches become one; Keras's merging layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Merge {
    /// Their sum, number by number.
    Add,
    /// Side by side along the last axis.
    Concatenate,
    /// Their product, number by number.
    Multiply,
    /// Their mean, number by number.
    Average,
    /// Of two vectors, the sum of their products: `[features]` to `[1]`, as Keras's `Dot(axes=-1)`.
    Dot,
}

impl Merge {
    /// All of them as a preset writes them.
    pub const WORDS: Words = Words {
        names: &["add", "concatenate", "multiply", "average", "dot"],
        help: &[
            "their sum, number by number",
            "side by side along the last axis: channels or features",
            "their product, number by number",
            "their mean, number by number",
            "the dot product of two vectors: one number",
        ],
    };

    /// What it does to shapes, in a sentence about Branches.
    fn verb(self) -> &'static str {
        match self {
            Merge::Add => "add",
            Merge::Concatenate => "concatenate",
            Merge::Multiply => "multiply",
            Merge::Average => "average",
            Merge::Dot => "take the dot product of",
        }
    }

    /// The shape of what is merged of outputs of these shapes.
    ///
    /// # Errors
    /// When they do not fit each other.
    pub(super) fn output(self, outputs: &[Vec<usize>]) -> Result<Vec<usize>, ShapeError> {
        let refuse = |help: &str| {
            let each = outputs.iter().enumerate();
            let shapes: Vec<String> =
                each.map(|(place, shape)| format!("branch {} gives {}", place + 1, show(shape))).collect();
            let problem = format!("Branches cannot {} these shapes: {}", self.verb(), shapes.join(", "));
            Err(ShapeError::at("branches", problem, help))
        };
        let first = &outputs[0];
        let rest = &outputs[1..];
        match self {
            Merge::Add | Merge::Multiply | Merge::Average => match rest.iter().all(|shape| shape == first) {
                true => Ok(first.clone()),
                false => refuse("all branches must give the same shape, or use merge: concatenate"),
            },
            Merge::Concatenate => {
                let Some((_, places)) = first.split_last() else {
                    return refuse("each branch must give at least one axis");
                };
                let fits = |shape: &Vec<usize>| shape.split_last().is_some_and(|(_, own)| own == places);
                if !rest.iter().all(fits) {
                    return refuse(
                        "all axes but the last must be the same; use padding: same and strides that match",
                    );
                }
                let widths = outputs.iter().filter_map(|shape| shape.last());
                let width = widths.fold(0, |sum: usize, width| sum.saturating_add(*width));
                Ok([places, &[width]].concat())
            }
            Merge::Dot => match outputs {
                [a, b] if a == b && a.len() == 1 => Ok(vec![1]),
                [_, _] => refuse(
                    "both branches must give vectors of the same length; end each with Flatten or Dense",
                ),
                _ => refuse("a dot product takes two branches"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::layers::{Layer, leaves, output_shape, parameters};

    fn layer(text: &str) -> Layer {
        ron::from_str(text).unwrap()
    }

    fn shape(text: &str, input: &[usize]) -> Result<Vec<usize>, String> {
        output_shape(&layer(text), input).map_err(|error| format!("{}| {error}", error.path))
    }

    #[test]
    fn shapes_are_those_of_keras_merging_layers() {
        let is = |text: &str, input: &[usize], expected: &[usize]| {
            assert_eq!(shape(text, input).as_deref(), Ok(expected), "{text}");
        };
        let inception = "Branches(merge: concatenate, branches: [[Conv2D(filters: 4, kernel_size: 1)], \
            [Conv2D(filters: 6, kernel_size: 3, padding: same)], []])";
        is(inception, &[8, 8, 3], &[8, 8, 13]);
        is("Branches(merge: average, branches: [[Dense(units: 3)], []])", &[5, 3], &[5, 3]);
        is("Branches(merge: dot, branches: [[Dense(units: 4)], [Dense(units: 4)]])", &[7], &[1]);
        is("Branches(merge: multiply, branches: [[], []])", &[7], &[7]);
    }

    #[test]
    fn branches_that_do_not_fit_are_named_with_their_shapes() {
        let refused = |text: &str, input: &[usize], expected: &str| {
            assert_eq!(shape(text, input), Err(expected.into()));
        };
        refused(
            "Branches(merge: add, branches: [[Dense(units: 4)], []])",
            &[7],
            "branches| Branches cannot add these shapes: branch 1 gives [4], branch 2 gives [7]: all branches must give the same \
             shape, or use merge: concatenate",
        );
        refused(
            "Branches(merge: concatenate, branches: [[Conv2D(filters: 4, kernel_size: 3)], []])",
            &[8, 8, 3],
            "branches| Branches cannot concatenate these shapes: branch 1 gives [6, 6, 4], branch 2 gives [8, 8, 3]: all axes \
             but the last must be the same; use padding: same and strides that match",
        );
        refused(
            "Branches(merge: dot, branches: [[], [], []])",
            &[3],
            "branches| Branches cannot take the dot product of these shapes: branch 1 gives [3], branch 2 gives [3], branch 3 \
             gives [3]: a dot product takes two branches",
        );
        refused(
            "Branches(merge: dot, branches: [[], []])",
            &[3, 2],
            "branches| Branches cannot take the dot product of these shapes: branch 1 gives [3, 2], branch 2 gives [3, 2]: both \
             branches must give vectors of the same length; end each with Flatten or Dense",
        );
        refused(
            "Branches(merge: add, branches: [[]])",
            &[3],
            "branches| Branches has a single branch: give it at least two; [] is one that passes its input on",
        );
        refused(
            "Branches(merge: add, branches: [[Dense(units: 3), Dropout(rate: 1.5)], []])",
            &[3],
            "branches[0][1].rate| rate is 1.5: use a share from 0 to below 1",
        );
    }

    #[test]
    fn parameters_and_what_is_kept_are_those_of_the_branches() {
        let text =
            "Branches(merge: add, branches: [[Dense(units: 9), Dense(units: 3)], [Dense(units: 3)], []])";
        let layer = layer(text);
        let dense = |inputs: u64, units: u64| inputs * units + units;
        let counted = parameters(&layer, &[3]).unwrap().trainable;
        assert_eq!(counted, dense(3, 9) + dense(9, 3) + dense(3, 3));
        // Every output with its gradient, and the sum of the first two branches.
        assert_eq!(layer.scratch(&[3], &[3]), 2 * (9 + 3 + 3) + 2 * 3);
        assert_eq!(leaves(&[layer], &[3]).len(), 3);
    }

    #[test]
    fn every_word_for_a_merge_is_read() {
        for word in Merge::WORDS.names {
            let merge: Merge = ron::from_str(word).unwrap();
            assert_eq!(ron::to_string(&merge).unwrap(), *word);
        }
    }
}
