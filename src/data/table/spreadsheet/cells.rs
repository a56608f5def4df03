//! The cells of a sheet, row by row.

use std::io;

use calamine::Dimensions;

use crate::data::import::limits::Limits;
use crate::data::table::dialect::digits_of;
use crate::system::files;

/// A row: its number in the sheet, from 1, and its cells up to the last that is not empty.
pub(super) struct Cells {
    pub number: u64,
    pub cells: Vec<String>,
}

/// The bytes that a cell takes beside its letters.
pub(super) const CELL: u64 = size_of::<String>() as u64;

/// An error of a file that is not what it should be.
pub(super) fn damaged(problem: impl Into<String>) -> files::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem.into()).into()
}

/// The cells of a sheet as they come, row by row.
pub(super) struct Collected<'a> {
    pub rows: Vec<Cells>,
    /// Those that are merged.
    pub merged: Vec<Dimensions>,
    /// The rows and columns of those that are texts, and may be numbers.
    pub texts: Vec<(u64, usize)>,
    /// Those of cells with formulas that have no value.
    pub formulas: Vec<(u64, usize)>,
    pub bytes: u64,
    pub limits: &'a Limits,
}

impl Collected<'_> {
    /// Takes the cell at this row and column, from 0.
    pub fn push(&mut self, row: u32, column: u32, text: String, is_text: bool) -> Result<(), files::Error> {
        if text.is_empty() {
            return Ok(());
        }
        let (number, column) = (u64::from(row) + 1, column as usize);
        if self.rows.last().is_none_or(|last| last.number != number) {
            self.rows.push(Cells { number, cells: Vec::new() });
        }
        if is_text && digits_of(&text).is_some() {
            self.texts.push((number, column));
        }
        let Some(Cells { cells, .. }) = self.rows.last_mut() else { return Ok(()) };
        let more = (column + 1).saturating_sub(cells.len());
        self.bytes += more as u64 * CELL + text.len() as u64;
        self.limits.fits(self.bytes, "the sheet's cells take").map_err(damaged)?;
        cells.resize(cells.len() + more, String::new());
        cells[column] = text;
        Ok(())
    }
}
