//! Reads a table ahead on a thread of its own, while the rows before are understood: each takes about half of the time.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use super::reader::{Problem, Row, RowReader};
use crate::data::Error;

/// Rows, and bytes of them, that are read before they are handed on.
const ROWS: usize = 256;
const BYTES: usize = 1 << 16;
/// Pieces that wait to be understood.
const WAITING: usize = 2;

/// Rows that were read together. Their memory is used again.
#[derive(Default)]
struct Piece {
    /// The rows, each with what is wrong with it; those behind the first `filled` are of another piece before.
    rows: Vec<(Row, Option<String>)>,
    filled: usize,
    /// Why no more rows follow: the end of the table, or what is wrong with its file.
    end: Option<Result<(), String>>,
}

impl Piece {
    fn fill(&mut self, reader: &mut dyn RowReader) {
        let mut bytes = 0;
        self.filled = 0;
        while self.filled < ROWS && bytes < BYTES && self.end.is_none() {
            if self.filled == self.rows.len() {
                self.rows.push(Default::default());
            }
            let (row, problem) = &mut self.rows[self.filled];
            *problem = match reader.next(row) {
                Ok(true) => None,
                Err(Problem { what, is_of_row: true }) => Some(what),
                Ok(false) => {
                    self.end = Some(Ok(()));
                    continue;
                }
                Err(Problem { what, is_of_row: false }) => {
                    self.end = Some(Err(what));
                    continue;
                }
            };
            bytes += row.cells.as_slice().len();
            self.filled += 1;
        }
    }
}

/// Takes a row, and what is wrong with it where it cannot be read.
type Take<'a> = &'a mut dyn FnMut(&Row, Option<String>) -> Result<(), Error>;

/// Hands all rows to `take`, in their order. Gives what is wrong with the file where it cannot be read to its end.
///
/// # Errors
/// What `take` gives back.
pub(super) fn each_row(reader: &mut dyn RowReader, take: Take) -> Result<Result<(), String>, Error> {
    let (pieces, read): (SyncSender<Piece>, Receiver<Piece>) = sync_channel(WAITING);
    let (used, empty): (Sender<Piece>, Receiver<Piece>) = channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            loop {
                let mut piece = empty.try_recv().unwrap_or_default();
                piece.fill(reader);
                let is_last = piece.end.is_some();
                // Nobody takes more where a row has been refused.
                if pieces.send(piece).is_err() || is_last {
                    return;
                }
            }
        });
        // Dropped at the end of this closure, so that the thread does not wait for ever.
        let read = read;
        for mut piece in &read {
            for (row, problem) in &mut piece.rows[..piece.filled] {
                take(row, problem.take())?;
            }
            if let Some(end) = piece.end.take() {
                return Ok(end);
            }
            // Where the thread has ended, nobody needs it any more.
            let _ = used.send(piece);
        }
        // The thread ends without a last piece only by a panic, which the scope passes on.
        Ok(Ok(()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::table::Place;

    /// So many rows of a number; every tenth is broken, and so may be the file at its end.
    struct Numbers {
        next: u64,
        count: u64,
        is_cut: bool,
    }

    impl RowReader for Numbers {
        fn next(&mut self, row: &mut Row) -> Result<bool, Problem> {
            self.next += 1;
            row.at = Place::Line(self.next);
            row.cells = csv::StringRecord::from(vec![self.next.to_string()]);
            match self.next {
                next if next > self.count && self.is_cut => Err(Problem::of_file("it is cut".into())),
                next if next > self.count => Ok(false),
                next if next.is_multiple_of(10) => Err(Problem::of_row("it is broken".into())),
                _ => Ok(true),
            }
        }
    }

    #[test]
    fn all_rows_come_in_their_order_with_what_is_wrong() {
        for (count, is_cut) in [(0, false), (1, true), (256, false), (5000, false), (5001, true)] {
            let (mut seen, mut broken) = (0, 0);
            let end = each_row(&mut Numbers { next: 0, count, is_cut }, &mut |row, problem| {
                seen += 1;
                broken += u64::from(problem.is_some());
                assert_eq!((row.at, &row.cells[0]), (Place::Line(seen), &seen.to_string()[..]));
                assert_eq!(problem.is_some(), seen.is_multiple_of(10));
                Ok(())
            });
            assert_eq!((seen, broken), (count, count / 10));
            assert_eq!(end.unwrap(), if is_cut { Err("it is cut".to_string()) } else { Ok(()) });
        }
    }

    #[test]
    fn a_row_that_is_refused_ends_the_reading() {
        let refused = || Error::Broken { origin: "t".into(), problem: "refused".into() };
        let mut endless = Numbers { next: 0, count: u64::MAX, is_cut: false };
        let mut seen = 0;
        let ended = each_row(&mut endless, &mut |_, _| {
            seen += 1;
            if seen == 700 { Err(refused()) } else { Ok(()) }
        });
        assert!(ended.is_err() && seen == 700);
    }
}
