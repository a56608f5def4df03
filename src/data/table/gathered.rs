//! The rows of tables as they are read: the numbers of inputs, labels, and how much each counts.

use super::cell::{self, Cell, Numbers, shown};
use super::choice::Choice;
use super::label_cells::{FOR_CLASSES, LabelCells, NO_LABEL, NO_VALUE};
use super::labels::Collected;
use super::parquet::LIST;
use super::problem::InRow;
use super::reader::Row;
use super::sums::{self, SumKind, is_total};
use crate::data::Error;
use crate::data::import::LONGEST_CLASS;
use crate::data::import::rows::Spool;
use crate::preset::CellForm;

/// A column that is no input: its place in the rows of a file, and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub place: usize,
    pub name: String,
}

impl Named {
    pub fn at(place: usize, names: &[String]) -> Self {
        Named { place, name: names[place].clone() }
    }

    /// What is wrong with a row that this column calls a sum of the others.
    pub fn total(&self, row: &Row) -> Option<InRow> {
        total(row, self.place, &self.name)
    }

    fn problem(&self, cell: Option<&str>, what: impl Into<String>) -> InRow {
        InRow { column: Some((self.place + 1, self.name.clone())), cell: cell.map(shown), what: what.into() }
    }
}

/// What is wrong with a row that the column at this place, of this name, calls a sum of the others.
pub fn total(row: &Row, place: usize, name: &str) -> Option<InRow> {
    is_total(cell::at(&row.cells, place)).then(|| sums::in_words(&row.cells, place, name, SumKind::Sum))
}

/// Where the label and the weight of a row are; where there is no label, it is empty, and where there is no weight, it is 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Beside {
    pub label: Option<Named>,
    /// What the label may be.
    pub cells: LabelCells,
    /// How the label is written, where it is a value and no plain number.
    pub form: Option<CellForm>,
    pub weight: Option<Named>,
}

impl Beside {
    /// The label and the weight of a row.
    ///
    /// # Errors
    /// When the label is missing, is not what it may be, or is longer than any class, or the weight is not a number from 0 on.
    pub fn of<'a>(&self, row: &'a Row, numbers: Numbers) -> Result<(&'a str, f32), InRow> {
        let label = match &self.label {
            None => "",
            Some(column) => match cell::at(&row.cells, column.place) {
                "" => return Err(column.problem(None, NO_LABEL)),
                LIST => {
                    let problem = "has several values in a row, and a label is one; name another column";
                    return Err(column.problem(Some(LIST), problem));
                }
                label if label.len() > LONGEST_CLASS => {
                    let problem = format!("the label is longer than {LONGEST_CLASS} bytes");
                    return Err(column.problem(None, problem));
                }
                label => match self.cells.check(label, numbers, self.form.as_ref()) {
                    Ok(()) => label,
                    Err(NO_VALUE) => {
                        let name = &column.name;
                        let form = self.form.as_ref().map(|form| format!(" {}", form.in_words()));
                        let form = form.unwrap_or_default();
                        let help =
                            format!("{NO_VALUE}{form}; columns: {{\"{name}\": category}} {FOR_CLASSES}");
                        return Err(column.problem(Some(label), help));
                    }
                    Err(what) => return Err(column.problem(Some(label), what)),
                },
            },
        };
        let Some(column) = &self.weight else { return Ok((label, 1.0)) };
        let weight = cell::at(&row.cells, column.place);
        match numbers.read(weight) {
            Cell::Number(number) if (0.0..=f64::from(f32::MAX)).contains(&number) => {
                Ok((label, number as f32))
            }
            Cell::Missing => Err(column.problem(None, "the weight is missing")),
            // Whether a row counts. Yes and no are more likely to be a label.
            Cell::Word if weight.eq_ignore_ascii_case("true") => Ok((label, 1.0)),
            Cell::Word if weight.eq_ignore_ascii_case("false") => Ok((label, 0.0)),
            Cell::Number(_) | Cell::Word => {
                Err(column.problem(Some(weight), "is not a weight: a number, 0 or above, or True and False"))
            }
        }
    }
}

