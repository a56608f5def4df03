//! Tables in Apache Parquet's format, read row group by row group: no more is in memory than a page of each column, and the
//! cells of some rows.

mod column;
mod meaning;
mod texts;

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};

use super::guarded::guarded;
use super::reader::{Place, Problem, Row, RowReader};
use crate::system::files;
use column::Column;
pub(super) use column::LIST;
use meaning::of_timedelta;
pub use texts::WithTexts;

/// Rows whose cells are in memory at once.
const ROWS: usize = 1024;

/// The rows of a table in Parquet.
pub struct Parquet {
    file: Arc<File>,
    metadata: ParquetMetaData,
    columns: Vec<Column>,
    /// Whether the names of the columns are still to be given.
    names_first: bool,
    /// The number of the row group that is read, from 1, and its rows that are not in memory yet.
    group: usize,
    in_group: usize,
    /// Rows that are in memory, and the next of them.
    held: usize,
    next: usize,
    /// Rows that have been given.
    given: u64,
}

/// Opens a table. Its first row has the names of the columns where `names_first`.
///
/// # Errors
/// When it is no regular file, no Parquet, or the system refuses.
pub fn open(path: &Path, names_first: bool) -> Result<Parquet, files::Error> {
    let damaged = |error: ParquetError| io::Error::new(io::ErrorKind::InvalidData, in_words(&error));
    let file = files::open(path)?;
    let metadata = guarded(|| ParquetMetaDataReader::new().parse_and_finish(&file));
    let metadata = metadata.unwrap_or_else(impossible).map_err(damaged)?;
    if let Some(unread) = compression_that_is_not_read(&metadata) {
        let problem = format!(
            "it is compressed with {unread}, which is not read: snappy, gzip and zstd are, as in pandas' \
             to_parquet(…, compression=\"zstd\")"
        );
        return Err(io::Error::new(io::ErrorKind::InvalidData, problem).into());
    }
    let columns: Vec<Column> =
        metadata.file_metadata().schema_descr().columns().iter().map(Column::new).collect();
    let mut parquet = Parquet {
        file: Arc::new(file),
        metadata,
        columns,
        names_first,
        group: 0,
        in_group: 0,
        held: 0,
        next: 0,
        given: 0,
    };
    for (name, kind, numpy_type) in parquet.known_to_pandas() {
        let meaning = of_timedelta(&numpy_type).filter(|_| kind != CATEGORY);
        let column = parquet.columns.iter_mut().find(|column| column.name == name);
        meaning.into_iter().zip(column).for_each(|(meaning, column)| column.set_meaning(meaning));
    }
    Ok(parquet)
}

/// What pandas calls the type of a column of categories.
const CATEGORY: &str = "categorical";

/// The name of a compression that some column has and that is not read.
fn compression_that_is_not_read(metadata: &ParquetMetaData) -> Option<&'static str> {
    let mut columns = metadata.row_groups().iter().flat_map(RowGroupMetaData::columns);
    columns.find_map(|column| match column.compression() {
        Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::GZIP(_) | Compression::ZSTD(_) => None,
        Compression::LZ4 | Compression::LZ4_RAW => Some("lz4"),
        Compression::BROTLI(_) => Some("brotli"),
        Compression::LZO => Some("lzo"),
    })
}

/// The answer of a reader that has panicked.
fn impossible<T>() -> Result<T, ParquetError> {
    Err(ParquetError::General("it has a value that cannot be".into()))
}

/// What the parquet crate says, without its prefix, in one line.
fn in_words(error: &ParquetError) -> String {
    let text = error.to_string();
    let text = text.split_once(": ").map_or(&text[..], |(_, rest)| rest);
    format!("it is no whole Parquet file: {}", text.lines().next().unwrap_or_default())
}

/// What pandas calls an index without a name, and a number.
const UNNAMED_INDEX: &str = "__index_level_";

impl Parquet {
    /// The names of the columns that are the index of a table of pandas, as the file's metadata say it.
    pub fn index(&self) -> Vec<String> {
        let said = self.of_pandas();
        let named = said.as_ref().and_then(|said| said["index_columns"].as_array());
        let named: Vec<&str> = named.into_iter().flatten().filter_map(|name| name.as_str()).collect();
        let names = self.columns.iter().map(|column| &column.name);
        names.filter(|name| named.contains(&&name[..]) || name.starts_with(UNNAMED_INDEX)).cloned().collect()
    }

