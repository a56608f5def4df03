//! Rows of numbers, in memory or in a file that is larger than memory.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::sync::Arc;

use crate::data::Error;

/// What is kept in memory; larger files are read row by row when a batch needs them.
pub const IN_MEMORY: u64 = 256 << 20;

/// Samples' inputs, readable in any order by any thread. They are in double precision, as files may hold them: a time in seconds
/// has more digits than single precision, and keeps them until it is scaled.
pub trait Rows: Send + Sync {
    /// How many.
    fn count(&self) -> usize;

    /// Numbers of one.
    fn width(&self) -> usize;

    /// Reads one into `out`, `width` long.
    ///
    /// # Errors
    /// When the file cannot be read any more, or was changed since it was opened.
    fn read(&self, row: usize, out: &mut [f64]) -> Result<(), Error>;

    /// Hands one to `take` piece by piece, each with the place of its first number: a row may be too long to be in memory
    /// as a whole. `piece` is working memory.
    ///
    /// # Errors
    /// As [`read`](Rows::read), and what `take` gives back.
    fn in_pieces(&self, row: usize, piece: &mut Vec<f64>, take: Take) -> Result<(), Error> {
        piece.resize(self.width(), 0.0);
        self.read(row, piece)?;
        take(0, piece)
    }

    /// What to call them in errors: their file or folder.
    fn origin(&self) -> &str;

    /// Whether reading takes so long that it is better done ahead.
    fn is_costly(&self) -> bool {
        false
    }
}

/// Takes a piece of a row: the place of its first number, and its numbers.
pub type Take<'a> = &'a mut dyn FnMut(usize, &[f64]) -> Result<(), Error>;

/// Numbers of a piece of a row.
pub(super) const PIECE: usize = 1 << 14;

/// Numbers of a row of this shape; none where they are too many to count, or there are none at all.
pub fn width(shape: &[usize]) -> Option<usize> {
    let width = shape.iter().try_fold(1_usize, |product, &axis| product.checked_mul(axis))?;
    (1..=1 << 32).contains(&width).then_some(width)
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say all")]
pub enum Kind {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F16,
    F32,
    F64,
    /// True and false, a byte each.
    Bool,
    /// A letter of a text of fixed length, a byte each: filled up with zeros.
    Letter,
    /// A letter of four bytes, likewise.
    WideLetter,
}

impl Kind {
    /// Whether it is a letter of a text.
    pub fn is_letter(self) -> bool {
        matches!(self, Kind::Letter | Kind::WideLetter)
    }

    /// What NumPy calls it.
    pub fn dtype(self) -> &'static str {
        match self {
            Kind::U8 => "uint8",
            Kind::I8 => "int8",
            Kind::U16 => "uint16",
            Kind::I16 => "int16",
            Kind::U32 => "uint32",
            Kind::I32 => "int32",
            Kind::U64 => "uint64",
            Kind::I64 => "int64",
            Kind::F16 => "float16",
            Kind::F32 => "float32",
            Kind::F64 => "float64",
            Kind::Bool => "bool",
            Kind::Letter => "bytes",
            Kind::WideLetter => "str",
        }
    }
}

/// A kind of number and the order of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// The kind.
    pub kind: Kind,
    /// The most significant byte comes first.
    pub is_big_endian: bool,
}

impl Number {
    /// Bytes of one.
    pub fn size(self) -> usize {
        match self.kind {
            Kind::U8 | Kind::I8 | Kind::Bool | Kind::Letter => 1,
            Kind::U16 | Kind::I16 | Kind::F16 => 2,
            Kind::U32 | Kind::I32 | Kind::F32 | Kind::WideLetter => 4,
            Kind::U64 | Kind::I64 | Kind::F64 => 8,
        }
    }

    /// Whether it may have a fraction, or be none at all.
    pub fn is_float(self) -> bool {
        matches!(self.kind, Kind::F16 | Kind::F32 | Kind::F64)
    }

