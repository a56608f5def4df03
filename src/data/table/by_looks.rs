//! Texts that are tables, whatever their names end in; and tables of which the first line names no columns.

use std::path::Path;

use super::amount;
use super::cell;
use super::dialect::Dialect;
use super::format::Format;
use super::header;
use super::reader::Row;
use super::source::open;
use super::text;
use crate::data::import::limits::Limits;
use crate::preset::Csv;

/// Rows that make a table.
const FEWEST: usize = 3;

/// Whether a text is a table of numbers: its rows have as many cells, and half of them are numbers, or a quarter where a file's name ends
/// as those of data do (`.data`, `.dat`).
pub fn is_table_of_numbers(path: &Path) -> bool {
    let is_text = Format::of(path).is_ok_and(|format| format == Format::Text);
    let Some(text) = Some(path).filter(|_| is_text).and_then(|path| text::open(path, None).ok()) else {
        return false;
    };
    let Ok(dialect) = Dialect::of(&text.sample, &Csv::of(String::new()), b',', None) else { return false };
    let rows = dialect.rows(&text.sample);
    let width = rows.last().map_or(0, Vec::len);
    let below = rows.get(1..).unwrap_or_default();
    let numbers = dialect.numbers;
    let is_number = |cell: &&String| amount::any(cell, numbers).is_some() || cell::is_missing(cell);
    let cells = || below.iter().flatten();
    let share = if is_called_data(path) { 4 } else { 2 };
    rows.len() >= FEWEST
        && width > 1
        && below.iter().all(|row| row.len() == width)
        && cells().filter(is_number).count() * share >= cells().count()
}

/// Whether a file's name ends as those of data in text do.
fn is_called_data(path: &Path) -> bool {
    let name = path.to_string_lossy().to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.ends_with(".data") || name.ends_with(".dat")
}

/// Whether the first row of a table is one of values, so that it names no columns.
pub fn begins_with_values(path: &Path, table: &Csv, limits: &Limits) -> bool {
    let mut row = Row::default();
    let table = Csv { test_file: None, weights: None, ..table.clone() };
    let is_read = open(path, &table, limits)
        .is_ok_and(|mut opened| matches!(opened.reader.next(&mut row), Ok(true)) && opened.index.is_empty());
    let names: Vec<String> = row.cells().map(str::to_string).collect();
    is_read && Format::of(path).is_ok_and(|format| format != Format::Parquet) && header::are_values(&names)
}
