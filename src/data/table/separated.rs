//! Reads a table of separated cells, row by row. A row that does not end is refused before it fills the memory.

use std::io::{self, Read};
use std::path::Path;

use super::dialect::Dialect;
use super::reader::{Place, Problem, Row, RowReader};
use super::text;
use crate::data::import::limits::Limits;
use crate::preset::{Csv, Encoding};
use crate::system::files;

/// The rows of a table's file.
pub struct Separated {
    reader: csv::Reader<RowGuard<WithEnd>>,
    /// The names that stand in a comment, to be read before the first row.
    header: Option<Vec<String>>,
}

/// A text with a line feed behind its last line, whether it has one or not.
type WithEnd = io::Chain<Box<dyn Read + Send>, &'static [u8]>;

/// The separator that a file's name suggests: a tab for `.tsv`, else a comma.
pub fn usual_separator(path: &Path) -> u8 {
    let name = path.to_string_lossy().to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    if name.ends_with(".tsv") || name.ends_with(".tab") { b'\t' } else { b',' }
}

/// Opens a table, with the options that `table` has; the first row is one like any other, and rows may have different
/// lengths.
///
/// # Errors
/// When it is no regular file or no text, or the system refuses.
pub fn open(
    path: &Path,
    table: &Csv,
    limits: &Limits,
) -> Result<(Separated, Dialect, Encoding), files::Error> {
    let text = text::open(path, table.encoding)?;
    let dialect = Dialect::of(&text.sample, table, usual_separator(path))
        .map_err(|problem| io::Error::new(io::ErrorKind::InvalidInput, problem))?;
    let reader = csv::ReaderBuilder::new()
        .delimiter(dialect.separator)
        .quote(dialect.quote)
        .comment(dialect.comment)
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(1 << 16)
        .from_reader(RowGuard { inner: text.reader.chain(&b"\n"[..]), most: limits.longest_row, since: 0 });
    Ok((Separated { reader, header: dialect.header.clone() }, dialect, text.encoding))
}

impl RowReader for Separated {
    fn next(&mut self, row: &mut Row) -> Result<bool, Problem> {
        if let Some(header) = self.header.take() {
            (row.cells, row.at) = (csv::StringRecord::from(header), Place::Line(1));
            return Ok(true);
        }
        let line = self.reader.position().line();
        let read = self.reader.read_record(&mut row.cells);
        self.reader.get_mut().since = 0;
        row.at = Place::Line(line);
        match read {
            Ok(is_row) => {
                // The reader counts from where it began, blank lines and comments before the row included. The row itself
                // has a line, and one more for each line feed within a cell.
                let within = row.cells.as_slice().bytes().filter(|&byte| byte == b'\n').count() as u64;
                row.at = Place::Line((self.reader.position().line() - 1).saturating_sub(within));
                Ok(is_row)
            }
            Err(error) if error.is_io_error() => Err(Problem::of_file(format!("line {line}: {error}"))),
            Err(error) => Err(Problem::of_row(plain(&error))),
        }
    }
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
        Ok(count)
    }
}
