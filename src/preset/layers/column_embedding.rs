//! ColumnEmbedding: learned vectors for the words of a table's columns (Guo and Berkhahn 2016).

use serde::{Deserialize, Serialize};

use super::kind::{Family, LayerKind, SimpleLayer};
use super::weights::Parameters;
use crate::fields;
use crate::preset::field::nested_values;
use crate::preset::path::Path;
use crate::preset::shapes::{ShapeError, show};

/// `[features]` to `[features']`: some features are the numbers of words, from 0, and each of them becomes the vector of its
/// word. All others stay as they are, in their order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnEmbedding {
    /// The features that are numbers of words, in their order.
    pub columns: Vec<EmbeddedColumn>,
}

/// A feature that is the number of a word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddedColumn {
    /// Its place among the features, from 0.
    pub place: usize,
    /// How many words there are. The last one is any word that is not known.
    pub words: usize,
    /// Numbers of a word's vector.
    pub size: usize,
}

impl ColumnEmbedding {
    /// The layer that a network over a table begins with, where some of the table's columns are embedded.
    pub fn of(columns: &[EmbeddedColumn]) -> Option<Self> {
        (!columns.is_empty()).then(|| ColumnEmbedding { columns: columns.to_vec() })
    }
}

nested_values!(EmbeddedColumn);

fields! {
    ColumnEmbedding {
        columns: inside::<Vec<EmbeddedColumn>>(), "the inputs that are numbers of words";
    }
}

fields! {
    EmbeddedColumn {
        place: Integer(Range::NOT_NEGATIVE), "the input's place, from 0";
        words: Integer(Range::COUNT), "how many words there are, with one for all unknown ones";
        size: Integer(Range::COUNT), "numbers of a word's vector";
    }
}

impl LayerKind for ColumnEmbedding {
    fn family(&self) -> Family {
        Family::Core
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        let &[features] = input else {
            return Err(ShapeError::whole(
                format!(
                    "ColumnEmbedding needs the features of a table [features], and its input is {}",
                    show(input)
                ),
                "make it the first layer of a network over a table",
            ));
        };
        let mut next = 0;
        for (number, column) in self.columns.iter().enumerate() {
            if !(next..features).contains(&column.place) {
                return Err(ShapeError {
                    path: Path::to("columns").index(number).field("place"),
                    problem: format!("place {} among {features} features", column.place),
                    help: "name each feature once, in order, counted from 0".into(),
                });
            }
            next = column.place + 1;
        }
        if self.columns.is_empty() {
            return Err(ShapeError::at("columns", "ColumnEmbedding has no columns", "name at least one"));
        }
        let vectors = self.columns.iter().fold(0, |sum: usize, column| sum.saturating_add(column.size));
        Ok(vec![(features - self.columns.len()).saturating_add(vectors)])
    }
}

impl SimpleLayer for ColumnEmbedding {
    fn parameters(&self, _: &[usize]) -> Parameters {
        let tables = self.columns.iter().map(|column| Parameters::weights(&[column.words, column.size]));
        tables.fold(Parameters::default(), |sum, table| sum + table)
    }

    /// The vectors, before they are put among the other features.
    fn scratch(&self, _: &[usize], _: &[usize]) -> u64 {
        self.columns.iter().fold(0, |sum: u64, column| sum.saturating_add(1 + column.size as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(columns: &str) -> ColumnEmbedding {
        ron::from_str(&format!("(columns: {columns})")).unwrap()
    }

    #[test]
    fn words_become_vectors_and_the_other_features_stay() {
        let layer = layer("[(place: 1, words: 5, size: 3), (place: 3, words: 9, size: 2)]");
        assert_eq!(layer.output_shape(&[4]).unwrap(), [7]);
        assert_eq!(layer.parameters(&[4]).trainable, 5 * 3 + 9 * 2);
    }

    #[test]
    fn a_place_that_is_not_there_or_out_of_order_is_refused() {
        let problem = |columns: &str| layer(columns).output_shape(&[4]).unwrap_err();
        let beyond = problem("[(place: 4, words: 5, size: 3)]");
        assert_eq!(beyond.problem, "place 4 among 4 features");
        let twice = problem("[(place: 2, words: 5, size: 3), (place: 2, words: 5, size: 3)]");
        assert_eq!(twice.path.to_string(), "columns[1].place");
        assert!(problem("[]").problem.contains("no columns"));
        let image = layer("[(place: 0, words: 5, size: 3)]").output_shape(&[4, 4]).unwrap_err();
        assert!(image.problem.contains("features of a table"), "{}", image.problem);
    }
}
