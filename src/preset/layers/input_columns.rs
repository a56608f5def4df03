//! Input: some columns of a table's row, by their names.

use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::kind::{Family, LayerKind, SimpleLayer};
use super::weights::Parameters;
use crate::preset::field::{AsValue, Field, FieldKind, Fields};
use crate::preset::nearest::nearest;
use crate::preset::path::Path;
use crate::preset::shapes::{ShapeError, show};

/// `[features]` to `[features']`: what some columns of a table become, in the order in which they are named. A column of numbers is one
/// feature, one of words has a feature for each word or the vector of its word. It stands where a table's row comes in: first in the
/// network, or first in a branch of [`Branches`](super::Branches) that is first itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The columns' names.
    pub columns: Vec<String>,
    /// The row that comes in, known once the data is ([`of_row`](super::of_row)); `None` where it is not a table's row.
    #[serde(skip)]
    pub(super) row: Option<Arc<[RowColumn]>>,
}

/// A column of a table in the row that a network's layers get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowColumn {
    /// Its name.
    pub name: String,
    /// Its features, vectors of words included.
    pub width: usize,
}

impl Fields for Input {
    const FIELDS: &'static [Field] = &[Field {
        name: "columns",
        kind: FieldKind::Texts,
        help: "the names of a table's columns, in the order in which they are passed on",
        refusal: None,
    }];

    fn contents(&self) -> Vec<&dyn AsValue> {
        vec![&self.columns]
    }
}

impl Input {
    /// Where the columns are in the row that comes in, in the order in which they are named.
    ///
    /// # Errors
    /// When the row does not have them, or no row of a table comes in.
    pub fn places(&self) -> Result<Vec<Range<usize>>, ShapeError> {
        let Some(row) = &self.row else {
            return Err(ShapeError::whole(
                "Input picks columns of a table, and no row of a table comes in here",
                "put it first in the network, or first in a branch of Branches that is the first layer",
            ));
        };
        if row.is_empty() {
            return Err(ShapeError::whole(
                "Input picks columns by their names, and this data has none",
                "use a table, such as a csv source, or leave the layer out",
            ));
        }
        let names = || row.iter().map(|column| &column.name[..]);
        let (shown, all) = (names().take(SHOWN).collect::<Vec<_>>().join(", "), names().count());
        let there_are = match all.saturating_sub(SHOWN) {
            0 => format!("there are {shown}"),
            more => format!("there are {shown} and {more} more"),
        };
        if self.columns.is_empty() {
            return Err(ShapeError::at(
                "columns",
                "Input picks no columns",
                format!("name at least one; {there_are}"),
            ));
        }
        let mut places = Vec::with_capacity(self.columns.len());
        for (number, name) in self.columns.iter().enumerate() {
            let at = |problem: String, help: String| ShapeError {
                path: Path::to("columns").index(number),
                problem,
                help,
            };
            if self.columns[..number].contains(name) {
                return Err(at(
                    format!("Input picks the column '{name}' twice"),
                    "name each column once".into(),
                ));
            }
            let mut end = 0;
            let place = row.iter().find_map(|column| {
                let start = end;
                end += column.width;
                (column.name == *name).then_some(start..end)
            });
            match place {
                Some(place) => places.push(place),
                None => {
                    let near = nearest(name, names()).map(|near| format!("did you mean '{near}'? "));
                    let problem = format!("the table has no input column '{name}'");
                    return Err(at(problem, format!("{}{there_are}", near.unwrap_or_default())));
                }
            }
        }
        Ok(places)
    }
}

/// The most names of columns in a message.
const SHOWN: usize = 12;

impl LayerKind for Input {
    fn family(&self) -> Family {
        Family::Reshaping
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        let places = self.places()?;
        let width = self.row.iter().flat_map(|row| row.iter()).map(|column| column.width).sum();
        if *input != [width] {
            let (shown, width) = (show(input), show(&[width]));
            return Err(ShapeError::whole(
                format!("Input picks columns of a row {width}, and its input is {shown}"),
                "put it first in the network, or first in a branch of Branches that is the first layer",
            ));
        }
        Ok(vec![places.iter().map(Range::len).sum()])
    }
}

impl SimpleLayer for Input {
    fn parameters(&self, _: &[usize]) -> Parameters {
        Parameters::default()
    }

    fn scratch(&self, _: &[usize], _: &[usize]) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::layers::{Layer, of_row, output_shape};

    /// The error of a network over rows of a user's vector, two numbers and a word of three.
    fn shape(layers: &str) -> Result<Vec<usize>, String> {
        let row = [("user", 4), ("age", 1), ("height", 1), ("city", 3)];
        let row = row.map(|(name, width)| RowColumn { name: name.into(), width });
        let layers = of_row(&ron::from_str::<Vec<Layer>>(layers).unwrap(), &row);
        let all = layers.iter().try_fold(vec![9], |shape, layer| output_shape(layer, &shape));
        all.map_err(|error| format!("{}| {error}", error.path))
    }

    #[test]
    fn columns_are_picked_in_the_order_in_which_they_are_named() {
        assert_eq!(shape(r#"[Input(columns: ["city", "age"])]"#), Ok(vec![4]));
        let towers = r#"[Branches(merge: dot, branches: [[Input(columns: ["user"])],
            [Input(columns: ["height", "city"])]])]"#;
        assert_eq!(shape(towers), Ok(vec![1]));
        let row = [("a", 2), ("b", 3)].map(|(name, width)| RowColumn { name: name.into(), width });
        let Layer::Input(input) =
            &of_row(&[ron::from_str(r#"Input(columns: ["b", "a"])"#).unwrap()], &row)[0]
        else {
            panic!("it is an Input")
        };
        assert_eq!(input.places(), Ok(vec![2..5, 0..2]));
    }

    #[test]
    fn what_cannot_be_picked_is_told_with_what_can() {
        let refused = |layers: &str, expected: &str| assert_eq!(shape(layers), Err(expected.into()));
        refused(
            r#"[Input(columns: ["age", "heigth"])]"#,
            "columns[1]| the table has no input column 'heigth': did you mean 'height'? there are user, age, height, city",
        );
        refused(
            r#"[Input(columns: ["age", "age"])]"#,
            "columns[1]| Input picks the column 'age' twice: name each column once",
        );
        refused(
            "[Input(columns: [])]",
            "columns| Input picks no columns: name at least one; there are user, age, height, city",
        );
        refused(
            r#"[Dense(units: 9), Input(columns: ["age"])]"#,
            "| Input picks columns of a table, and no row of a table comes in here: put it first in the network, or first in \
             a branch of Branches that is the first layer",
        );
        let images = of_row(&ron::from_str::<Vec<Layer>>(r#"[Input(columns: ["age"])]"#).unwrap(), &[]);
        let error = output_shape(&images[0], &[28, 28, 1]).unwrap_err();
        assert_eq!(error.problem, "Input picks columns by their names, and this data has none");
    }
}
