//! Reads a table of separated cells, row by row. A row that does not end is refused before it fills the memory.

use std::io::{self, Read};
use std::path::Path;

use super::blanks::Joined;
use super::cell::Numbers;
use super::dialect::Dialect;
use super::problem;
use super::reader::{Place, Problem, Row, RowReader};
use super::rules;
use super::text;
use crate::data::import::limits::Limits;
use crate::preset::Csv;
use crate::system::files;

/// The rows of a table's file.
pub struct Separated {
    reader: csv::Reader<RowGuard<WithEnd>>,
    /// The names that stand in a comment, to be read before the first row.
    header: Option<Vec<String>>,
    /// Whether there were such names.
    is_header_comment: bool,
    /// The lines before the first row that the reader does not see.
    before: u64,
    separator: char,
    /// What begins a comment.
    comment: Option<u8>,
    /// The cells of the first row.
    width: usize,
    /// Whether the first row lacks the name of the first column.
    lacks_name: bool,
    /// The cells of a row where empty ones behind them are left out.
    without_last: Option<usize>,
    /// Whether each row begins and ends with a separator, and these are no cells.
    is_boxed: bool,
}

/// What goes behind a text: a line feed, whether its last line has one or not, and a row that no table has. Where a quote is not
/// closed it is in the last cell.
const END: &str = "\n\u{1}endoftable\u{1}";

/// A text with its end.
type WithEnd = io::Chain<Box<dyn Read + Send>, &'static [u8]>;

/// The separator that a file's name suggests: a tab for `.tsv`, else a comma.
pub fn usual_separator(path: &Path) -> u8 {
    let name = path.to_string_lossy().to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    if name.ends_with(".tsv") || name.ends_with(".tab") { b'\t' } else { b',' }
}

/// Opens a table, with the options that `table` has; `of_run` is how numbers are written in tables that were read before it. The
/// first row is one like any other, and rows may have different lengths. With them comes what is unusual about how its bytes are letters.
///
/// # Errors
/// When it is no regular file or no text, or the system refuses.
pub fn open(
    path: &Path,
    table: &Csv,
    of_run: Option<Numbers>,
    limits: &Limits,
) -> Result<(Separated, Dialect, Option<String>), files::Error> {
    let mut text = text::open(path, table.encoding)?;
    let dialect = Dialect::of(&text.sample, table, usual_separator(path), of_run)
        .map_err(|problem| io::Error::new(io::ErrorKind::InvalidInput, problem))?;
    io::copy(&mut text.reader.by_ref().take(dialect.before.bytes as u64), &mut io::sink())?;
    let inner: Box<dyn Read + Send> = match dialect.separator {
        b' ' => Box::new(Joined::new(text.reader, dialect.quote)),
        _ => text.reader,
    };
    let guard = RowGuard {
        inner: inner.chain(END.as_bytes()),
        most: limits.longest_row,
        since: 0,
        comment: dialect.comment,
        comments: 0,
        is_line_start: true,
    };
    let reader = csv::ReaderBuilder::new()
        .delimiter(dialect.separator)
        .quote(dialect.quote)
        .comment(dialect.comment)
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(1 << 16)
        .from_reader(guard);
    let separated = Separated {
        reader,
        header: dialect.header.clone(),
        is_header_comment: dialect.header.is_some(),
        before: dialect.before.lines,
        separator: dialect.separator.into(),
        comment: dialect.comment,
        width: 0,
        lacks_name: dialect.names_rows,
        without_last: dialect.width,
        is_boxed: dialect.is_boxed,
    };
    Ok((separated, dialect, text.unusual))
}

