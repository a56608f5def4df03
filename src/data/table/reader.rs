//! What every kind of table is read as: rows of cells, one after another.

/// A row of a table.
#[derive(Debug, Default)]
pub struct Row {
    /// Its cells, without the blanks around them.
    pub cells: csv::StringRecord,
    /// The line of the file on which it begins, or its number, from 1.
    pub line: u64,
}

/// Why a row cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong; of the file, beginning with its line.
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

    /// What is wrong, of a row on this line.
    pub fn at(self, line: u64) -> String {
        if self.is_of_row { format!("line {line}: {}", self.what) } else { self.what }
    }
}

/// Reads a table row by row. The first row has the names of the columns, where the table has a header.
pub trait RowReader {
    /// Reads the next row; false at the end.
    ///
    /// # Errors
    /// When it is not what a row should be, or cannot be read at all.
    fn next(&mut self, row: &mut Row) -> Result<bool, Problem>;
}
