//! A matrix in bytes, in memory or in a file.

use std::fs::File;
use std::io::{self, Read, Seek, Write};

use super::number::{Kind, Number};
use super::{PIECE, Rows, Take, TakeOf};
use crate::data::Error;

/// Rows of a file are read at once where from one to the next it is at most this many rows.
const WIDEST_STEP: u32 = 4;

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
    pub(in crate::data::import) fn of(mut file: File, size: u64, in_memory: u64) -> io::Result<Self> {
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
    pub(in crate::data::import) fn of_stream(
        stream: impl Read,
        size: u64,
        in_memory: u64,
    ) -> io::Result<(Self, u64)> {
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
    pub(in crate::data::import) fn start(&self, held: u64, most: u64) -> io::Result<Vec<u8>> {
        let mut start = vec![0; usize::try_from(held.min(most)).unwrap_or(usize::MAX)];
        self.read_at(0, &mut start)?;
        Ok(start)
    }

    /// Fills `out` with what is at this place.
    ///
    /// # Errors
    /// When there is less, or it cannot be read.
    pub(in crate::data::import) fn read_at(&self, from: u64, out: &mut [u8]) -> io::Result<()> {
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

    fn each(&self, mut rows: &[u32], take: TakeOf) -> Result<(), Error> {
        let (mut piece, mut at) = (Vec::new(), 0);
        while let Some(&first_row) = rows.first() {
            let together = self.together(rows);
            let last_row = rows[together - 1];
            if together == 1 {
                self.in_pieces(first_row as usize, &mut piece, &mut |first, cells| take(at, first, cells))?;
            } else {
                piece.resize((last_row - first_row + 1) as usize * self.width, 0.0);
                self.read_from(first_row as usize, 0, &mut piece)?;
                for (place, row) in rows[..together].iter().enumerate() {
                    let start = (row - first_row) as usize * self.width;
                    take(at + place, 0, &piece[start..start + self.width])?;
                }
            }
            (at, rows) = (at + together, &rows[together..]);
        }
        Ok(())
    }

    fn is_on_disk(&self) -> bool {
        matches!(self.bytes, Bytes::File(_))
    }
}

impl Stored {
    /// How many of the first of `rows` lie so close together, one behind the other, that reading them at once is quicker than each by itself.
    fn together(&self, rows: &[u32]) -> usize {
        let most = (PIECE / self.width.max(1)) as u32;
        let close = rows.windows(2).take_while(|pair| {
            let step = pair[1].checked_sub(pair[0]);
            step.is_some_and(|step| (1..=WIDEST_STEP).contains(&step)) && pair[1] - rows[0] < most
        });
        1 + close.count()
    }

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
        self.check(&|x| x.is_finite())
    }

    /// As [`check_finite`](Stored::check_finite), for numbers that may be what `is_allowed` says.
    ///
    /// # Errors
    /// The first value that is not allowed, with its row and column from 1.
    pub fn check(&self, is_allowed: &dyn Fn(f64) -> bool) -> Result<(), Error> {
        if !self.number.is_float() {
            return Ok(());
        }
        self.in_order(&mut |first, cells| {
            let Some(place) = cells.iter().position(|&x| !is_allowed(x)) else { return Ok(()) };
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