impl RowReader for Separated {
    fn next(&mut self, row: &mut Row) -> Result<bool, Problem> {
        if let Some(header) = self.header.take() {
            self.width = header.len();
            (row.cells, row.at) = (csv::StringRecord::from(header), Place::Line(self.before.max(1)));
            return Ok(true);
        }
        let mut line = self.reader.position().line() + self.before;
        let mut read = self.reader.read_record(&mut row.cells);
        self.reader.get_mut().since = 0;
        while self.separator == '|' && matches!(read, Ok(true)) && rules::are_none(row.cells.iter()) {
            line = self.reader.position().line() + self.before;
            read = self.reader.read_record(&mut row.cells);
            self.reader.get_mut().since = 0;
        }
        row.at = Place::Line(line);
        match read {
            Ok(false) => Ok(false),
            Ok(true) if is_end(&row.cells) => Ok(false),
            Ok(true) => {
                // The reader counts from where it began, blank lines and comments before the row included. The row itself
                // has a line, and one more for each line feed within a cell.
                let within = line_feeds(row.cells.as_slice());
                let after = self.reader.position().line() + self.before;
                let last = row.cells.len().saturating_sub(1);
                if row.cells.get(last).is_some_and(|cell| cell.ends_with(END)) {
                    let opened = after - line_feeds(&row.cells[last]);
                    row.at = Place::Line(opened);
                    return Err(never_closed(opened, last, line_feeds(&row.cells[last])));
                }
                row.at = Place::Line((after - 1).saturating_sub(within));
                if let Some(width) = self.without_last.filter(|&width| width < row.cells.len())
                    && row.cells.iter().skip(width).all(|cell| cell.trim().is_empty())
                {
                    row.cells.truncate(width);
                }
                let last = row.cells.len().saturating_sub(1);
                if self.is_boxed
                    && row.cells.len() > 2
                    && row.cells[0].trim().is_empty()
                    && row.cells[last].trim().is_empty()
                {
                    row.cells = row.cells.iter().skip(1).take(last - 1).collect();
                }
                if std::mem::take(&mut self.lacks_name) {
                    row.cells = std::iter::once("").chain(row.cells.iter()).collect();
                }
                if self.width == 0 {
                    self.width = row.cells.len();
                }
                match within {
                    0..2 => Ok(true),
                    _ => swallowed(&row.cells, self.width, self.separator).map_or(Ok(true), Err),
                }
            }
            Err(error) if error.is_io_error() => Err(Problem::of_file(format!("line {line}: {error}"))),
            Err(error) => Err(Problem::of_row(plain(&error))),
        }
    }

    fn told(&self) -> Vec<String> {
        let Some(sign) = self.comment else { return Vec::new() };
        // The names of the columns are none that is left out.
        let count = self.reader.get_ref().comments - u64::from(self.is_header_comment);
        let lines = match count {
            0 => return Vec::new(),
            1 => "1 line that begins".into(),
            count => format!("{count} lines that begin"),
        };
        vec![format!("{lines} with '{}' left out as comments", sign as char)]
    }
}

/// Whether a row is the one behind all others.
fn is_end(cells: &csv::StringRecord) -> bool {
    cells.len() == 1 && cells.as_slice() == &END[1..]
}

fn line_feeds(text: &str) -> u64 {
    text.bytes().filter(|&byte| byte == b'\n').count() as u64
}

/// What to do where quotes are letters like any other.
const LETTERS: &str = "where quotes are letters like any other, quote: '~' in a preset, or another sign that the file does not have";

/// What is said of a quote that opens on this line, in the column at this place, and is not closed.
fn never_closed(line: u64, place: usize, lines: u64) -> Problem {
    let rest = if lines == 1 { "line".into() } else { format!("file, {lines} lines,") };
    Problem::of_file(format!(
        "line {line}: the quote that opens in column {} is never closed, so that the rest of the {rest} would be one cell; close \
         it; {LETTERS}",
        place + 1
    ))
}

/// The problem of a row one of whose cells has rows in it: each line within it is cut into as many cells as a row, and what is
/// before the first and behind the last completes two more. A quote that is left open and the next quote of the text make
/// such a cell.
fn swallowed(cells: &csv::StringRecord, width: usize, separator: char) -> Option<Problem> {
    // A line of prose may well have one comma.
    let fewest = match width {
        0 | 1 => return None,
        2 => 5,
        _ => 2,
    };
    let is_table = |(place, cell): (usize, &str)| {
        let cut = |line: &str| line.matches(separator).count();
        let lines: Vec<usize> = cell.split('\n').map(cut).collect();
        let [first, inner @ .., last] = &lines[..] else { return None };
        let is_one = inner.len() >= fewest && inner.iter().all(|&cut| cut + 1 == width);
        (is_one && first + place + 1 == width && *last == place).then(|| (place, inner.len() + 1))
    };
    let (place, lines) = cells.iter().enumerate().find_map(is_table)?;
    Some(Problem::of_row(problem::swallowed(place, lines, LETTERS)))
}

/// One line of what the csv crate says.
fn plain(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Utf8 { err, .. } => format!("cell {} is not UTF-8 text", err.field() + 1),
        _ => error.to_string(),
    }
}

