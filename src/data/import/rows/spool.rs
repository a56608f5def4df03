//! Collects rows that are read one after another.

use std::fs::File;
use std::io::{self, Write};

use super::number::{Kind, Number};
use super::stored::{Bytes, Stored};
use crate::data::Error;

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