/// The rows of some tables.
pub(super) struct Gathered {
    pub numbers: Spool,
    pub labels: Collected,
    /// How much each row counts; empty as long as all count the same.
    pub weights: Vec<f32>,
    /// The rows to learn from.
    pub trained: usize,
    /// Cells of inputs that are missing numbers or dates.
    pub missing: u64,
    /// The words of its columns of words, where they are still to be chosen.
    pub choices: Vec<Choice>,
}

impl Gathered {
    pub fn new(origin: &str, in_memory: u64) -> Self {
        Gathered {
            numbers: Spool::new(origin, in_memory),
            labels: Collected::default(),
            weights: Vec::new(),
            trained: 0,
            missing: 0,
            choices: Vec::new(),
        }
    }

    /// Takes a row of the file with this number among all: its inputs, its label and its weight.
    ///
    /// # Errors
    /// When the temporary file for what does not fit into memory cannot be written.
    pub fn push(
        &mut self,
        row: (usize, &Row),
        inputs: &[f64],
        (label, weight): (&str, f32),
        numbers: Numbers,
    ) -> Result<(), Error> {
        let (file, Row { at, .. }) = row;
        if weight != 1.0 && self.weights.is_empty() {
            self.weights = vec![1.0; self.labels.count()];
        }
        if !self.weights.is_empty() || weight != 1.0 {
            self.weights.push(weight);
        }
        self.labels.push(label, numbers, (file, *at));
        self.numbers.push(inputs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::table::Place;

    fn row(cells: &[&str]) -> Row {
        Row { cells: csv::StringRecord::from(cells.to_vec()), at: Place::Line(2) }
    }

    #[test]
    fn a_weight_is_a_number_from_0_on_and_a_row_without_one_is_told() {
        let names = ["y", "w"].map(str::to_string);
        let (label, weight) = (Some(Named::at(0, &names)), Some(Named::at(1, &names)));
        let beside = Beside { label, cells: LabelCells::AnyWord, form: None, weight };
        let read = |cells: &[&str]| {
            let row = row(cells);
            let read = beside.of(&row, Numbers::default()).map(|(label, weight)| (label.to_string(), weight));
            read.map_err(|problem| problem.to_string())
        };
        assert_eq!(read(&["a", " 0.5 "]), Ok(("a".into(), 0.5)));
        assert_eq!(read(&["a", "0"]), Ok(("a".into(), 0.0)));
        assert_eq!(
            (read(&["a", "True"]), read(&["a", "False"])),
            (Ok(("a".into(), 1.0)), Ok(("a".into(), 0.0)))
        );
        assert_eq!(read(&["", "1"]).unwrap_err(), ", column 1 ('y'): the label is missing");
        assert_eq!(read(&["a", "NaN"]).unwrap_err(), ", column 2 ('w'): the weight is missing");
        for wrong in ["-1", "inf", "1e39", "x"] {
            let said = format!(
                ", column 2 ('w'): '{wrong}' is not a weight: a number, 0 or above, or True and False"
            );
            assert_eq!(read(&["a", wrong]).unwrap_err(), said);
        }
    }

    #[test]
    fn weights_are_kept_from_the_first_that_is_not_1_on() {
        let mut gathered = Gathered::new("t", 1000);
        let mut weights = |weight: f32| {
            gathered.push((0, &row(&["a"])), &[0.0], ("a", weight), Numbers::default()).unwrap();
            gathered.weights.clone()
        };
        assert_eq!((weights(1.0), weights(1.0)), (vec![], vec![]));
        assert_eq!((weights(2.0), weights(1.0)), (vec![1.0, 1.0, 2.0], vec![1.0, 1.0, 2.0, 1.0]));
    }
}
