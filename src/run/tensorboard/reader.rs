//! Reads figures from event files while they grow, ours or another program's.

use std::io::{BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use prost::Message;

use super::message::{Event, Figure, What};
use super::record::{self, Next};
use crate::run::{Error, Histogram};
use crate::system::files;

/// A number of an event file.
#[derive(Clone, Debug, PartialEq)]
pub struct Scalar {
    /// Its name.
    pub tag: String,
    /// The training step.
    pub step: i64,
    /// Seconds since 1970.
    pub wall_time: f64,
    /// The number.
    pub value: f64,
}

/// One event file, read from where the last reading ended.
#[derive(Debug)]
pub struct Reader {
    path: PathBuf,
    position: u64,
    damaged: u64,
    lost: bool,
}

impl Reader {
    /// A reader at the beginning of a file.
    pub fn new(path: &Path) -> Self {
        Reader { path: path.to_path_buf(), position: 0, damaged: 0, lost: false }
    }

    /// Hands every new number to `take`, and nothing else: see [`read_with`](Reader::read_with).
    ///
    /// # Errors
    /// When the file cannot be opened or read.
    pub fn read(&mut self, take: impl FnMut(Scalar)) -> Result<(), Error> {
        self.read_with(take, |_, _, _| {})
    }

    /// Hands every new number to `take`, and every histogram that a run of ours has written, with its tag and step, to `take_histogram`. A record that is still being written is left for the next call.
    ///
    /// # Errors
    /// When the file cannot be opened or read.
    pub fn read_with(
        &mut self,
        mut take: impl FnMut(Scalar),
        mut take_histogram: impl FnMut(String, i64, Histogram),
    ) -> Result<(), Error> {
        if self.lost {
            return Ok(());
        }
        let mut file = files::open(&self.path).map_err(Error::unread(&self.path))?;
        file.seek(SeekFrom::Start(self.position)).map_err(Error::io(&self.path, "reading"))?;
        let mut from = BufReader::with_capacity(1 << 16, file);
        let mut data = Vec::new();
        loop {
            match record::read(&mut from, &mut data).map_err(Error::io(&self.path, "reading"))? {
                Next::Record(size) => {
                    self.position += size as u64 + 16;
                    match Event::decode(&data[..]) {
                        Ok(event) => figures(event, &mut take, &mut take_histogram),
                        Err(_) => self.damaged += 1,
                    }
                }
                Next::DamagedData(size) => {
                    self.position += size as u64 + 16;
                    self.damaged += 1;
                }
                Next::DamagedLength => {
                    self.damaged += 1;
                    self.lost = true;
                    return Ok(());
                }
                Next::End => return Ok(()),
            }
        }
    }

    /// Records that could not be read so far.
    pub fn damaged(&self) -> u64 {
        self.damaged
    }
}

fn figures(
    event: Event,
    take: &mut impl FnMut(Scalar),
    take_histogram: &mut impl FnMut(String, i64, Histogram),
) {
    let (step, wall_time) = (event.step, event.wall_time);
    let Some(What::Summary(summary)) = event.what else { return };
    for value in summary.value {
        let number = match value.figure {
            Some(Figure::Simple(x)) => Some(f64::from(x)),
            Some(Figure::Tensor(tensor)) => tensor.number(),
            Some(Figure::Histogram(histogram)) => {
                if let Some(own) = histogram.own() {
                    take_histogram(value.tag, step, own);
                }
                continue;
            }
            _ => None,
        };
        if let Some(number) = number {
            take(Scalar { tag: value.tag, step, wall_time, value: number });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::run::tensorboard::Writer;

    fn read(reader: &mut Reader) -> Vec<(String, i64, f64)> {
        let mut found = Vec::new();
        reader.read(|scalar| found.push((scalar.tag, scalar.step, scalar.value))).unwrap();
        found
    }

    #[test]
    fn figures_are_read_while_the_file_grows() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::create(folder.path()).unwrap();
        let mut reader = Reader::new(writer.path());
        writer.scalars(1, &[("loss/train", 0.5), ("accuracy/train", 0.25)]).unwrap();
        writer.flush().unwrap();
        assert_eq!(read(&mut reader), [("loss/train".into(), 1, 0.5), ("accuracy/train".into(), 1, 0.25)]);
        assert!(read(&mut reader).is_empty());
        writer.histogram(2, "weights/conv2d/kernel", &Histogram::of(&[0.0, 1.0, f32::NAN])).unwrap();
        writer.scalars(2, &[("loss/train", 0.25)]).unwrap();
        writer.flush().unwrap();
        assert_eq!(read(&mut reader), [("loss/train".into(), 2, 0.25)]);
        assert_eq!(reader.damaged(), 0);
    }

    #[test]
    fn a_damaged_record_is_counted_and_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::create(folder.path()).unwrap();
        let path = writer.path().to_path_buf();
        let before = std::fs::metadata(&path).unwrap().len() as usize;
        writer.scalars(1, &[("loss", 1.0)]).unwrap();
        writer.scalars(2, &[("loss", 2.0)]).unwrap();
        writer.flush().unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[before + 14] ^= 0xff;
        std::fs::File::create(&path).unwrap().write_all(&bytes).unwrap();
        let mut reader = Reader::new(&path);
        assert_eq!(read(&mut reader), [("loss".into(), 2, 2.0)]);
        assert_eq!(reader.damaged(), 1);
    }
}