/// Fails where a row goes on for too many bytes. What the csv crate has read ahead of a row is not counted, so a row of no
/// more than `most` always passes.
#[derive(Debug)]
struct RowGuard<R> {
    inner: R,
    most: u64,
    /// Bytes since the last row ended.
    since: u64,
    /// What begins a comment, and how many lines begin with it.
    comment: Option<u8>,
    comments: u64,
    is_line_start: bool,
}

impl<R> RowGuard<R> {
    /// Counts the lines that are comments in the text that comes next.
    fn count(&mut self, text: &[u8], sign: u8) {
        for line in text.split_inclusive(|&byte| byte == b'\n') {
            self.comments += u64::from(self.is_line_start && line.first() == Some(&sign));
            self.is_line_start = line.last() == Some(&b'\n');
        }
    }
}

impl<R: Read> Read for RowGuard<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.since > self.most {
            let problem = format!(
                "the row does not end within {} bytes, the most that is read of one; is a quote left open?",
                self.most
            );
            return Err(io::Error::other(problem));
        }
        let count = self.inner.read(out)?;
        self.since += count as u64;
        if let Some(sign) = self.comment {
            self.count(&out[..count], sign);
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of a text, each with its line, until one that cannot be read; and what is told of it.
    fn rows(text: &str, table: &Csv) -> (Vec<(u64, Vec<String>)>, Result<Vec<String>, Problem>) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let (mut reader, ..) = open(file.path(), table, None, &Limits::of_machine()).ok().unwrap();
        let (mut row, mut rows) = (Row::default(), Vec::new());
        loop {
            match reader.next(&mut row) {
                Ok(true) => rows.push((row.at.number(), row.cells().map(str::to_string).collect())),
                Ok(false) => return (rows, Ok(reader.told())),
                Err(problem) => return (rows, Err(problem)),
            }
        }
    }

    fn usual() -> Csv {
        Csv::of(String::new())
    }

    #[test]
    fn a_quote_that_is_never_closed_is_told_with_its_line() {
        for end in ["", "\n", "\n\n"] {
            let text = format!("a,b,y\n1,\"x\ny\",2\n3,\"it is,4\n5,z,6\n7,z,8{end}");
            let (before, end) = rows(&text, &usual());
            assert_eq!(before.len(), 2);
            let problem = end.unwrap_err();
            assert!(problem.what.starts_with("line 4: the quote that opens in column 2 is never closed"));
            assert!(!problem.is_of_row);
        }
        // Those that are closed, or stand within a cell, are none.
        for text in ["a,b\n1,\"x\"", "a,b\n1,\"x\n\"\n", "a,b\n1,5\" disk\n2,it\"s\n", "a,b\n1,\"\"\"\"\n"] {
            assert!(rows(text, &usual()).1.is_ok(), "{text}");
        }
        let letters = Csv { quote: Some('~'), ..usual() };
        assert_eq!(rows("a,b\n1,\"x\n2,z\n", &letters).0[1].1, ["1", "\"x"]);
    }

    #[test]
    fn rows_between_two_quotes_that_are_left_open_are_told() {
        let text = "a,t,y\n1,\"it is,x\n2,ok,x\n3,ok,x\n4,\"it is,x\n5,ok,x\n";
        let problem = rows(text, &usual()).1.unwrap_err();
        let wanted =
            "the quote that opens in column 2 is closed 3 lines below, and all lines between look like rows";
        assert!(problem.is_of_row && problem.what.starts_with(wanted), "{problem:?}");
        // A text of several lines is a cell.
        let prose = "a,t,y\n1,\"Dear you,\nit is fine, and warm,\nno rain\nbye\",x\n2,ok,x\n";
        let (rows, end) = rows(prose, &usual());
        assert!(end.is_ok());
        assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 6]);
    }

    #[test]
    fn comments_are_at_the_beginning_unless_a_preset_names_their_sign() {
        let text = "# one\n# two\nc,a\n#ff,1\nblue,2\n";
        let (read, end) = rows(text, &usual());
        let lines: Vec<u64> = read.iter().map(|(line, _)| *line).collect();
        assert_eq!((lines, &read[1].1[..]), (vec![3, 4, 5], &["#ff", "1"].map(String::from)[..]));
        assert_eq!(end, Ok(vec![]));
        let (read, end) = rows(text, &Csv { comment: Some('#'), ..usual() });
        assert_eq!(read.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 5]);
        assert_eq!(end, Ok(vec!["3 lines that begin with '#' left out as comments".to_string()]));
        let (read, _) = rows("sep=;\nc;a\n1,5;2\n", &usual());
        assert_eq!(read[1], (3, vec!["1,5".into(), "2".into()]));
    }
}
