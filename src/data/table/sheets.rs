//! Which sheet of a spreadsheet is the table, where the first one is a cover or a text.

use std::path::Path;

use super::cell::{self, Cell, Numbers};
use super::dates;
use super::format::{Format, Spreadsheet};
use super::reader::{Row, RowReader};
use super::spreadsheet;
use crate::data::import::limits::Limits;
use crate::preset::{Csv, counted};

/// Sheets that are looked at.
const MOST: usize = 50;

/// A sheet and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetSeen {
    /// Its name.
    pub name: String,
    /// Its rows that have a cell, and its columns.
    size: (usize, usize),
    /// Whether it is a table: names, and below them rows of which some cells are numbers or dates.
    pub is_table: bool,
}

impl SheetSeen {
    /// Its name and size: `'Data' (120 rows of 5 columns)`.
    pub fn in_words(&self) -> String {
        match self.size {
            (0, _) => format!("'{}' (empty)", self.name),
            (rows, width) => {
                format!("'{}' ({} of {})", self.name, counted(rows, "row"), counted(width, "column"))
            }
        }
    }
}

/// The sheets of a spreadsheet, in their order; none of a file that is none, or cannot be read.
pub fn sheets(path: &Path, limits: &Limits) -> Vec<SheetSeen> {
    let Ok(Format::Spreadsheet(kind)) = Format::of(path) else { return Vec::new() };
    let names = spreadsheet::names(path, kind, limits).unwrap_or_default();
    names.into_iter().take(MOST).map(|name| seen(path, kind, name, limits)).collect()
}

/// Rows of a sheet in which the names of its columns are looked for.
const ROWS: usize = 30;

/// Whether a spreadsheet has a sheet of this name; a file that is none, or cannot be read, is no spreadsheet without it.
pub(super) fn has_sheet(path: &Path, sheet: &str, limits: &Limits) -> bool {
    let Ok(Format::Spreadsheet(kind)) = Format::of(path) else { return true };
    spreadsheet::names(path, kind, limits).map_or(true, |names| names.iter().any(|name| name == sheet))
}

/// The sheet whose first rows have the names that are wanted, where that is not the first sheet.
pub(super) fn sheet_with(
    path: &Path,
    are_names: &dyn Fn(&[String]) -> bool,
    limits: &Limits,
) -> Option<String> {
    let Ok(Format::Spreadsheet(kind)) = Format::of(path) else { return None };
    let names = spreadsheet::names(path, kind, limits).ok().filter(|names| names.len() > 1)?;
    let has_names = |name: &&String| {
        let Ok((mut reader, _)) = spreadsheet::open(path, kind, &of_sheet(name), None, limits) else {
            return false;
        };
        let mut row = Row::default();
        (0..ROWS).any(|_| {
            let is_row = reader.next(&mut row).is_ok_and(|is_row| is_row);
            is_row && are_names(&row.cells().map(str::to_string).collect::<Vec<_>>())
        })
    };
    let found = names.iter().take(MOST).position(|name| has_names(&name)).filter(|&place| place > 0)?;
    names.into_iter().nth(found)
}

/// The options that read a sheet.
fn of_sheet(name: &str) -> Csv {
    Csv { sheet: Some(name.into()), ..Csv::of(String::new()) }
}

fn seen(path: &Path, kind: Spreadsheet, name: String, limits: &Limits) -> SheetSeen {
    let mut found = SheetSeen { name, size: (0, 0), is_table: false };
    let Ok((mut reader, _)) = spreadsheet::open(path, kind, &of_sheet(&found.name), None, limits) else {
        return found;
    };
    let (mut row, mut filled, mut numbers) = (Row::default(), Vec::new(), 0);
    while let Ok(true) = reader.next(&mut row) {
        let cells: Vec<&str> = row.cells().filter(|cell| !cell.is_empty()).collect();
        let is_value = |cell: &&str| {
            let date = || dates::parse(cell, false).or_else(|| dates::parse_time(cell));
            matches!(Numbers::default().read(cell), Cell::Number(_))
                || cell::boolean(cell).is_some()
                || date().is_some()
        };
        numbers += cells.iter().copied().filter(is_value).count();
        filled.push(cells.len());
    }
    let width = filled.iter().copied().max().unwrap_or_default();
    let full = filled.iter().filter(|&&cells| cells * 2 > width).count();
    found.size = (filled.len(), width);
    let all: usize = filled.iter().sum();
    found.is_table = width > 1 && full > 2 && full * 2 > filled.len() && numbers * 5 >= all;
    found
}
