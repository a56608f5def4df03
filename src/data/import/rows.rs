//! Rows of numbers, in memory or in a file that is larger than memory: what they are here, how a number is written in `number`, a
//! matrix in bytes in `stored`, and what collects rows in `spool`.

mod number;
mod spool;
mod stored;

use std::sync::Arc;

use crate::data::Error;
pub use number::{Kind, Number};
pub use spool::Spool;
pub use stored::{Bytes, Stored};

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

    /// Hands those that `rows` names to `take`, in that order, as [`in_pieces`](Rows::in_pieces) does, each piece with the place of its row
    /// in `rows` first. Rows that lie together in a file are read at once.
    ///
    /// # Errors
    /// As [`in_pieces`](Rows::in_pieces).
    fn each(&self, rows: &[u32], take: TakeOf) -> Result<(), Error> {
        let mut piece = Vec::new();
        rows.iter().enumerate().try_for_each(|(at, &row)| {
            self.in_pieces(row as usize, &mut piece, &mut |first, cells| take(at, first, cells))
        })
    }

    /// What to call them in errors: their file or folder.
    fn origin(&self) -> &str;

    /// Whether each one is read from a file when it is asked for.
    fn is_on_disk(&self) -> bool {
        false
    }

    /// Whether reading takes so long that it is better done ahead.
    fn is_costly(&self) -> bool {
        false
    }
}

/// Hands all rows to `take` in their order, each piece with the number of its row and the place of its first number.
///
/// # Errors
/// As [`Rows::in_pieces`].
pub fn for_all(rows: &dyn Rows, take: TakeOf) -> Result<(), Error> {
    let mut part = Vec::new();
    for first_row in (0..rows.count()).step_by(PIECE) {
        part.clear();
        part.extend(first_row as u32..rows.count().min(first_row + PIECE) as u32);
        rows.each(&part, &mut |at, first, cells| take(first_row + at, first, cells))?;
    }
    Ok(())
}

/// Takes a piece of a row: the place of its first number, and its numbers.
pub type Take<'a> = &'a mut dyn FnMut(usize, &[f64]) -> Result<(), Error>;

/// Takes a piece of one of several rows: which of them it is, the place of its first number, and its numbers.
pub type TakeOf<'a> = &'a mut dyn FnMut(usize, usize, &[f64]) -> Result<(), Error>;

/// Numbers of a piece of a row.
pub(super) const PIECE: usize = 1 << 14;

/// Numbers of a row of this shape; none where they are too many to count, or there are none at all.
pub fn width(shape: &[usize]) -> Option<usize> {
    let width = shape.iter().try_fold(1_usize, |product, &axis| product.checked_mul(axis))?;
    (1..=1 << 32).contains(&width).then_some(width)
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

    /// How many of the other sets begin at this row or before it.
    fn begun(&self, row: usize) -> usize {
        self.others.partition_point(|(from, _)| *from <= row)
    }

    /// The set that has this row, and the row's number there.
    fn place(&self, row: usize) -> (&dyn Rows, usize) {
        match self.others[..self.begun(row)].last() {
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

    fn each(&self, rows: &[u32], take: TakeOf) -> Result<(), Error> {
        let mut handed = 0;
        for of_one in rows.chunk_by(|&a, &b| self.begun(a as usize) == self.begun(b as usize)) {
            let (set, row) = self.place(of_one[0] as usize);
            let before = of_one[0] - row as u32;
            let here: Vec<u32> = of_one.iter().map(|row| row - before).collect();
            set.each(&here, &mut |at, first, cells| take(handed + at, first, cells))?;
            handed += here.len();
        }
        Ok(())
    }

    fn is_on_disk(&self) -> bool {
        self.first.is_on_disk() || self.others.iter().any(|(_, rows)| rows.is_on_disk())
    }

    fn is_costly(&self) -> bool {
        self.first.is_costly() || self.others.iter().any(|(_, rows)| rows.is_costly())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn rows_come_in_the_order_asked_for_however_they_lie_in_files() {
        let set = |first: usize, count: usize, width: usize, in_memory| {
            let mut spool = Spool::new("x", in_memory);
            for row in first..first + count {
                spool.push(&(0..width).map(|x| (row * width + x) as f64).collect::<Vec<_>>()).unwrap();
            }
            rows(spool.rows(width).unwrap())
        };
        for width in [3, PIECE + 2] {
            let joined =
                Joined::of(set(0, 40, width, 100), [set(40, 5, width, IN_MEMORY), set(45, 55, width, 100)]);
            assert!(joined.is_on_disk() && !set(0, 2, width, IN_MEMORY).is_on_disk());
            let ascending: Vec<u32> = (0..100).collect();
            let sparse: Vec<u32> = (0..100).step_by(3).chain([98, 99, 99]).collect();
            for asked in [ascending, sparse, vec![99, 3, 4, 4, 2, 44, 45, 46, 39, 40], vec![]] {
                let mut read = vec![Vec::new(); asked.len()];
                let took = joined.each(&asked, &mut |at, first, cells| {
                    assert_eq!(first, read[at].len());
                    assert!(read[at + 1..].iter().all(Vec::is_empty));
                    read[at].extend_from_slice(cells);
                    Ok(())
                });
                took.unwrap();
                let numbers = |row: u32| (0..width).map(move |x| (row as usize * width + x) as f64).collect();
                assert_eq!(read, asked.into_iter().map(numbers).collect::<Vec<Vec<f64>>>());
            }
            let gone = joined.each(&[1, 98, 99, 100], &mut |_, _, _| Ok(())).unwrap_err().to_string();
            assert!(gone.contains("cannot be read any more"), "{gone}");
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