    /// One number from its bytes.
    pub fn decode(self, bytes: &[u8]) -> f64 {
        let mut all = [0; 8];
        let count = bytes.len().min(8);
        for (place, &byte) in bytes.iter().take(8).enumerate() {
            all[if self.is_big_endian { count - 1 - place } else { place }] = byte;
        }
        let whole = u64::from_le_bytes(all);
        match self.kind {
            Kind::U8 | Kind::U16 | Kind::U32 | Kind::U64 => whole as f64,
            Kind::Bool => f64::from(u8::from(whole != 0)),
            Kind::Letter | Kind::WideLetter => whole as f64,
            Kind::I8 => f64::from(whole as u8 as i8),
            Kind::I16 => f64::from(whole as u16 as i16),
            Kind::I32 => f64::from(whole as u32 as i32),
            Kind::I64 => whole as i64 as f64,
            Kind::F16 => half::f16::from_bits(whole as u16).to_f64(),
            Kind::F32 => f64::from(f32::from_bits(whole as u32)),
            Kind::F64 => f64::from_bits(whole),
        }
    }
}

/// Where bytes are.
#[derive(Debug)]
pub enum Bytes {
    /// In memory.
    Memory(Vec<u8>),
    /// In a file.
    File(File),
}

impl Bytes {
    /// The first `size` bytes of a file: read, or left on disk where they are more than `in_memory`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn of(mut file: File, size: u64, in_memory: u64) -> io::Result<Self> {
        if size > in_memory {
            return Ok(Bytes::File(file));
        }
        let mut all = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        file.rewind()?;
        file.take(size).read_to_end(&mut all)?;
        Ok(Bytes::Memory(all))
    }

    /// What a stream gives, up to `size` bytes, and how many there were: in memory, or in a temporary file where they may
    /// be more than `in_memory`.
    ///
    /// # Errors
    /// When the stream cannot be read, or the temporary file not be written.
    pub(super) fn of_stream(stream: impl Read, size: u64, in_memory: u64) -> io::Result<(Self, u64)> {
        let mut stream = stream.take(size);
        if size <= in_memory {
            let mut memory = Vec::new();
            stream.read_to_end(&mut memory)?;
            let held = memory.len() as u64;
            return Ok((Bytes::Memory(memory), held));
        }
        let mut spooled = io::BufWriter::new(tempfile::tempfile()?);
        let held = io::copy(&mut stream, &mut spooled)?;
        spooled.flush()?;
        Ok((Bytes::File(spooled.into_inner().map_err(io::IntoInnerError::into_error)?), held))
    }

    /// The first bytes, at most `most` of them.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(super) fn start(&self, held: u64, most: u64) -> io::Result<Vec<u8>> {
        let mut start = vec![0; usize::try_from(held.min(most)).unwrap_or(usize::MAX)];
        self.read_at(0, &mut start)?;
        Ok(start)
    }

    /// Fills `out` with what is at this place.
    ///
    /// # Errors
    /// When there is less, or it cannot be read.
    pub(super) fn read_at(&self, from: u64, out: &mut [u8]) -> io::Result<()> {
        match self {
            Bytes::Memory(bytes) => {
                let from = usize::try_from(from).unwrap_or(usize::MAX);
                let part = bytes.get(from..).and_then(|rest| rest.get(..out.len()));
                out.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
                Ok(())
            }
            Bytes::File(file) => read_at(file, from, out),
        }
    }
}

#[cfg(unix)]
fn read_at(file: &File, from: u64, out: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, out, from)
}

#[cfg(windows)]
fn read_at(file: &File, mut from: u64, mut out: &mut [u8]) -> io::Result<()> {
    while !out.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, out, from)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => (from, out) = (from + count as u64, &mut out[count..]),
        }
    }
    Ok(())
}

