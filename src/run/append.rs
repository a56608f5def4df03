//! Files that only grow, by whole records. A record that a failed write left incomplete is cut off before the next one is
//! added.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Error, disk};

/// A file that records are added to.
#[derive(Debug)]
pub(super) struct Appender {
    path: PathBuf,
    file: File,
    /// The length up to which its records are whole.
    whole: u64,
}

impl Appender {
    /// Opens a file to add to its end; with `is_new` the file must not exist yet.
    ///
    /// # Errors
    /// When the system refuses.
    pub(super) fn open(path: &Path, is_new: bool) -> Result<Self, Error> {
        let mut options = OpenOptions::new();
        options.append(true).create(!is_new).create_new(is_new);
        let file = disk::at(path, "opening", || options.open(path))?;
        let whole = disk::at(path, "looking at its length", || Ok(file.metadata()?.len()))?;
        Ok(Appender { path: path.to_path_buf(), file, whole })
    }

    /// Its file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds whole records.
    ///
    /// # Errors
    /// When the system refuses. The file then ends with a whole record as before, at the latest when the next ones are added.
    pub(super) fn append(&mut self, records: &[u8]) -> Result<(), Error> {
        // A torn record would hide all that follow it.
        let length = disk::at(&self.path, "looking at its length", || Ok(self.file.metadata()?.len()))?;
        if length > self.whole {
            disk::at(&self.path, "cutting off half a record", || self.file.set_len(self.whole))?;
        }
        let written = disk::at(&self.path, "writing", || Ok(()))
            .and_then(|()| self.file.write_all(records).map_err(Error::io(&self.path, "writing")));
        match written {
            Ok(()) => self.whole += records.len() as u64,
            // Where this fails as well, the next call does it.
            Err(_) => drop(self.file.set_len(self.whole)),
        }
        written
    }

    /// Makes the added records durable.
    ///
    /// # Errors
    /// When the system refuses.
    pub(super) fn sync(&self) -> Result<(), Error> {
        disk::at(&self.path, "syncing", || self.file.sync_all())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_record_is_cut_off_before_the_next_is_added() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.txt");
        let mut appender = Appender::open(&path, false).unwrap();
        appender.append(b"first\n").unwrap();
        // As a disk that refuses both to write more and to take back leaves it.
        std::fs::write(&path, "first\nsec").unwrap();
        appender.append(b"second\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "first\nsecond\n");
        assert!(Appender::open(&path, true).is_err(), "it is there already");
        Appender::open(&path, false).unwrap().append(b"third\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "first\nsecond\nthird\n");
    }
}
