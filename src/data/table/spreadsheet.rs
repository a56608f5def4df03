//! Tables in spreadsheets: a sheet's rows, from the first that has a cell on, with the types that its cells have.

mod cells;
mod formulas;
mod open_document;
mod parts;
mod text_numbers;

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use calamine::{CellErrorType, Data, DataRef, ExcelDateTime, Ods, Reader, Xlsx};

use super::cell::Numbers;
use super::dates::written;
use super::durations;
use super::format::Spreadsheet;
use super::guarded::guarded;
use super::percents::{content, is_of_percents, percent, with_percents};
use super::reader::{Place, Problem, Row, RowReader};
use crate::data::import::limits::Limits;
use crate::preset::Csv;
use crate::system::files;
use cells::{Cells, Collected, damaged};

/// The rows of a sheet that have a cell.
pub struct Sheet {
    rows: std::vec::IntoIter<Cells>,
    /// The cells that every row has at least: those of the first.
    width: usize,
    /// What a person should know of its cells.
    pub unusual: Vec<String>,
    /// What is said of cells with formulas that have no value.
    pub formulas: Option<String>,
    /// How numbers are written that are texts, where some show it or the options say it. They have been rewritten.
    pub shown: Option<Numbers>,
}

/// Opens the sheet that the options name, else the first one, without the rows above its names. Gives its name as well. `of_run` is how
/// numbers that are texts are written in tables that were read before it.
///
/// # Errors
/// When the file is no regular one or no such spreadsheet, has no such sheet, or the sheet's cells do not fit into memory.
pub fn open(
    path: &Path,
    kind: Spreadsheet,
    table: &Csv,
    of_run: Option<Numbers>,
    limits: &Limits,
) -> Result<(Sheet, String), files::Error> {
    let wanted = table.sheet.as_deref();
    let read = || {
        let mut collected = Collected {
            rows: Vec::new(),
            merged: Vec::new(),
            texts: Vec::new(),
            formulas: Vec::new(),
            bytes: 0,
            limits,
        };
        let (name, sheets) = match kind {
            Spreadsheet::Xlsx => xlsx(zipped(path, limits)?, wanted, &mut collected)?,
            Spreadsheet::Ods => {
                let mut file = zipped(path, limits)?;
                let content = content(&mut file);
                let (name, sheets) = match with_percents(&mut file, &content) {
                    Some(rewritten) => ods(rewritten, wanted, &mut collected)?,
                    None => ods(file, wanted, &mut collected)?,
                };
                collected.merged = open_document::merged(&content, &name);
                (name, sheets)
            }
        };
        Ok((collected, name, sheets))
    };
    let (Collected { mut rows, merged, texts, formulas, .. }, name, sheets) =
        guarded(read).unwrap_or_else(|| Err(no_spreadsheet(&"it has a value that cannot be")))?;
    rows.retain(|row| row.number > table.skip_rows.unwrap_or_default() as u64);
    let (of_texts, told) = text_numbers::rewrite(&mut rows, &texts, table, of_run).map_err(damaged)?;
    let filled = parts::fill_merged(&mut rows, &merged, limits)?;
    let others = parts::first_table(&mut rows);
    let width = rows.first().map_or(0, |row| row.cells.len());
    let first = (sheets.len() > 1 && wanted.is_none())
        .then(|| format!("it has {} sheets, {}, and the first is read", sheets.len(), sheets.join(", ")));
    let names = rows.first().map_or(&[][..], |row| &row.cells);
    let formulas = formulas::in_words(&formulas, names);
    let unusual = first.into_iter().chain(filled).chain(others).chain(told).chain(formulas.clone()).collect();
    let shown = of_texts.is_shown.then_some(of_texts.numbers);
    Ok((Sheet { rows: rows.into_iter(), width, unusual, formulas, shown }, name))
}

/// The names of the sheets.
///
/// # Errors
/// When the file is no regular one or no such spreadsheet.
pub fn names(path: &Path, kind: Spreadsheet, limits: &Limits) -> Result<Vec<String>, files::Error> {
    let read = || {
        let file = zipped(path, limits)?;
        match kind {
            Spreadsheet::Xlsx => {
                Xlsx::new(file).map(|book| book.sheet_names()).map_err(|error| no_spreadsheet(&error))
            }
            Spreadsheet::Ods => {
                Ods::new(file).map(|book| book.sheet_names()).map_err(|error| no_spreadsheet(&error))
            }
        }
    };
    guarded(read).unwrap_or_else(|| Err(no_spreadsheet(&"it has a value that cannot be")))
}

