//! What the parts of a set have in common: its samples as the network gets them.

use rayon::prelude::*;

use super::fitted::Fitted;
use super::set::Imported;
use crate::data::Error;
use crate::data::import::rows::{IN_MEMORY, for_all};
use crate::preset::Labels;

/// A set, and how its samples are brought to what the network gets.
pub struct Shared {
    pub set: Imported,
    pub fitted: Fitted,
    pub labels: Labels,
    /// The inputs of all samples as the network gets them, where they are read from a file and fit into memory so; else empty.
    ready: Vec<f32>,
}

impl Shared {
    /// A set of which the inputs are kept as the network gets them where they are on disk and are no more than [`IN_MEMORY`] so: single
    /// precision is half of what a table's numbers take in their file, and a shuffled epoch reads each row by itself.
    ///
    /// # Errors
    /// When the files cannot be read any more.
    pub fn of(set: Imported, fitted: Fitted, labels: Labels) -> Result<Self, Error> {
        Self::within(set, fitted, labels, IN_MEMORY)
    }

    fn within(set: Imported, fitted: Fitted, labels: Labels, in_memory: u64) -> Result<Self, Error> {
        let numbers = set.rows.count().saturating_mul(set.rows.width());
        let is_kept = set.rows.is_on_disk() && (numbers as u64).saturating_mul(4) <= in_memory;
        let mut shared = Shared { set, fitted, labels, ready: Vec::new() };
        if is_kept {
            let mut ready = vec![0.0; numbers];
            let width = shared.set.rows.width();
            for_all(&*shared.set.rows, &mut |row, first, cells| {
                shared.take(row, first, cells, &mut ready[row * width..(row + 1) * width]);
                Ok(())
            })?;
            shared.ready = ready;
        }
        Ok(shared)
    }

    /// Brings the samples at these places to what the network gets: `out` has their inputs, one behind the other.
    ///
    /// # Errors
    /// When their file cannot be read any more.
    pub fn fill(&self, places: &[u32], out: &mut [f32]) -> Result<(), Error> {
        let rows = &*self.set.rows;
        let width = rows.width();
        if !self.ready.is_empty() {
            for (row, &place) in out.chunks_exact_mut(width).zip(places) {
                row.copy_from_slice(&self.ready[place as usize * width..][..width]);
            }
            return Ok(());
        }
        if !rows.is_costly() {
            return rows.each(places, &mut |at, first, cells| {
                self.take(places[at] as usize, first, cells, &mut out[at * width..(at + 1) * width]);
                Ok(())
            });
        }
        let read = out.par_chunks_exact_mut(width).zip(places).map_init(Vec::new, |piece, (row, &place)| {
            rows.in_pieces(place as usize, piece, &mut |first, cells| {
                self.take(place as usize, first, cells, row);
                Ok(())
            })
        });
        // The first in the batch's order, whichever thread was first.
        read.find_map_first(Result::err).map_or(Ok(()), Err)
    }

    /// Takes the numbers of the sample at this place from its `first` on into `row`, which has all its inputs.
    fn take(&self, place: usize, first: usize, numbers: &[f64], row: &mut [f32]) {
        self.fitted.apply(first, numbers, &mut row[first..]);
        if first + numbers.len() == row.len() {
            self.fitted.recoded.iter().for_each(|recoded| recoded.apply(place, row));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::data::answers::Answers;
    use crate::data::dataset::Scale;
    use crate::data::import::rows::Spool;

    /// Four rows of two numbers, the second of the third one missing, on disk where they are more than `in_memory` bytes.
    fn shared(in_memory: u64, kept: u64) -> Shared {
        let mut spool = Spool::new("t", in_memory);
        spool.push(&[0.0, 10.0, 1.0, 20.0, 2.0, f64::NAN, 5.0, 40.0]).unwrap();
        let rows = Arc::new(spool.rows(2).unwrap());
        let fitted = Fitted {
            scales: vec![Scale::of(1.0, 2.0), Scale::of(20.0, 10.0)],
            fills: vec![0.0, 30.0],
            range: None,
            recoded: Vec::new(),
        };
        let set = Imported::of(rows, vec![2], Answers::values(1, vec![0.0; 4]));
        Shared::within(set, fitted, Labels::Integer, kept).unwrap()
    }

    #[test]
    fn samples_are_the_same_in_memory_kept_from_a_file_and_read_from_it_each_time() {
        for (in_memory, kept, is_kept) in [(1000, 1000, false), (10, 32, true), (10, 31, false)] {
            let shared = shared(in_memory, kept);
            assert_eq!(shared.ready.is_empty(), !is_kept);
            let mut out = [0.0; 10];
            shared.fill(&[2, 3, 3, 0, 1], &mut out).unwrap();
            assert_eq!(out, [0.5, 1.0, 2.0, 2.0, 2.0, 2.0, -0.5, -1.0, 0.0, 0.0]);
        }
    }
}
