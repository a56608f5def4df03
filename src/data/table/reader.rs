//! What every kind of table is read as: rows of cells, one after another.

use std::fmt;

use super::cell::trimmed;

/// A row of a table.
#[derive(Debug, Default)]
pub struct Row {
    /// Its cells, with any blanks around them.
    pub cells: csv::StringRecord,
    /// Where it is.
    pub at: Place,
}

impl Row {
    /// Its cells, without the blanks around them.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(trimmed)
    }
}

/// Where in its table a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The names of the columns, where a file keeps them apart from its rows.
    Schema,
    /// The line of a text on which the row begins, from 1.
    Line(u64),
    /// The number of a row, from 1: in a spreadsheet that at its left, elsewhere counted without the names of the columns.
    Row(u64),
}

impl Default for Place {
    fn default() -> Self {
        Place::Line(0)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Place::Schema => f.write_str("schema"),
            Place::Line(line) => write!(f, "line {line}"),
            Place::Row(row) => write!(f, "row {row}"),
        }
    }
}

impl Place {
    /// The number of the line or row; 0 for the schema.
    pub fn number(self) -> u64 {
        match self {
            Place::Schema => 0,
            Place::Line(number) | Place::Row(number) => number,
        }
    }
}

/// Why a row cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong; of the file, beginning with its place.
    pub what: String,
    /// Whether the rows after it can be read.
    pub is_of_row: bool,
}

impl Problem {
    /// A problem of one row.
    pub fn of_row(what: String) -> Self {
        Problem { what, is_of_row: true }
    }

    /// A problem with which reading ends.
    pub fn of_file(what: String) -> Self {
        Problem { what, is_of_row: false }
    }

    /// What is wrong, of a row at this place.
    pub fn at(self, place: Place) -> String {
        if self.is_of_row { format!("{place}: {}", self.what) } else { self.what }
    }
}

/// Reads a table row by row, on any thread. The first row has the names of the columns, where the table has a header.
pub trait RowReader: Send {
    /// Reads the next row; false at the end.
    ///
    /// # Errors
    /// When it is not what a row should be, or cannot be read at all.
    fn next(&mut self, row: &mut Row) -> Result<bool, Problem>;

    /// What a person should know of what has been read: a sentence each, without the file's name.
    fn told(&self) -> Vec<String> {
        Vec::new()
    }
}
