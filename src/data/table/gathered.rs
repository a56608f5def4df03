//! The rows of tables as they are read: the numbers of inputs, labels, and how much each counts.

use super::cell::{self, Cell, Numbers, shown};
use super::choice::Choice;
use super::columns;
use super::label_cells::{FOR_CLASSES, LabelCells, NO_LABEL, NO_VALUE, number_of_several};
use super::labels::Collected;
use super::parquet::LIST;
use super::problem::InRow;
use super::reader::Row;
use super::sums::{self, SumKind, is_total};
use crate::data::Error;
use crate::data::import::LONGEST_CLASS;
use crate::data::import::rows::Spool;
use crate::preset::{CellForm, TableSchema};

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

/// A column that is predicted.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Label {
    pub column: Named,
    /// How it is written, where it is a value and no plain number.
    pub form: Option<CellForm>,
    /// Whether words such as yes and no are 1 and 0, where it is one of several.
    pub is_boolean: bool,
}

impl Label {
    /// The columns at these places, as `schema` has them.
    pub fn all(places: &[usize], names: &[String], schema: &TableSchema) -> Vec<Self> {
        let learned = |at: usize| schema.labels.get(at).filter(|_| schema.labels.len() == places.len());
        let label = |(at, &place): (usize, &usize)| Label {
            column: Named::at(place, names),
            form: learned(at).map_or_else(|| schema.label_form.clone(), |label| label.form.clone()),
            is_boolean: learned(at).is_some_and(|label| label.is_boolean),
        };
        places.iter().enumerate().map(label).collect()
    }

    /// Its cell in a row.
    ///
    /// # Errors
    /// When it is missing, or nothing that a label can be.
    fn cell<'a>(&self, row: &'a Row) -> Result<&'a str, InRow> {
        let Label { column, .. } = self;
        match cell::at(&row.cells, column.place) {
            "" => Err(column.problem(None, NO_LABEL)),
            LIST => {
                let problem = "has several values in a row, and a label is one; name another column";
                Err(column.problem(Some(LIST), problem))
            }
            label if label.len() > LONGEST_CLASS => {
                Err(column.problem(None, format!("the label is longer than {LONGEST_CLASS} bytes")))
            }
            label => Ok(label),
        }
    }

    /// Its cell in a row, where it is the only label and may be what `cells` says.
    fn alone<'a>(&self, row: &'a Row, cells: LabelCells, numbers: Numbers) -> Result<&'a str, InRow> {
        let (label, Label { column, form, .. }) = (self.cell(row)?, self);
        match cells.check(label, numbers, form.as_ref()) {
            Ok(()) => Ok(label),
            Err(NO_VALUE) => {
                let as_category = columns::as_kind(&column.name, "category");
                let form = form.as_ref().map(|form| format!(" {}", form.in_words())).unwrap_or_default();
                let help = format!("{NO_VALUE}{form}; {as_category} {FOR_CLASSES}");
                Err(column.problem(Some(label), help))
            }
            Err(what) => Err(column.problem(Some(label), what)),
        }
    }

    /// Its number in a row, where it is one of several.
    fn value(&self, row: &Row, numbers: Numbers) -> Result<f64, InRow> {
        let (label, Label { column, form, is_boolean }) = (self.cell(row)?, self);
        number_of_several(label, numbers, form.as_ref(), *is_boolean)
            .map_err(|what| column.problem(Some(label), what))
    }
}

/// What a row is to be answered with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Answer<'a> {
    /// The cell of its label; empty where there is none.
    One(&'a str),
    /// The numbers of several labels.
    Several(&'a [f64]),
}

/// Where the labels and the weight of a row are; where there is no label, it is empty, and where there is no weight, it is 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Beside {
    pub labels: Vec<Label>,
    /// What the label may be, where it is one.
    pub cells: LabelCells,
    pub weight: Option<Named>,
    /// The numbers of the last row's labels, where they are several.
    pub values: Vec<f64>,
}

