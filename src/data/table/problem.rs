//! What is wrong with the rows of a table.

use std::fmt;

use super::label_cells::{GAP, NO_LABEL};
use super::reader::Place;
use crate::data::Error;

/// What is wrong within a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InRow {
    /// The place of the column, from 1, and its name; `None` where it is the whole row.
    pub column: Option<(usize, String)>,
    /// The cell, in quotes, where that is what is wrong.
    pub cell: Option<String>,
    /// What is wrong; the same for all problems of a kind.
    pub what: String,
}

impl InRow {
    /// Whether nothing is wrong but that the row has no label.
    pub fn is_lack_of_label(&self) -> bool {
        self.what == NO_LABEL || self.what == GAP
    }
}

/// What goes after "line 7" or "row 7".
impl fmt::Display for InRow {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if let Some((place, name)) = &self.column {
            match &name[..] {
                "" => write!(f, ", column {place} (no name)")?,
                name => write!(f, ", column {place} ('{name}')")?,
            }
        }
        match &self.cell {
            Some(cell) => write!(f, ": {cell} {}", self.what),
            None => write!(f, ": {}", self.what),
        }
    }
}

/// What is wrong with a row, and which row it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProblem {
    /// The table.
    pub origin: String,
    /// Where the row is.
    pub at: Place,
    /// What is wrong.
    pub in_row: InRow,
}

impl fmt::Display for RowProblem {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}{}", self.at, self.in_row)
    }
}

impl From<RowProblem> for Error {
    fn from(problem: RowProblem) -> Self {
        Error::Broken { problem: problem.to_string(), origin: problem.origin }
    }
}

/// Takes a problem: to go on without the row, or to end with it.
pub type Sink<'a> = &'a mut dyn FnMut(RowProblem) -> Result<(), Error>;

/// Ends with the first problem.
///
/// # Errors
/// The problem.
pub fn refuse(problem: RowProblem) -> Result<(), Error> {
    Err(problem.into())
}

/// Rows that are left out as broken.
#[derive(Debug, Default)]
pub struct Skipped {
    count: u64,
    first: Option<RowProblem>,
}

impl Skipped {
    /// Takes a problem: it is counted where `is_skipped`, and else the end.
    ///
    /// # Errors
    /// The problem, where it is not skipped.
    pub fn take(&mut self, problem: RowProblem, is_skipped: bool) -> Result<(), Error> {
        if !is_skipped {
            return refuse(problem);
        }
        self.count += 1;
        self.first.get_or_insert(problem);
        Ok(())
    }

    /// How many they are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// What is said of them.
    pub fn in_words(&self) -> Option<String> {
        let first = self.first.as_ref()?;
        let origin = &first.origin;
        Some(match self.count {
            1 => format!("{origin}: a row is left out because it is broken: {first}"),
            count => {
                format!("{count} rows are left out because they are broken; the first: {origin}: {first}")
            }
        })
    }
}
