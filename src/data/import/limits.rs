//! What reading a file may take. Every reader is given its limits; only who begins to read asks for the machine's.

use super::budget::{Budget, DECODING};
use super::rows::IN_MEMORY;
use crate::data::Error;
use crate::preset::summary::in_bytes;
use crate::system::memory;

/// The longest row of a table, or line with a class and a text, in bytes.
const LONGEST_ROW: u64 = 16 << 20;

/// What reading a file may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Numbers beyond so many bytes stay in their file, or go into a temporary one.
    pub in_memory: u64,
    /// The longest row of a table, or line with a class and a text, in bytes.
    pub longest_row: u64,
    /// Bytes of memory that may be taken for what has to be in memory as a whole.
    pub memory: u64,
    /// What images and sounds share while they are decoded.
    pub decoding: &'static Budget,
}

impl Limits {
    /// What this machine has room for now.
    pub fn of_machine() -> Self {
        Limits {
            in_memory: IN_MEMORY,
            longest_row: LONGEST_ROW,
            memory: memory::usable_now(),
            decoding: &DECODING,
        }
    }

    /// Refuses what would take more memory than is free; `takes` is what would take it: `its labels take`.
    pub(in crate::data) fn check(&self, bytes: u64, takes: &str, origin: &str) -> Result<(), Error> {
        self.fits(bytes, takes).map_err(|problem| Error::Broken { origin: origin.into(), problem })
    }

    /// As [`check`](Limits::check), where somebody else says what it is of.
    pub(in crate::data) fn fits(&self, bytes: u64, takes: &str) -> Result<(), String> {
        if bytes <= self.memory {
            return Ok(());
        }
        Err(format!("{takes} {} of memory, and {} are free", in_bytes(bytes), in_bytes(self.memory)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused_in_numbers() {
        let limits = Limits { memory: 2048, ..Limits::of_machine() };
        assert!(limits.check(2048, "its labels take", "x").is_ok());
        let refused = limits.check(3072, "its labels take", "x").unwrap_err().to_string();
        assert_eq!(refused, "x: its labels take 3.00 KB of memory, and 2.00 KB are free");
    }
}