    /// What pandas says of itself in the file's metadata.
    fn of_pandas(&self) -> Option<serde_json::Value> {
        let metadata = self.metadata.file_metadata().key_value_metadata().into_iter().flatten();
        let text = metadata.filter(|entry| entry.key == "pandas").find_map(|entry| entry.value.as_deref())?;
        serde_json::from_str(text).ok()
    }

    /// The name of each column that pandas knows, with its type there and that in NumPy.
    fn known_to_pandas(&self) -> Vec<(String, String, String)> {
        let said = self.of_pandas();
        let columns = said.as_ref().and_then(|said| said["columns"].as_array());
        let text =
            |column: &serde_json::Value, key: &str| column[key].as_str().unwrap_or_default().to_string();
        let known = |column: &serde_json::Value| {
            let name = column["field_name"].as_str().or(column["name"].as_str())?.to_string();
            Some((name, text(column, "pandas_type"), text(column, "numpy_type")))
        };
        columns.into_iter().flatten().filter_map(known).collect()
    }

    /// The names of the columns that are categories in pandas, whatever they are categories of.
    pub fn categories(&self) -> Vec<String> {
        let known = self.known_to_pandas().into_iter();
        known.filter(|(_, kind, _)| kind == CATEGORY).map(|(name, ..)| name).collect()
    }

    /// Reads the cells of the next rows; false at the end.
    fn fetch(&mut self) -> Result<bool, Problem> {
        while self.in_group == 0 {
            if self.group == self.metadata.num_row_groups() {
                return Ok(false);
            }
            let group = self.metadata.row_group(self.group);
            self.group += 1;
            let rows = group.num_rows();
            self.in_group = usize::try_from(rows).map_err(|_| {
                Problem::of_file(format!("row group {}: it is said to have {rows} rows", self.group))
            })?;
            for place in 0..self.columns.len() {
                let (column, rows) = (&mut self.columns[place], self.in_group);
                let begun = guarded(|| column.begin(&self.file, group.column(place), rows));
                begun.unwrap_or_else(impossible).map_err(|error| self.broken(place, &error))?;
            }
        }
        let rows = self.in_group.min(ROWS);
        for place in 0..self.columns.len() {
            let column = &mut self.columns[place];
            let read = guarded(|| column.read(rows));
            read.unwrap_or_else(impossible).map_err(|error| self.broken(place, &error))?;
        }
        (self.in_group, self.held, self.next) = (self.in_group - rows, rows, 0);
        Ok(true)
    }

    /// What is wrong with the row group that is read, and the column at this place in it.
    fn broken(&self, place: usize, error: &ParquetError) -> Problem {
        let (group, name) = (self.group, &self.columns[place].name);
        Problem::of_file(format!("row group {group}, column {} ('{name}'): {}", place + 1, in_words(error)))
    }
}

impl Parquet {
    /// The names of the columns with moments in another zone than Greenwich's, and their zones, as pandas says it.
    fn zoned(&self) -> Vec<(String, String)> {
        let said = self.of_pandas();
        let columns = said.as_ref().and_then(|said| said["columns"].as_array());
        let zone = |column: &serde_json::Value| {
            let zone = column["metadata"]["timezone"].as_str().filter(|zone| *zone != "UTC")?;
            Some((column["name"].as_str()?.to_string(), zone.to_string()))
        };
        columns.into_iter().flatten().filter_map(zone).collect()
    }
}

impl RowReader for Parquet {
    fn next(&mut self, row: &mut Row) -> Result<bool, Problem> {
        if std::mem::take(&mut self.names_first) {
            row.cells = self.columns.iter().map(|column| &column.name[..]).collect();
            row.at = Place::Schema;
            return Ok(true);
        }
        if self.next == self.held && !self.fetch()? {
            return Ok(false);
        }
        row.cells.clear();
        self.columns.iter().for_each(|column| row.cells.push_field(column.cell(self.next)));
        (self.next, self.given) = (self.next + 1, self.given + 1);
        row.at = Place::Row(self.given);
        Ok(true)
    }

    fn told(&self) -> Vec<String> {
        let zoned = self.zoned().into_iter();
        zoned.map(|(name, zone)| format!("'{name}' has times of {zone}, which are read as UTC")).collect()
    }
}

#[cfg(test)]
mod tests;
