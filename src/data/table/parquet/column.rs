//! A column of a table in Parquet: its values as the text of cells.

use std::fs::File;
use std::sync::Arc;

use parquet::basic::Type;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::ColumnDescPtr;

use super::meaning::Meaning;

/// A column.
pub(super) struct Column {
    /// Its name; of a field within a structure, `structure.field`.
    pub name: String,
    meaning: Meaning,
    described: ColumnDescPtr,
    /// The level at which a value is there; below, it or what it is in is missing.
    present: i16,
    /// Whether a row may have several values.
    is_list: bool,
    reader: Option<ColumnReader>,
    /// The cells of the rows in memory, one after another, and where each ends.
    text: String,
    ends: Vec<usize>,
}

/// The cell of a column with several values a row, which has nothing to learn from.
pub const LIST: &str = "(list)";

/// Whether the level below a column's name is that of a list, as writers call it.
fn is_list(level: &str) -> bool {
    matches!(level, "list" | "bag" | "array")
}

impl Column {
    pub fn new(described: &ColumnDescPtr) -> Self {
        Column {
            name: match described.path().parts() {
                // The levels of a list in Parquet's format say nothing.
                [name, levels, _] if described.max_rep_level() == 1 && is_list(levels) => name.clone(),
                parts => parts.join("."),
            },
            meaning: Meaning::of(described),
            described: described.clone(),
            present: described.max_def_level(),
            is_list: described.max_rep_level() > 0,
            reader: None,
            text: String::new(),
            ends: Vec::new(),
        }
    }

    /// Whether its values are texts.
    pub fn is_text(&self) -> bool {
        self.meaning == Meaning::Plain && self.described.physical_type() == Type::BYTE_ARRAY && !self.is_list
    }

    /// Takes what pandas knows of its values, where they are whole numbers.
    pub fn set_meaning(&mut self, meaning: Meaning) {
        if self.meaning == Meaning::Plain && self.described.physical_type() == Type::INT64 {
            self.meaning = meaning;
        }
    }

    /// Begins with a row group of so many rows, in which this chunk is the column.
    pub fn begin(
        &mut self,
        file: &Arc<File>,
        chunk: &ColumnChunkMetaData,
        rows: usize,
    ) -> Result<(), ParquetError> {
        self.reader = None;
        if !self.is_list {
            let pages = SerializedPageReader::new(file.clone(), chunk, rows, None)?;
            self.reader = Some(get_column_reader(self.described.clone(), Box::new(pages)));
        }
        Ok(())
    }

    /// Reads the cells of the next `rows` rows.
    pub fn read(&mut self, rows: usize) -> Result<(), ParquetError> {
        self.text.clear();
        self.ends.clear();
        let cells = Cells { text: &mut self.text, ends: &mut self.ends, rows, present: self.present };
        let meaning = &self.meaning;
        match &mut self.reader {
            None => {
                cells.fill_with(LIST);
                Ok(())
            }
            Some(ColumnReader::BoolColumnReader(reader)) => {
                cells.read(reader, |value, out| out.push_str(if *value { "True" } else { "False" }))
            }
            Some(ColumnReader::Int32ColumnReader(reader)) => {
                cells.read(reader, |value, out| meaning.push_i32(*value, out))
            }
            Some(ColumnReader::Int64ColumnReader(reader)) => {
                cells.read(reader, |value, out| meaning.push_i64(*value, out))
            }
            Some(ColumnReader::Int96ColumnReader(reader)) => {
                cells.read(reader, |value, out| Meaning::push_moment(value.to_nanos(), 1_000_000_000, out))
            }
            Some(ColumnReader::FloatColumnReader(reader)) => {
                cells.read(reader, |value, out| Meaning::push_number(*value, value.is_nan(), out))
            }
            Some(ColumnReader::DoubleColumnReader(reader)) => {
                cells.read(reader, |value, out| Meaning::push_number(*value, value.is_nan(), out))
            }
            Some(ColumnReader::ByteArrayColumnReader(reader)) => {
                cells.read(reader, |value, out| meaning.push_bytes(value.data(), out))
            }
            Some(ColumnReader::FixedLenByteArrayColumnReader(reader)) => {
                cells.read(reader, |value, out| meaning.push_bytes(value.data(), out))
            }
        }
    }

    /// The cell of a row that is in memory.
    pub fn cell(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.text[start..self.ends[row]]
    }
}

/// Where the cells of some rows go.
struct Cells<'a> {
    text: &'a mut String,
    ends: &'a mut Vec<usize>,
    rows: usize,
    present: i16,
}

impl Cells<'_> {
    fn fill_with(self, cell: &str) {
        for _ in 0..self.rows {
            self.text.push_str(cell);
            self.ends.push(self.text.len());
        }
    }

    /// Reads the values of all rows; `push` writes one as text. The cell of a missing value is empty.
    fn read<T: DataType>(
        self,
        reader: &mut ColumnReaderImpl<T>,
        push: impl Fn(&T::T, &mut String),
    ) -> Result<(), ParquetError> {
        let (mut levels, mut values) = (Vec::new(), Vec::new());
        let (read, ..) = reader.read_records(self.rows, Some(&mut levels), None, &mut values)?;
        if read != self.rows {
            return Err(ParquetError::EOF(format!(": its rows end {} too early", self.rows - read)));
        }
        let mut values = values.iter();
        for row in 0..self.rows {
            // A column that is required has no levels.
            if levels.get(row).is_none_or(|&level| level == self.present)
                && let Some(value) = values.next()
            {
                push(value, self.text);
            }
            self.ends.push(self.text.len());
        }
        Ok(())
    }
}