/// A matrix in bytes.
#[derive(Debug)]
pub struct Stored {
    /// Where they are.
    pub bytes: Bytes,
    /// Where in them the first number is.
    pub first: u64,
    /// What they are.
    pub number: Number,
    /// Numbers of a row.
    pub width: usize,
    /// Rows.
    pub count: usize,
    /// What to call it in errors.
    pub origin: String,
}

impl Rows for Stored {
    fn origin(&self) -> &str {
        &self.origin
    }

    fn count(&self) -> usize {
        self.count
    }

    fn width(&self) -> usize {
        self.width
    }

    fn read(&self, row: usize, out: &mut [f64]) -> Result<(), Error> {
        self.read_from(row, 0, out)
    }

    fn in_pieces(&self, row: usize, piece: &mut Vec<f64>, take: Take) -> Result<(), Error> {
        for first in (0..self.width).step_by(PIECE) {
            piece.resize(PIECE.min(self.width - first), 0.0);
            self.read_from(row, first, piece)?;
            take(first, piece)?;
        }
        Ok(())
    }
}

impl Stored {
    /// Bytes of it that are in memory.
    pub fn bytes_in_memory(&self) -> u64 {
        match &self.bytes {
            Bytes::Memory(bytes) => bytes.len() as u64,
            Bytes::File(_) => 0,
        }
    }

    /// Reads a row from its `first` number on, through a buffer of a piece.
    fn read_from(&self, row: usize, first: usize, out: &mut [f64]) -> Result<(), Error> {
        let size = self.number.size();
        let mut from = self.first + (row as u64 * self.width as u64 + first as u64) * size as u64;
        let mut bytes = vec![0; out.len().min(PIECE) * size];
        for out in out.chunks_mut(PIECE) {
            let bytes = &mut bytes[..out.len() * size];
            self.bytes.read_at(from, bytes).map_err(|error| Error::Broken {
                origin: self.origin.clone(),
                problem: format!("sample {} cannot be read any more: {error}", row + 1),
            })?;
            self.decode(bytes, out);
            from += bytes.len() as u64;
        }
        Ok(())
    }

    fn decode(&self, bytes: &[u8], out: &mut [f64]) {
        match (self.number.kind, self.number.is_big_endian) {
            // The usual kinds, for speed; all others one by one.
            (Kind::U8, _) => out.iter_mut().zip(bytes).for_each(|(x, &byte)| *x = f64::from(byte)),
            (Kind::F32, false) => {
                let numbers = bytes.as_chunks::<4>().0;
                out.iter_mut()
                    .zip(numbers)
                    .for_each(|(x, &number)| *x = f64::from(f32::from_le_bytes(number)));
            }
            (Kind::F64, false) => {
                let numbers = bytes.as_chunks::<8>().0;
                out.iter_mut().zip(numbers).for_each(|(x, &number)| *x = f64::from_le_bytes(number));
            }
            _ => {
                for (x, number) in out.iter_mut().zip(bytes.chunks_exact(self.number.size())) {
                    *x = self.number.decode(number);
                }
            }
        }
    }

    /// Hands all numbers to `take`, row after row, in pieces that know nothing of rows: each with the place of its first
    /// number among all.
    ///
    /// # Errors
    /// When the file cannot be read any more, and what `take` gives back.
    pub fn in_order(&self, take: Take) -> Result<(), Error> {
        let (all, mut piece) = (self.count * self.width, Vec::new());
        for first in (0..all).step_by(PIECE) {
            piece.resize(PIECE.min(all - first), 0.0);
            self.read_from(first / self.width, first % self.width, &mut piece)?;
            take(first, &piece)?;
        }
        Ok(())
    }

    /// Looks at every number once.
    ///
    /// # Errors
    /// The first value that is not a finite number, with its row and column from 1.
    pub fn check_finite(&self) -> Result<(), Error> {
        if !self.number.is_float() {
            return Ok(());
        }
        self.in_order(&mut |first, cells| {
            let Some(place) = cells.iter().position(|x| !x.is_finite()) else { return Ok(()) };
            Err(self.not_finite(first + place, cells[place]))
        })
    }