impl Beside {
    /// The labels and the weight of a row.
    ///
    /// # Errors
    /// When a label is missing, is not what it may be, or is longer than any class, or the weight is not a number from 0 on.
    pub fn of<'a>(&'a mut self, row: &'a Row, numbers: Numbers) -> Result<(Answer<'a>, f32), InRow> {
        let label = match &self.labels[..] {
            [] => Answer::One(""),
            [alone] => Answer::One(alone.alone(row, self.cells, numbers)?),
            several => {
                self.values.clear();
                for label in several {
                    self.values.push(label.value(row, numbers)?);
                }
                Answer::Several(&self.values)
            }
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

    /// Takes a row of the file with this number among all: its inputs, its labels and its weight.
    ///
    /// # Errors
    /// When the temporary file for what does not fit into memory cannot be written.
    pub fn push(
        &mut self,
        row: (usize, &Row),
        inputs: &[f64],
        (label, weight): (Answer, f32),
        numbers: Numbers,
    ) -> Result<(), Error> {
        let (file, Row { at, .. }) = row;
        if weight != 1.0 && self.weights.is_empty() {
            self.weights = vec![1.0; self.labels.count()];
        }
        if !self.weights.is_empty() || weight != 1.0 {
            self.weights.push(weight);
        }
        match label {
            Answer::One(cell) => self.labels.push(cell, numbers, (file, *at)),
            Answer::Several(values) => self.labels.push_several(values),
        }
        self.numbers.push(inputs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::table::Place;
    use crate::data::table::label_cells::NO_VALUE_OF_SEVERAL;
    use crate::preset::LabelColumn;

    fn row(cells: &[&str]) -> Row {
        Row { cells: csv::StringRecord::from(cells.to_vec()), at: Place::Line(2) }
    }

    #[test]
    fn a_weight_is_a_number_from_0_on_and_a_row_without_one_is_told() {
        let names = ["y", "w"].map(str::to_string);
        let labels = Label::all(&[0], &names, &TableSchema::default());
        let weight = Some(Named::at(1, &names));
        let mut beside = Beside { labels, cells: LabelCells::AnyWord, weight, values: Vec::new() };
        let mut read = |cells: &[&str]| {
            let row = row(cells);
            let read = beside.of(&row, Numbers::default()).map(|(label, weight)| {
                assert_eq!(label, Answer::One("a"));
                weight
            });
            read.map_err(|problem| problem.to_string())
        };
        assert_eq!((read(&["a", " 0.5 "]), read(&["a", "0"])), (Ok(0.5), Ok(0.0)));
        assert_eq!((read(&["a", "True"]), read(&["a", "False"])), (Ok(1.0), Ok(0.0)));
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
            gathered.push((0, &row(&["a"])), &[0.0], (Answer::One("a"), weight), Numbers::default()).unwrap();
            gathered.weights.clone()
        };
        assert_eq!((weights(1.0), weights(1.0)), (vec![], vec![]));
        assert_eq!((weights(2.0), weights(1.0)), (vec![1.0, 1.0, 2.0], vec![1.0, 1.0, 2.0, 1.0]));
    }

    #[test]
    fn several_labels_are_numbers_each_and_a_row_without_one_is_told() {
        let names = ["a", "b"].map(str::to_string);
        let label = |place, is_boolean| LabelColumn { place, form: None, is_boolean };
        let schema = TableSchema { labels: vec![label(1, true), label(0, false)], ..TableSchema::default() };
        let labels = Label::all(&[1, 0], &names, &schema);
        let mut beside = Beside { labels, cells: LabelCells::Value, weight: None, values: Vec::new() };
        let mut read = |cells: &[&str]| match beside.of(&row(cells), Numbers::default()) {
            Ok((Answer::Several(values), _)) => Ok(values.to_vec()),
            Ok((Answer::One(label), _)) => panic!("one label: {label}"),
            Err(problem) => Err((problem.is_lack_of_label(), problem.to_string())),
        };
        assert_eq!(read(&["2.5", "yes"]), Ok(vec![1.0, 2.5]));
        assert_eq!(read(&["-1", "False"]), Ok(vec![0.0, -1.0]));
        assert_eq!(read(&["", "1"]), Err((true, ", column 1 ('a'): the label is missing".into())));
        assert!(matches!(read(&["1", "nan"]), Err((true, _))));
        let refused = read(&["no", "1"]).unwrap_err();
        assert_eq!(refused, (false, format!(", column 1 ('a'): 'no' {NO_VALUE_OF_SEVERAL}")));
    }
}