fn no_spreadsheet(error: &dyn std::fmt::Display) -> files::Error {
    damaged(format!("it is no whole spreadsheet: {error}"))
}

/// A zipped spreadsheet, whose parts have to fit into memory.
fn zipped(path: &Path, limits: &Limits) -> Result<BufReader<File>, files::Error> {
    let mut file = BufReader::new(files::open(path)?);
    let mut archive = zip::ZipArchive::new(&mut file).map_err(|error| no_spreadsheet(&error))?;
    let mut size = 0;
    for part in 0..archive.len() {
        let mut part = archive.by_index(part).map_err(|error| no_spreadsheet(&error))?;
        size += part.size();
        if part.name().is_ok_and(|name| name.to_lowercase().ends_with("sharedstrings.xml")) {
            let (most, mut start) = (part.size() / SHORTEST_TEXT, Vec::new());
            part.by_ref().take(1024).read_to_end(&mut start)?;
            if texts(&String::from_utf8_lossy(&start)).is_some_and(|count| count > most) {
                return Err(no_spreadsheet(&"it is said to have more texts than fit into it"));
            }
        }
    }
    limits.fits(size, "its parts take").map_err(damaged)?;
    file.rewind()?;
    Ok(file)
}

/// The bytes of the shortest text of a workbook, an empty one: `<si/>`.
const SHORTEST_TEXT: u64 = 5;

/// How many texts a workbook says that it has; its reader asks for memory for so many.
fn texts(start: &str) -> Option<u64> {
    let (_, count) = start.split_once("uniqueCount=")?;
    let count = count.trim_start_matches(['"', '\'']);
    let digits = count.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(count.len());
    Some(count[..digits].parse().unwrap_or(u64::MAX))
}

/// The sheet of this name among those there are, or the first one.
fn chosen(names: &[String], wanted: Option<&str>) -> Result<String, files::Error> {
    match wanted {
        None => names.first().cloned().ok_or_else(|| damaged("it has no sheets")),
        Some(wanted) if names.iter().any(|name| name == wanted) => Ok(wanted.to_string()),
        Some(wanted) => {
            Err(damaged(format!("there is no sheet '{wanted}'; there are: {}", names.join(", "))))
        }
    }
}

/// Collects an `.xlsx` file's sheet cell by cell: two cells far apart would make a table of billions.
fn xlsx(
    file: BufReader<File>,
    wanted: Option<&str>,
    collected: &mut Collected,
) -> Result<(String, Vec<String>), files::Error> {
    let mut book = Xlsx::new(file).map_err(|error| no_spreadsheet(&error))?;
    let name = chosen(&book.sheet_names(), wanted)?;
    let in_sheet = |error: &dyn std::fmt::Display| damaged(format!("sheet '{name}': {error}"));
    let mut cells = book.worksheet_cells_reader(&name).map_err(|error| in_sheet(&error))?;
    let are_percents: Vec<bool> = cells.styles().iter().map(is_of_percents).collect();
    let mut has_empty = false;
    while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(|error| in_sheet(&error))? {
        let (row, column) = cell.get_position();
        let is_percent = are_percents.get(style).is_some_and(|is| *is);
        let is_text = matches!(cell.get_value(), DataRef::SharedString(_) | DataRef::String(_));
        let text = match cell.get_value() {
            DataRef::SharedString(text) => text.trim().to_string(),
            DataRef::Float(share) if is_percent && share.is_finite() => percent(*share),
            DataRef::Int(share) if is_percent => percent(*share as f64),
            other => text(&Data::from(other.clone())),
        };
        has_empty |= text.is_empty();
        collected.push(row, column, text, is_text)?;
    }
    drop(cells);
    // The sheet is gone through once more for them, where some cell may be part of one.
    if collected.rows.iter().any(|row| row.cells.iter().any(String::is_empty)) {
        collected.merged = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
    }
    // So it is for formulas: a cell without a value may have one.
    if has_empty && let Ok(formulas) = book.worksheet_formula(&name) {
        collected.formulas = formulas::uncalculated(&formulas, &collected.rows);
    }
    Ok((name, book.sheet_names()))
}