    /// What is said of the number at a place among all.
    pub fn not_finite(&self, place: usize, x: f64) -> Error {
        let (row, column) = (place / self.width + 1, place % self.width + 1);
        let problem = format!("row {row}, column {column}: {x} is not a number to learn from");
        Error::Broken { origin: self.origin.clone(), problem }
    }
}

/// The rows of several sets of the same width, one after another.
pub struct Joined {
    first: Arc<dyn Rows>,
    /// The other sets, each with the number of its first row among all.
    others: Vec<(usize, Arc<dyn Rows>)>,
}

impl Joined {
    /// The rows of `first`, then those of each of `others`.
    pub fn of(first: Arc<dyn Rows>, others: impl IntoIterator<Item = Arc<dyn Rows>>) -> Self {
        let mut count = first.count();
        let numbered = |rows: Arc<dyn Rows>| {
            let from = count;
            count += rows.count();
            (from, rows)
        };
        Joined { others: others.into_iter().map(numbered).collect(), first }
    }

    /// The set that has this row, and the row's number there.
    fn place(&self, row: usize) -> (&dyn Rows, usize) {
        let begun = self.others.partition_point(|(from, _)| *from <= row);
        match self.others[..begun].last() {
            Some((from, rows)) => (&**rows, row - from),
            None => (&*self.first, row),
        }
    }
}

impl Rows for Joined {
    fn origin(&self) -> &str {
        self.first.origin()
    }

    fn count(&self) -> usize {
        self.others.last().map_or(self.first.count(), |(from, rows)| from + rows.count())
    }

    fn width(&self) -> usize {
        self.first.width()
    }

    fn read(&self, row: usize, out: &mut [f64]) -> Result<(), Error> {
        let (rows, row) = self.place(row);
        rows.read(row, out)
    }

    fn in_pieces(&self, row: usize, piece: &mut Vec<f64>, take: Take) -> Result<(), Error> {
        let (rows, row) = self.place(row);
        rows.in_pieces(row, piece, take)
    }

    fn is_costly(&self) -> bool {
        self.first.is_costly() || self.others.iter().any(|(_, rows)| rows.is_costly())
    }
}

/// Collects rows that are read one after another: in memory, or beyond `in_memory` bytes in a temporary file that the
/// system removes with the process.
pub struct Spool {
    memory: Vec<u8>,
    file: Option<io::BufWriter<File>>,
    in_memory: u64,
    origin: String,
    numbers: usize,
    /// Working memory: the bytes of what is added.
    bytes: Vec<u8>,
}

impl Spool {
    /// An empty one; `origin` is what to call it in errors.
    pub fn new(origin: &str, in_memory: u64) -> Self {
        Spool {
            memory: Vec::new(),
            file: None,
            in_memory,
            origin: origin.into(),
            numbers: 0,
            bytes: Vec::new(),
        }
    }

