//! One process writes a run: a lock that the system lets go of when its owner dies, however it dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use super::{Error, disk};

/// Holds a run for this process until it is dropped.
#[derive(Debug)]
pub struct Lock(File);

/// The lock's file in a run's folder; it holds the owner's process number, for messages only.
pub const FILE: &str = "lock";

impl Lock {
    /// Takes the run in `folder`.
    ///
    /// # Errors
    /// [`Error::Locked`] when another living process holds it; a lock left by a dead one counts for nothing.
    pub fn take(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(FILE);
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true);
        let mut file = disk::at(&path, "opening the lock", || options.open(&path))?;
        let is_taken = disk::at(&path, "locking", || match file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(source)) => Err(source),
        })?;
        if !is_taken {
            return Err(Error::Locked { path: folder.to_path_buf(), owner: owner(&mut file) });
        }
        // Who holds it is only a courtesy to people, so a disk that is full does not matter here.
        let _ = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| write!(file, "{}", std::process::id()))
            .and_then(|()| file.flush());
        Ok(Lock(file))
    }

    /// The process that holds the run in `folder`, if one does.
    pub fn holder(folder: &Path) -> Option<String> {
        let mut file = OpenOptions::new().read(true).write(true).open(folder.join(FILE)).ok()?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Some(owner(&mut file)),
            _ => None,
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

fn owner(file: &mut File) -> String {
    let mut text = String::new();
    let _ = file.take(20).read_to_string(&mut text);
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        "of unknown number".into()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_taker_is_told_who_holds_the_run() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Lock::holder(folder.path()), None);
        let held = Lock::take(folder.path()).unwrap();
        let me = std::process::id().to_string();
        assert!(Lock::take(folder.path()).unwrap_err().to_string().contains(&me));
        assert_eq!(Lock::holder(folder.path()), Some(me));
        drop(held);
        Lock::take(folder.path()).unwrap();
    }

    #[test]
    fn a_lock_left_behind_by_a_dead_process_counts_for_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "999999999").unwrap();
        Lock::take(folder.path()).unwrap();
    }
}
