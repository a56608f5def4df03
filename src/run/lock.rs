//! One process writes a run: a lock that the system lets go of when its owner dies, however it dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use super::{Error, disk};
pub use crate::system::other_process::Process;
use crate::system::{files, machine};

/// Holds a run for this process until it is dropped.
#[derive(Debug)]
pub struct Lock(File);

/// The lock's file in a run's folder; it holds the owner's process number, for messages only.
pub const FILE: &str = "lock";

/// A lock that is held is asked for again after each of these pauses: [`Lock::holder`] holds it for a moment as well.
const PAUSES: [Duration; 3] = [Duration::from_millis(1), Duration::from_millis(5), Duration::from_millis(20)];

impl Lock {
    /// Takes the run in `folder`.
    ///
    /// # Errors
    /// [`Error::Locked`] when another living process holds it; a lock left by a dead one counts for nothing.
    pub fn take(folder: &Path) -> Result<Self, Error> {
        Self::take_file(&folder.join(FILE))?
            .map_err(|owner| Error::Locked { path: folder.to_path_buf(), owner })
    }

    /// Takes the lock that is this file; `None` where another living process holds it.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn at(path: &Path) -> Result<Option<Self>, Error> {
        Ok(Self::take_file(path)?.ok())
    }

    /// Takes the lock that is this file, or says who holds it.
    fn take_file(path: &Path) -> Result<Result<Self, String>, Error> {
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true);
        let mut file = disk::at(path, "opening the lock", || options.open(path))?;
        let mut pauses = PAUSES.into_iter();
        while !disk::at(path, "locking", || is_granted(file.try_lock()))? {
            let Some(pause) = pauses.next() else { return Ok(Err(owner(&mut file))) };
            std::thread::sleep(pause);
        }
        // Who holds it is only a courtesy to people, so a disk that is full does not matter here.
        let _ = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| write!(file, "{} {}", std::process::id(), machine::name()))
            .and_then(|()| file.flush());
        Ok(Ok(Lock(file)))
    }

    /// The process that holds the run in `folder`, if one does.
    ///
    /// # Errors
    /// When the system refuses several times to tell: the run may be held or not.
    pub fn holder(folder: &Path) -> Result<Option<String>, Error> {
        Self::holder_of(&folder.join(FILE))
    }

    /// The process that holds the lock that is this file, if one does.
    ///
    /// # Errors
    /// As [`holder`](Self::holder).
    pub fn holder_of(path: &Path) -> Result<Option<String>, Error> {
        disk::patiently(|| {
            let opened = disk::at(path, "opening the lock", || Ok(files::open(path)?));
            let mut file = match opened {
                Err(Error::Io { source, .. }) if disk::is_about_the_path(&source) => return Ok(None),
                opened => opened?,
            };
            // A shared lock: two that look do not take each other for the owner.
            let is_free = disk::at(path, "looking at the lock", || is_granted(file.try_lock_shared()))?;
            Ok((!is_free).then(|| owner(&mut file)))
        })
    }
}

/// Whether a lock that was asked for is granted.
fn is_granted(asked: Result<(), TryLockError>) -> io::Result<bool> {
    match asked {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(source)) => Err(source),
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

/// Who holds a lock: `123`, or `123 on node7` where that is another machine.
fn owner(file: &mut File) -> String {
    let mut text = String::new();
    let _ = file.take(300).read_to_string(&mut text);
    let (number, on) = text.split_once(' ').unwrap_or((&text, ""));
    match number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        true => "of unknown number".into(),
        false if on.is_empty() || on == machine::name() => number.into(),
        false => format!("{number} on {}", super::text::shown(on, 100)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::disk::faults::Faults;
    use super::*;

    #[test]
    fn a_second_taker_is_told_who_holds_the_run() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Lock::holder(folder.path()).unwrap(), None);
        let held = Lock::take(folder.path()).unwrap();
        let me = std::process::id().to_string();
        assert!(Lock::take(folder.path()).unwrap_err().to_string().contains(&me));
        assert_eq!(Lock::holder(folder.path()).unwrap(), Some(me));
        drop(held);
        assert_eq!(Lock::holder(folder.path()).unwrap(), None);
        Lock::take(folder.path()).unwrap();
    }

    #[test]
    fn an_owner_on_another_machine_is_named_with_it_and_never_taken_for_a_process_of_this_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let held = Lock::at(&path).unwrap().unwrap();
        assert!(Lock::at(&path).unwrap().is_none());
        std::fs::write(&path, format!("{} node-7.cluster", std::process::id())).unwrap();
        let owner = Lock::holder(folder.path()).unwrap().unwrap();
        assert_eq!(owner, format!("{} on node-7.cluster", std::process::id()));
        assert!(Process::numbered(&owner).is_err_and(|why| why.contains("another machine")));
        drop(held);
    }

    #[test]
    fn a_lock_at_which_the_system_does_not_let_us_look_is_not_taken_for_a_free_one() {
        let folder = tempfile::tempdir().unwrap();
        let held = Lock::take(folder.path()).unwrap();
        for word in ["opening", "looking"] {
            let faults = Faults::first(folder.path(), word, 2, io::ErrorKind::OutOfMemory);
            assert!(Lock::holder(folder.path()).unwrap().is_some(), "{word}: it is asked again");
            drop(faults);
            let _faults = Faults::first(folder.path(), word, 100, io::ErrorKind::PermissionDenied);
            assert!(matches!(Lock::holder(folder.path()), Err(Error::Io { .. })), "{word}");
        }
        drop(held);
    }

    #[test]
    fn who_looks_at_a_lock_neither_holds_up_its_taker_nor_another_that_looks() {
        let folder = tempfile::tempdir().unwrap();
        drop(Lock::take(folder.path()).unwrap());
        let file = File::open(folder.path().join(FILE)).unwrap();
        file.lock_shared().unwrap();
        assert_eq!(Lock::holder(folder.path()).unwrap(), None);
        let looking = std::thread::spawn(move || {
            std::thread::sleep(PAUSES[0] + PAUSES[1]);
            drop(file);
        });
        Lock::take(folder.path()).unwrap();
        looking.join().unwrap();
    }

    #[test]
    fn a_lock_left_behind_by_a_dead_process_counts_for_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "999999999").unwrap();
        Lock::take(folder.path()).unwrap();
    }
}
