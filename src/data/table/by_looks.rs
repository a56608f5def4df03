//! Texts that are tables, whatever their names end in; and tables of which the first line names no columns.

use std::path::Path;

use super::amount;
use super::cell;
use super::dialect::Dialect;
use super::first_row::{FirstRow, are_names, first_row, rows_seen};
use super::format::Format;
use super::reader::{Place, Row};
use super::source::open;
use super::text;
use crate::data::import::limits::Limits;
use crate::preset::Csv;

/// Rows that make a table.
const FEWEST: usize = 3;
/// Lines of a text that are looked at.
const LINES: usize = 500;

/// Whether a text is a table of numbers: its rows have as many cells, and half of them are numbers; where a file's name ends as those of
/// data do (`.data`, `.dat`), all may be words.
pub fn is_table_of_numbers(path: &Path) -> bool {
    let is_text = Format::of(path).is_ok_and(|format| format == Format::Text);
    let Some(text) = Some(path).filter(|_| is_text).and_then(|path| text::open(path, None).ok()) else {
        return false;
    };
    let Ok(dialect) = Dialect::of(&text.sample, &Csv::of(String::new()), b',', None) else { return false };
    let rows = dialect.rows(&text.sample);
    let width = rows.last().map_or(0, Vec::len);
    let below = rows.get(1..).unwrap_or_default();
    let numbers = dialect.written.numbers;
    let is_number = |cell: &&String| amount::any(cell, numbers).is_some() || cell::is_missing(cell);
    let cells = || below.iter().flatten();
    rows.len() >= FEWEST
        && width > 1
        && below.iter().all(|row| row.len() == width)
        && (is_called_data(path) || cells().filter(is_number).count() * 2 >= cells().count())
}

/// Why a text is none to read character by character: it is a table of a kind that is not read, and what to do with it. `None` for
/// any other text.
pub fn why_no_text(path: &Path) -> Option<&'static str> {
    let text = text::open(path, None).ok()?;
    let lines: Vec<Vec<char>> = text.sample.lines().map(|line| line.trim_end().chars().collect()).collect();
    let lines: Vec<Vec<char>> = lines.into_iter().filter(|line| !line.is_empty()).take(LINES).collect();
    if lines.len() < FEWEST {
        return None;
    }
    let are_sparse = lines.iter().all(|line| is_sparse(&line.iter().collect::<String>()));
    if are_sparse {
        return Some(
            "it is in the format of libsvm, a label and the numbers of columns that are not 0: write it as arrays, with Python: x, y = \
             sklearn.datasets.load_svmlight_file(…), then numpy.savez(…, x=x.toarray(), y=y)",
        );
    }
    are_aligned(&lines).then_some(
        "it is a table whose columns are brought below each other by blanks, which some of its cells have as well: write it as CSV, with \
         pandas: read_fwf(…).to_csv(…, index=False)",
    )
}

/// Whether a line is a label and pairs of a column's number and its value: `1 1:0.5 3:2`.
fn is_sparse(line: &str) -> bool {
    let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
    let is_label =
        words.next().is_some_and(|label| label.split(',').all(|label| label.parse::<f64>().is_ok()));
    let is_pair = |word: &str| {
        word.split_once(':').is_some_and(|(column, value)| {
            (column == "qid" || column.parse::<u64>().is_ok()) && value.parse::<f64>().is_ok()
        })
    };
    let mut pairs = words.peekable();
    is_label && pairs.peek().is_some() && pairs.all(is_pair)
}

/// Whether the same places of all lines are blank, and between them stand numbers, in two columns or more.
fn are_aligned(lines: &[Vec<char>]) -> bool {
    let width = lines.iter().map(Vec::len).max().unwrap_or_default();
    let is_blank =
        |place: usize| lines.iter().all(|line| line.get(place).is_none_or(|letter| *letter == ' '));
    let blank: Vec<bool> = (0..=width).map(is_blank).collect();
    let starts = (0..width).filter(|&place| !blank[place] && (place == 0 || blank[place - 1]));
    let is_of_numbers = |start: &usize| {
        let end = (*start..=width).find(|&place| blank[place]).unwrap_or(width);
        lines[1..].iter().all(|line| {
            let cell: String = line.iter().skip(*start).take(end - start).collect();
            amount::any(cell.trim(), cell::Numbers::default()).is_some()
        })
    };
    lines.len() > FEWEST && starts.filter(is_of_numbers).count() > 1
}

/// Whether a file's name ends as those of data in text do.
fn is_called_data(path: &Path) -> bool {
    let name = path.to_string_lossy().to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.ends_with(".data") || name.ends_with(".dat")
}

/// Whether the first row of a table is one of values, so that it names no columns.
pub fn begins_with_values(path: &Path, table: &Csv, limits: &Limits) -> bool {
    let is_one = |first: &[String], below: &[&csv::StringRecord], numbers| {
        matches!(first_row(first, below, numbers), FirstRow::Values(_))
    };
    with_first_row(path, table, limits, is_one)
}

/// Whether the first row of a table has names without a doubt, whatever its options say.
pub fn begins_with_names(path: &Path, table: &Csv, limits: &Limits) -> bool {
    with_first_row(path, table, limits, are_names)
}

fn with_first_row(
    path: &Path,
    table: &Csv,
    limits: &Limits,
    look: impl Fn(&[String], &[&csv::StringRecord], cell::Numbers) -> bool,
) -> bool {
    let table = Csv { test_file: None, weights: None, ..table.clone() };
    let Ok(mut opened) = open(path, &table, limits) else { return false };
    let mut row = Row::default();
    let is_row = matches!(opened.reader.next(&mut row), Ok(true)) && row.at != Place::Schema;
    let first: Vec<String> = row.cells().map(str::to_string).collect();
    is_row
        && opened.index.is_empty()
        && look(&first, &opened.reader.peek(rows_seen(first.len())), opened.numbers)
}
