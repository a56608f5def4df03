//! How the rows of a text are cut into cells.

use std::borrow::Cow;
use std::io::Cursor;

use crate::data::table::cell::{self, Numbers};
use crate::data::table::{amount, blanks, rules};

/// Rows that are looked at.
const ROWS: usize = 500;

/// Whether the rows of a text, cut by `|`, begin and end with it.
pub(super) fn is_boxed(rows: &str, quote: u8) -> bool {
    let rows: Vec<Vec<String>> =
        uncut(rows, b'|', quote).filter(|row| !rules::are_none(row.iter().map(String::as_str))).collect();
    rules::are_boxed(&rows)
}

/// The first rows of a text as a sign cuts them.
fn uncut(text: &str, separator: u8, quote: u8) -> impl Iterator<Item = Vec<String>> {
    let text = if separator == b' ' { Cow::Owned(blanks::joined(text, quote)) } else { Cow::Borrowed(text) };
    let text = text.into_owned();
    let rows = csv::ReaderBuilder::new()
        .delimiter(separator)
        .quote(quote)
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(Cursor::new(text))
        .into_records();
    rows.map_while(Result::ok).take(ROWS).map(|row| row.iter().map(str::to_string).collect())
}

/// The first rows of a text, cell by cell; without the lines that are drawn between and around them.
pub(super) fn cells(text: &str, separator: u8, quote: u8) -> impl Iterator<Item = Vec<String>> {
    let rows = uncut(text, separator, quote);
    let is_row = |row: &Vec<String>| separator != b'|' || !rules::are_none(row.iter().map(String::as_str));
    let mut rows: Vec<Vec<String>> = rows.filter(is_row).collect();
    if separator == b'|' && rules::are_boxed(&rows) {
        rows.iter_mut().for_each(|row| *row = row[1..row.len() - 1].to_vec());
    }
    rows.into_iter()
}

/// Double quotes, unless most lines have cells in single ones and none has the others.
pub(super) fn quote(rows: &str) -> u8 {
    let quoted = |line: &&str| {
        line.starts_with('\'') || [",'", ";'", "\t'", "|'", ", '"].iter().any(|start| line.contains(start))
    };
    let ends =
        |line: &&str| line.ends_with('\'') || ["',", "';", "'\t", "'|"].iter().any(|end| line.contains(end));
    let lines = rows.lines().count();
    let single = rows.lines().filter(quoted).filter(ends).count();
    if !rows.contains('"') && single * 2 > lines { b'\'' } else { b'"' }
}

/// Whether blanks separate the cells of these rows, and no other sign does as well.
pub(super) fn are_blanks(rows: &str, usual: u8, quote: u8) -> bool {
    let lines = || rows.lines().filter(|line| !line.trim().is_empty());
    let sign = separator(rows, usual, quote);
    let by_sign: Vec<Vec<String>> = cells(rows, sign, quote).collect();
    let alike = by_sign.iter().filter(|row| row.len() > 1 && row.len() == by_sign[0].len()).count();
    // A tab may stand before the last cell, where blanks bring the others below each other.
    let has_runs = |line: &&str| line.trim().contains("  ");
    let may_be =
        alike * 2 < by_sign.len() || sign == b'\t' && lines().filter(has_runs).count() * 2 > lines().count();
    let is_number = |cell: &str| amount::any(cell, Numbers::default()).is_some() || cell::is_missing(cell);
    let by_blanks: Vec<Vec<String>> = if may_be { cells(rows, b' ', quote).collect() } else { Vec::new() };
    let width = by_sign.iter().map(Vec::len).max().unwrap_or_default();
    let is_wider = by_blanks.last().is_some_and(|row| row.len() > width || alike == 0);
    is_wider && blanks::separate(by_blanks.iter().map(Vec::as_slice), is_number)
}

/// Whether all rows but the first, which has the names, have a cell more than that.
pub(super) fn lacks_first_name(rows: &str, quote: u8) -> bool {
    let widths: Vec<usize> = cells(rows, b' ', quote).map(|row| row.len()).collect();
    widths
        .split_first()
        .is_some_and(|(first, below)| !below.is_empty() && below.iter().all(|width| *width == first + 1))
}

/// The sign that cuts most rows into as many cells as the first; of several, the usual one, else the one with most cells.
pub(super) fn separator(rows: &str, usual: u8, quote: u8) -> u8 {
    let score = |sign: u8| {
        let widths: Vec<usize> = cells(rows, sign, quote).map(|row| row.len()).collect();
        let first = widths.first().copied().unwrap_or_default();
        let alike = widths.iter().filter(|&&width| width == first && width > 1).count();
        (alike, sign == usual, first)
    };
    let best = [usual, b',', b';', b'\t', b'|'].into_iter().max_by_key(|&sign| score(sign)).unwrap_or(usual);
    // A colon stands in times as well: it separates cells where nothing else does, and in all rows alike.
    let are_cut = || {
        let widths: Vec<usize> = cells(rows, b':', quote).map(|row| row.len()).collect();
        widths.len() > 2 && widths.iter().all(|&width| width == widths[0] && width > 1)
    };
    if score(best).0 == 0 && are_cut() { b':' } else { best }
}
