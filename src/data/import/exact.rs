//! Whole numbers by all their digits, of which double precision has the first sixteen.

use super::rows::{Kind, PIECE, Stored};
use crate::data::Error;

impl Stored {
    /// Whether its numbers may have more digits than double precision.
    pub fn may_be_long(&self) -> bool {
        matches!(self.number.kind, Kind::I64 | Kind::U64)
    }

    /// Hands all its whole numbers to `take`, in their order; nothing where it has no such numbers.
    ///
    /// # Errors
    /// When the file cannot be read any more.
    pub fn whole_numbers(&self, take: &mut dyn FnMut(i128)) -> Result<(), Error> {
        if !self.may_be_long() {
            return Ok(());
        }
        let (size, all) = (self.number.size(), self.count * self.width);
        for first in (0..all).step_by(PIECE) {
            let mut bytes = vec![0; PIECE.min(all - first) * size];
            self.bytes.read_at(self.first + (first * size) as u64, &mut bytes).map_err(|error| {
                Error::Broken {
                    origin: self.origin.clone(),
                    problem: format!("sample {} cannot be read any more: {error}", first / self.width + 1),
                }
            })?;
            for &number in bytes.as_chunks::<8>().0 {
                let is_big = self.number.is_big_endian;
                let whole = if is_big { u64::from_be_bytes(number) } else { u64::from_le_bytes(number) };
                let is_signed = self.number.kind == Kind::I64;
                take(if is_signed { i128::from(whole.cast_signed()) } else { i128::from(whole) });
            }
        }
        Ok(())
    }
}
