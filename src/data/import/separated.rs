//! Opens a table of separated cells, row by row. A row that does not end is refused before it fills the memory.

use std::io::{self, Read};
use std::path::Path;

use super::gzip::{self, Unpacked};
use super::limits::Limits;
use super::newlines::Newlines;
use crate::system::encoding::Decoded;
use crate::system::files;

/// The rows of a table's file.
pub type Reader = csv::Reader<RowGuard<Newlines<Decoded<Unpacked>>>>;

/// What stands between the cells of a file, by its name: a tab in `.tsv` and `.tsv.gz`, else a comma.
pub fn usual_separator(path: &Path) -> char {
    let name = path.to_string_lossy().to_lowercase();
    if name.strip_suffix(".gz").unwrap_or(&name).ends_with(".tsv") { '\t' } else { ',' }
}

/// Opens a table, gzipped or not; the first row is one like any other, and rows may have different lengths.
///
/// # Errors
/// When it is no regular file, or the system refuses.
pub fn open(path: &Path, separator: u8, limits: &Limits) -> Result<Reader, files::Error> {
    let text = Newlines::new(gzip::open_text(path)?);
    Ok(csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(RowGuard { inner: text, most: limits.longest_row, since: 0 }))
}

/// Reads the next row.
///
/// # Errors
/// As the csv crate has them: a row that is too long, as any error of reading, is one of input and output.
pub fn next(reader: &mut Reader, record: &mut csv::StringRecord) -> csv::Result<bool> {
    let read = reader.read_record(record);
    reader.get_mut().since = 0;
    read
}

/// Fails where a row goes on for too many bytes. What the csv crate has read ahead of a row is not counted, so a row of no
/// more than `most` always passes.
#[derive(Debug)]
pub struct RowGuard<R> {
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