/// Collects an `.ods` file's sheet, which its reader gives as a whole.
fn ods(
    file: impl Read + Seek,
    wanted: Option<&str>,
    collected: &mut Collected,
) -> Result<(String, Vec<String>), files::Error> {
    let mut book = Ods::new(file).map_err(|error| no_spreadsheet(&error))?;
    let name = chosen(&book.sheet_names(), wanted)?;
    let range = book.worksheet_range(&name).map_err(|error| damaged(format!("sheet '{name}': {error}")))?;
    let (first_row, first_column) = range.start().unwrap_or_default();
    for (row, column, cell) in range.used_cells() {
        let is_text = matches!(cell, Data::String(_));
        collected.push(first_row + row as u32, first_column + column as u32, text(cell), is_text)?;
    }
    if let Ok(formulas) = book.worksheet_formula(&name) {
        collected.formulas = formulas::uncalculated(&formulas, &collected.rows);
    }
    Ok((name, book.sheet_names()))
}

impl RowReader for Sheet {
    fn next(&mut self, row: &mut Row) -> Result<bool, Problem> {
        let Some(Cells { number, cells }) = self.rows.next() else { return Ok(false) };
        row.at = Place::Row(number);
        row.cells.clear();
        cells.iter().for_each(|cell| row.cells.push_field(cell));
        // Empty cells at the end of a row are not in the file.
        (cells.len()..self.width).for_each(|_| row.cells.push_field(""));
        Ok(true)
    }
}

/// A cell as text.
fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) if number.is_nan() => String::new(),
        Data::Float(number) => number.to_string(),
        Data::DurationIso(text) => iso_time(text.trim()).map_or_else(|| text.trim().to_string(), written),
        Data::String(text) => text.trim().to_string(),
        Data::DateTimeIso(moment) => match moment.trim_end_matches("T00:00:00") {
            day if day.len() < moment.len() => day.to_string(),
            moment => moment.replace('T', " "),
        },
        Data::Bool(is) => if *is { "True" } else { "False" }.into(),
        Data::DateTime(moment) => self::moment(*moment),
        Data::Error(CellErrorType::NA) => "#N/A".into(),
        Data::Error(error) => error.to_string(),
    }
}

/// Whether it is a date, not a time of day or a duration.
fn is_day(moment: ExcelDateTime) -> bool {
    moment.is_datetime() && moment.as_f64() >= 1.0
}

/// The time of day that it is, to the millisecond, which is finer than the sheet's numbers are exact.
fn time_of_day(moment: ExcelDateTime) -> Option<chrono::NaiveTime> {
    let part = moment.as_f64();
    let is_time = moment.is_datetime() && (0.0..1.0).contains(&part);
    let milliseconds = (part * 86_400_000.0).round().min(86_399_999.0) as u32;
    let nanoseconds = milliseconds % 1000 * 1_000_000;
    chrono::NaiveTime::from_num_seconds_from_midnight_opt(milliseconds / 1000, nanoseconds)
        .filter(|_| is_time)
}

/// What ISO 8601 writes for a duration, `PT13H45M10S`, as OpenDocument has times of day: the time, where it is less than a day.
fn iso_time(text: &str) -> Option<chrono::NaiveTime> {
    let (hours, rest) = text.strip_prefix("PT")?.split_once('H')?;
    let (minutes, rest) = rest.split_once('M')?;
    let seconds: f64 =
        rest.strip_suffix('S')?.parse().ok().filter(|seconds| (0.0..60.0).contains(seconds))?;
    let milliseconds = (seconds * 1000.0).round().min(59_999.0) as u32;
    chrono::NaiveTime::from_hms_milli_opt(
        hours.parse().ok()?,
        minutes.parse().ok()?,
        milliseconds / 1000,
        milliseconds % 1000,
    )
}

/// A duration as text, to the millisecond.
fn duration(moment: ExcelDateTime) -> String {
    const MILLISECONDS: f64 = 86_400_000.0;
    let milliseconds = (moment.as_f64() * MILLISECONDS).round();
    // No sheet has a number beyond, and none is lost below.
    durations::written(milliseconds as i128 * 1_000_000)
}

/// A date with its time, where that is not midnight; a time of day; a duration.
fn moment(moment: ExcelDateTime) -> String {
    match moment.as_datetime().filter(|_| is_day(moment)) {
        Some(date) if date.time() == chrono::NaiveTime::MIN => date.format("%Y-%m-%d").to_string(),
        Some(date) => date.format("%Y-%m-%d %H:%M:%S%.f").to_string(),
        None => time_of_day(moment).map_or_else(|| duration(moment), written),
    }
}

#[cfg(test)]
mod tests;
