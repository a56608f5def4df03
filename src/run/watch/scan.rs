//! Reads an event file piece by piece, past damaged places, while it grows.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::run::tensorboard::record::{self, Piece};
use crate::system::files;

/// The most bytes that are read at once, except for longer records.
const CHUNK: u64 = 256 << 10;

/// A record longer than this is skipped: it is a graph or a film, which are not shown here.
const LARGEST: u64 = 32 << 20;

/// How far an event file has been read.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    position: u64,
    damaged: u64,
    passed_over: u64,
    /// Whether the last bytes were not a record, so that the next record is being searched for.
    lost: bool,
}

/// Why reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// As much as was asked for has been read; there is more.
    Enough,
    /// All that is there has been read. A record that is still being written is left for the next time.
    CaughtUp,
    /// The file is shorter than what was read of it: another file has taken its place. Reading starts over.
    Replaced,
}

impl Scan {
    /// A scan that begins with the first whole record of the last `window` bytes of a file of this size.
    pub fn near_end(size: u64, window: u64) -> Self {
        let position = size.saturating_sub(window);
        Scan { position, lost: position > 0, ..Scan::default() }
    }

    /// The place in the file up to which it has been read.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The number of places where the bytes were not a record.
    pub fn damaged(&self) -> u64 {
        self.damaged
    }

    /// How many records were too long to be read.
    pub fn passed_over(&self) -> u64 {
        self.passed_over
    }

    /// Hands the data of about `budget` bytes of records to `take`; `buffer` is working memory.
    ///
    /// # Errors
    /// When the file cannot be opened or read.
    pub fn read(
        &mut self,
        path: &Path,
        budget: u64,
        buffer: &mut Vec<u8>,
        mut take: impl FnMut(&[u8]),
    ) -> io::Result<End> {
        let (mut file, size) = files::open_sized(path)?;
        if size < self.position {
            *self = Scan::default();
            return Ok(End::Replaced);
        }
        let stop = self.position.saturating_add(budget);
        file.seek(SeekFrom::Start(self.position))?;
        buffer.clear();
        // How much of the buffer has been read; the buffer begins at `self.position` in the file.
        let mut done = 0;
        loop {
            match record::piece(&buffer[done..]) {
                Piece::Record(data) => {
                    take(data);
                    self.lost = false;
                    done += data.len() + 16;
                }
                Piece::Damaged => {
                    self.damaged += u64::from(!self.lost);
                    self.lost = true;
                    // A record's head may begin in the last bytes and continue in those that are still to be read.
                    done += record::find(&buffer[done..])
                        .unwrap_or((buffer.len() - done).saturating_sub(11).max(1));
                }
                Piece::More(needed) => {
                    self.position += done as u64;
                    buffer.drain(..done);
                    done = 0;
                    if needed > LARGEST {
                        if size - self.position < needed {
                            return Ok(End::CaughtUp);
                        }
                        self.passed_over += 1;
                        self.position += needed;
                        buffer.clear();
                        file.seek(SeekFrom::Start(self.position))?;
                        continue;
                    }
                    if self.position >= stop {
                        return Ok(End::Enough);
                    }
                    let chunk = CHUNK.min(budget);
                    let wanted = needed.max(chunk).saturating_sub(buffer.len() as u64);
                    if file.by_ref().take(wanted).read_to_end(buffer)? == 0 {
                        return Ok(End::CaughtUp);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(records: &[&[u8]]) -> Vec<u8> {
        let mut bytes = Vec::new();
        records.iter().for_each(|record| record::write(&mut bytes, record).unwrap());
        bytes
    }

    fn read(scan: &mut Scan, bytes: &[u8], budget: u64) -> (End, Vec<Vec<u8>>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        let mut found = Vec::new();
        let end = scan.read(&path, budget, &mut Vec::new(), |data| found.push(data.to_vec())).unwrap();
        (end, found)
    }

    #[test]
    fn a_torn_tail_is_waited_for() {
        let bytes = file(&[b"one", b"two", b"three"]);
        let mut scan = Scan::default();
        for end in [bytes.len() - 25, bytes.len() - 15, bytes.len() - 1] {
            read(&mut scan, &bytes[..end], u64::MAX);
        }
        assert_eq!(scan.position(), 19 * 2);
        assert_eq!(read(&mut scan, &bytes, u64::MAX), (End::CaughtUp, vec![b"three".to_vec()]));
        assert_eq!(scan.damaged(), 0);
    }

    #[test]
    fn whatever_byte_is_damaged_the_other_records_are_read() {
        let records: [&[u8]; 4] = [b"first", b"", b"third", b"fourth"];
        let bytes = file(&records);
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x55;
            let mut scan = Scan::default();
            let (_, found) = read(&mut scan, &damaged, u64::MAX);
            assert_eq!(found.len(), 3, "byte {at}");
            assert_eq!(scan.damaged(), 1, "byte {at}");
        }
    }

    #[test]
    fn a_record_that_was_torn_in_the_middle_of_a_file_costs_only_itself() {
        let mut bytes = file(&[b"one", b"a record that is cut off"]);
        bytes.truncate(bytes.len() - 20);
        bytes.extend(file(&[b"three", b"four", b"a long fifth record that fills what the second claimed"]));
        let (_, found) = read(&mut Scan::default(), &bytes, u64::MAX);
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn the_end_can_be_read_first_and_a_budget_is_kept() {
        let record = vec![7; 100_000];
        let bytes = file(&[&record[..]; 20]);
        let (end, found) = read(&mut Scan::near_end(bytes.len() as u64, 250_000), &bytes, u64::MAX);
        assert_eq!((end, found.len()), (End::CaughtUp, 2));
        let mut scan = Scan::default();
        let (end, found) = read(&mut scan, &bytes, 300_000);
        assert!(end == End::Enough && found.len() < 8, "{}", found.len());
        let rest = read(&mut scan, &bytes, u64::MAX).1.len();
        assert_eq!(found.len() + rest, 20);
    }

    #[test]
    fn a_file_that_shrank_is_another_file() {
        let bytes = file(&[b"one", b"two"]);
        let mut scan = Scan::default();
        read(&mut scan, &bytes, u64::MAX);
        assert_eq!(read(&mut scan, &bytes[..19], u64::MAX).0, End::Replaced);
        assert_eq!(read(&mut scan, &bytes[..19], u64::MAX).1.len(), 1);
    }
}
