//! Rows above the names of a table's columns: a title, a date, an empty row.

use std::path::Path;

use super::format::Format;
use super::header;
use super::reader::Row;
use super::separated::usual_separator;
use super::source::open;
use crate::data::import::limits::Limits;
use crate::preset::Csv;

/// Rows in which the table's names are looked for.
const ROWS: usize = 30;

/// What stands above the names of a table's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title {
    /// The first cell of it.
    pub text: String,
    /// The lines of a text, or rows of a sheet, that are above the names.
    pub rows: usize,
    /// Whether they are rows of a sheet.
    is_sheet: bool,
}

impl Title {
    /// What a person should know of it, and the option that leaves it out.
    pub fn in_words(&self) -> String {
        let Title { text, rows, is_sheet } = self;
        let what = if *is_sheet { "row" } else { "line" };
        format!(
            "the table begins in {what} {}, below a title, '{text}': skip_rows: {rows} in a preset leaves out what is above the names of \
             the columns",
            rows + 1
        )
    }
}

/// The first rows of a file that hold a cell: where each is, and its cells.
struct Start {
    rows: Vec<(usize, Vec<String>)>,
}

fn filled(cells: &[String]) -> usize {
    cells.iter().filter(|cell| !cell.is_empty()).count()
}

fn start(path: &Path, table: &Csv, limits: &Limits) -> Option<Start> {
    let (mut reader, mut row) = (open(path, table, limits).ok()?.reader, Row::default());
    let mut rows = Vec::new();
    while rows.len() < ROWS {
        match reader.next(&mut row) {
            Ok(true) => {}
            Ok(false) => break,
            Err(problem) if problem.is_of_row => continue,
            Err(_) => break,
        }
        let cells: Vec<String> = row.cells().map(str::to_string).collect();
        if filled(&cells) > 0 {
            rows.push((usize::try_from(row.at.number()).ok()?, cells));
        }
    }
    Some(Start { rows })
}

impl Start {
    /// The most cells that a row has.
    fn most(&self) -> usize {
        self.rows.iter().map(|(_, cells)| filled(cells)).max().unwrap_or_default()
    }

    /// Whether the first row has one cell, or at most half as many as another, so that it may be a title.
    fn may_be_title(&self) -> bool {
        self.rows.first().is_some_and(|(_, cells)| {
            !cells[0].is_empty() && (cells.len() == 1 || filled(cells) * 2 <= self.most())
        })
    }

    /// What stands above the first row with nearly as many cells as most have, where that may be the names of the columns; and how
    /// many cells most have.
    fn title(&self) -> Option<(usize, String, usize)> {
        let most = Some(self.most()).filter(|&most| most > 1)?;
        let is_full = |(_, cells): &&(usize, Vec<String>)| filled(cells) * 2 > most;
        let place = self.rows.iter().position(|row| is_full(&row)).filter(|&place| place > 0)?;
        let ((_, first), (line, names), below) = (&self.rows[0], &self.rows[place], &self.rows[place..]);
        // Of two columns one may have no name; and a comma in a text of a single column makes no table.
        let is_of_two = first.len() == 2 && names.len() == 2;
        let are_rows = below.iter().filter(is_full).count() * 2 > self.rows.len() && below.len() > 1;
        let is_one = !first[0].is_empty() && !is_of_two && are_rows && header::odd(names).is_none();
        is_one.then(|| (*line, first[0].chars().take(60).collect(), most))
    }
}

/// What stands above the names of the columns; `None` where nothing does, or the options already leave it out.
pub fn title(path: &Path, table: &Csv, limits: &Limits) -> Option<Title> {
    if table.skip_rows.is_some() || !table.header {
        return None;
    }
    let table = Csv { test_file: None, weights: None, ..table.clone() };
    let begun = start(path, &table, limits).filter(Start::may_be_title)?;
    let format = Format::of(path).ok()?;
    // The rows of a text may be cut by another sign than its title shows.
    let is_open = format == Format::Text && table.separator.is_none();
    let others = [',', ';', '\t', '|']
        .into_iter()
        .filter(|&sign| is_open && sign != char::from(usual_separator(path)));
    let by_sign = others
        .filter_map(|sign| start(path, &Csv { separator: Some(sign), ..table.clone() }, limits)?.title());
    let (line, text, _) = begun.title().into_iter().chain(by_sign).max_by_key(|(_, _, most)| *most)?;
    let rows = line.checked_sub(1).filter(|&rows| rows > 0)?;
    Some(Title { text, rows, is_sheet: format != Format::Text })
}

/// The rows that are left out above the names of another table of a run's kind, whose own table may have had some.
pub fn skipped(path: &Path, table: &Csv, limits: &Limits) -> Option<usize> {
    let Some(own) = table.skip_rows else {
        // Of a title above a table whose own kind has none is told.
        let is_other = Format::of(path).is_ok_and(|format| format != Format::Parquet);
        return title(path, table, limits).filter(|_| is_other).map(|title| title.rows);
    };
    let plain = Csv { skip_rows: None, ..table.clone() };
    if let Some(title) = title(path, &plain, limits) {
        return Some(title.rows);
    }
    let cells = |table: &Csv| {
        start(path, table, limits).and_then(|start| start.rows.first().map(|(_, cells)| filled(cells)))
    };
    // Where the first row is as full as the one below the rows that are left out, there is no title.
    (cells(&plain) < cells(table)).then_some(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_above_the_names_of_the_columns_is_told_from_a_name() {
        let found = |text: &str| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("t.csv");
            std::fs::write(&path, text).unwrap();
            title(&path, &Csv::of(path.to_string_lossy().into_owned()), &Limits::of_machine())
        };
        for (text, rows) in [
            ("Sales of 2023\n\na,b,c\n1,2,x\n3,4,y\n", 2),
            ("Sales of 2023,,\n,,\na,b,c\n1,2,x\n3,4,y\n", 2),
            ("Sales of 2023\na;b;c\n1,5;2;x\n3,5;4;y\n", 1),
            ("Sales of 2023,,,\nMade:,2024-01-02,,\n\na,b,c,d\n1,2,x,5\n3,4,y,6\n", 3),
            ("Sales of 2023, by shop\na,b,c,d\n1,2,x,3\n3,4,y,4\n", 1),
        ] {
            let found = found(text).unwrap_or_else(|| panic!("{text}"));
            assert!(found.rows == rows && found.text.starts_with("Sales of 2023"), "{text}: {found:?}");
        }
        for text in [
            "a,b\n1,2\n",
            "price\n1\n2\n",
            ",price\n0,5\n1,6\n",
            "a,\n1,2\n3,4\n",
            "words\nto be, or not\nto be\n",
            "a,b,c\n1,,\n2,,\n3,4,5\n",
            ",a,b\n1,2,3\n",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
