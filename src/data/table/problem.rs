//! What is wrong with the rows of a table.

use std::fmt;

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

/// What goes after "line 7".
impl fmt::Display for InRow {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if let Some((place, name)) = &self.column {
            write!(f, ", column {place} ('{name}')")?;
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
    /// The row's line.
    pub line: u64,
    /// What is wrong.
    pub in_row: InRow,
}

impl fmt::Display for RowProblem {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "line {}{}", self.line, self.in_row)
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