    /// Adds numbers.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub fn push(&mut self, numbers: &[f64]) -> Result<(), Error> {
        let full = |error: io::Error, origin: &str| Error::Broken {
            origin: origin.into(),
            problem: format!("its numbers cannot be put into a temporary file: {error}"),
        };
        self.numbers += numbers.len();
        if self.file.is_none() && (self.memory.len() + size_of_val(numbers)) as u64 > self.in_memory {
            let file = tempfile::tempfile().map_err(|error| full(error, &self.origin))?;
            let mut file = io::BufWriter::with_capacity(1 << 16, file);
            file.write_all(&std::mem::take(&mut self.memory)).map_err(|error| full(error, &self.origin))?;
            self.file = Some(file);
        }
        self.bytes.clear();
        self.bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        match &mut self.file {
            Some(file) => file.write_all(&self.bytes).map_err(|error| full(error, &self.origin))?,
            None => self.memory.extend_from_slice(&self.bytes),
        }
        Ok(())
    }

    /// What was collected, as rows.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub fn rows(self, width: usize) -> Result<Stored, Error> {
        let bytes = match self.file {
            None => Bytes::Memory(self.memory),
            Some(file) => Bytes::File(file.into_inner().map_err(|error| Error::Broken {
                origin: self.origin.clone(),
                problem: format!("its numbers cannot be put into a temporary file: {error}"),
            })?),
        };
        let number = Number { kind: Kind::F64, is_big_endian: false };
        let count = self.numbers / width.max(1);
        Ok(Stored { bytes, first: 0, number, width, count, origin: self.origin })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_both_orders_of_bytes() {
        let decode = |kind, is_big_endian, bytes: &[u8]| Number { kind, is_big_endian }.decode(bytes);
        assert_eq!(decode(Kind::I16, true, &[0xff, 0xfe]), -2.0);
        assert_eq!(decode(Kind::I16, false, &[0xfe, 0xff]), -2.0);
        assert_eq!(decode(Kind::U8, false, &[200]), 200.0);
        assert_eq!(decode(Kind::F32, true, &1.5_f32.to_be_bytes()), 1.5);
        assert_eq!(decode(Kind::F64, false, &(-0.1_f64).to_le_bytes()), -0.1);
        // Half precision: the largest number, the smallest one, a third (IEEE 754-2008).
        assert_eq!(decode(Kind::F16, false, &[0xff, 0x7b]), 65504.0);
        assert_eq!(decode(Kind::F16, true, &[0x80, 0x01]), -(2_f64.powi(-24)));
        assert_eq!(decode(Kind::F16, true, &[0x35, 0x55]), 0.333251953125);
        assert_eq!(decode(Kind::I64, false, &(-7_i64).to_le_bytes()), -7.0);
    }

    fn rows(stored: Stored) -> Arc<dyn Rows> {
        Arc::new(stored)
    }

    #[test]
    fn a_long_row_comes_in_pieces_that_are_the_whole() {
        let width = 2 * PIECE + 5;
        let numbers: Vec<f64> = (0..2 * width).map(|x| x as f64).collect();
        for in_memory in [IN_MEMORY, 48] {
            let mut spool = Spool::new("x", in_memory);
            numbers.chunks(width).for_each(|row| spool.push(row).unwrap());
            let stored = spool.rows(width).unwrap();
            let (mut piece, mut whole, mut row) = (Vec::new(), Vec::new(), vec![0.0; width]);
            let joined = Joined::of(Arc::new(stored), [rows(Spool::new("y", 0).rows(width).unwrap())]);
            joined
                .in_pieces(1, &mut piece, &mut |first, cells| {
                    assert!(first == whole.len() && cells.len() <= PIECE);
                    whole.extend_from_slice(cells);
                    Ok(())
                })
                .unwrap();
            joined.read(1, &mut row).unwrap();
            assert!(whole == row && row == numbers[width..]);
        }
    }

    #[test]
    fn what_does_not_fit_into_memory_is_read_back_from_a_file() {
        let collected = |in_memory| {
            let mut spool = Spool::new("x", in_memory);
            for row in 0..10 {
                spool.push(&[f64::from(row), -f64::from(row)]).unwrap();
            }
            spool.rows(2).unwrap()
        };
        let (memory, file) = (collected(IN_MEMORY), collected(48));
        assert!(matches!(memory.bytes, Bytes::Memory(_)) && matches!(file.bytes, Bytes::File(_)));
        let none = Spool::new("x", 0).rows(2).unwrap();
        let joined = Joined::of(Arc::new(memory), [none, file, collected(0)].map(rows));
        assert_eq!(joined.count(), 30);
        let mut row = [0.0; 2];
        for (at, expected) in [(0, 0.0), (9, 9.0), (10, 0.0), (17, 7.0), (19, 9.0), (20, 0.0), (29, 9.0)] {
            joined.read(at, &mut row).unwrap();
            assert_eq!(row, [expected, -expected]);
        }
        assert!(joined.read(30, &mut row).unwrap_err().to_string().contains("sample 11"));
    }
}
