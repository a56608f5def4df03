//! The seam between runs and the file system. Every read and write of a run's result goes through [`at`]: a failure names
//! its path and the action, an interrupted call is repeated, and tests can make any call fail.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Error;
use crate::system::files;

/// A read that the system refuses is repeated after each of these pauses: a shortage of file descriptors or memory, or a
/// short failure of a network file system, may be over by then.
const PAUSES: [Duration; 3] = [Duration::ZERO, Duration::from_millis(20), Duration::from_millis(200)];

/// Makes one call on `path`; `action` is the action that an [`Error::Io`] names.
///
/// # Errors
/// When the system refuses. A call that a signal interrupted (`EINTR`) is repeated.
pub(super) fn at<T>(
    path: &Path,
    action: &'static str,
    mut call: impl FnMut() -> io::Result<T>,
) -> Result<T, Error> {
    loop {
        #[cfg(test)]
        let outcome = faults::strike(path, action).and_then(|()| call());
        #[cfg(not(test))]
        let outcome = call();
        match outcome {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => return other.map_err(Error::io(path, action)),
        }
    }
}

/// Repeats a read that the system refuses, a few times. Other errors are returned at once.
///
/// # Errors
/// The error of the last attempt.
pub(super) fn patiently<T>(mut read: impl FnMut() -> Result<T, Error>) -> Result<T, Error> {
    for pause in PAUSES {
        match read() {
            Err(Error::Io { .. }) => std::thread::sleep(pause),
            other => return other,
        }
    }
    read()
}

/// Whether an error says that nothing, or something of another kind, is at a path. Where a file must be, this proves
/// damage. Any other error says nothing about what is on the disk.
pub(super) fn is_about_the_path(error: &io::Error) -> bool {
    use ErrorKind::{InvalidFilename, IsADirectory, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory | IsADirectory | InvalidFilename)
}

/// The bytes of a file that must be there and have no more than `most`.
///
/// # Errors
/// [`Error::Broken`] when it is missing, longer or not a file, [`Error::Io`] when the system refuses to read it.
pub(super) fn read(path: &Path, most: u64) -> Result<Vec<u8>, Error> {
    let read =
        at(path, "reading", || Ok(())).and_then(|()| files::read(path, most).map_err(Error::unread(path)));
    must_be_there(path, read)
}

/// The outcome of reading a file that must be there: [`Error::Broken`] if it is missing.
pub(super) fn must_be_there<T>(path: &Path, read: Result<T, Error>) -> Result<T, Error> {
    match read {
        Err(Error::Io { source, .. }) if is_about_the_path(&source) => {
            Err(Error::broken(path, "it is missing"))
        }
        read => read,
    }
}

/// The paths in a folder, in any order; none if the folder does not exist.
///
/// # Errors
/// When the system refuses to list all of it.
pub(super) fn list(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let listed = at(folder, "listing", || {
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()
    });
    match listed {
        Err(Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        listed => listed,
    }
}

/// Whether `path` exists.
///
/// # Errors
/// When the system refuses to say.
pub(super) fn exists(path: &Path) -> Result<bool, Error> {
    match at(path, "looking for it", || path.symlink_metadata()) {
        Ok(_) => Ok(true),
        Err(Error::Io { source, .. }) if is_about_the_path(&source) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Bytes that are gathered before they are written to a file.
pub(super) const GATHERED: usize = 1 << 18;

/// Writes a file into a folder that is not in its place yet, so the file need not appear in one piece.
///
/// # Errors
/// When the system refuses; an incomplete file may be left.
pub(super) fn create(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let file = at(path, "writing", || File::create(path))?;
    let mut out = BufWriter::with_capacity(GATHERED, &file);
    fill(&mut out).and_then(|()| out.flush()).map_err(Error::io(path, "writing"))?;
    at(path, "syncing", || file.sync_all())
}

/// Renames within a folder. A file, or an empty folder, at `to` is replaced.
///
/// # Errors
/// When the system refuses.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    at(to, "renaming into place", || fs::rename(from, to))
}

/// Lets two paths in a folder change places at one moment; false where the file system cannot do this.
///
/// # Errors
/// When the system refuses for another reason.
pub(super) fn exchange(one: &Path, other: &Path) -> Result<bool, Error> {
    let unknown =
        |error: &io::Error| matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::InvalidInput);
    match at(other, "replacing", || swap(one, other)) {
        Err(Error::Io { source, .. }) if unknown(&source) => Ok(false),
        swapped => swapped.map(|()| true),
    }
}

#[cfg(target_os = "linux")]
fn swap(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(target_os = "linux"))]
fn swap(_: &Path, _: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// Removes a folder with everything in it. A folder that does not exist is no error.
///
/// # Errors
/// When the system refuses; a part may be removed then.
pub(super) fn remove_folder(folder: &Path) -> Result<(), Error> {
    match at(folder, "removing", || fs::remove_dir_all(folder)) {
        Err(Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Makes renames in a folder durable.
///
/// # Errors
/// When the system refuses.
pub(super) fn sync_folder(folder: &Path) -> Result<(), Error> {
    if cfg!(unix) {
        at(folder, "syncing the folder", || File::open(folder)?.sync_all())?;
    }
    Ok(())
}

/// Faults for tests: calls below a folder fail as a test asks.
#[cfg(test)]
pub(crate) mod faults {
    use std::io;
    use std::path::{Path, PathBuf};
    use std::sync::{Mutex, PoisonError};

    type Verdict = Box<dyn FnMut(&Path, &str) -> Option<io::ErrorKind> + Send>;

    static FAULTS: Mutex<Vec<(PathBuf, Verdict)>> = Mutex::new(Vec::new());

    /// While it lives, calls below its folder fail.
    pub(crate) struct Faults(PathBuf);

    impl Faults {
        /// Calls below `folder` fail with the error that `verdict` returns for their path and action.
        pub(crate) fn below(
            folder: &Path,
            verdict: impl FnMut(&Path, &str) -> Option<io::ErrorKind> + Send + 'static,
        ) -> Self {
            let mut faults = FAULTS.lock().unwrap_or_else(PoisonError::into_inner);
            faults.push((folder.to_path_buf(), Box::new(verdict)));
            Faults(folder.to_path_buf())
        }

        /// The first `count` calls below `folder` whose path or action contains `word` fail.
        pub(crate) fn first(folder: &Path, word: &'static str, count: usize, kind: io::ErrorKind) -> Self {
            let mut left = count;
            Faults::below(folder, move |path, action| {
                let is_meant = path.to_string_lossy().contains(word) || action.contains(word);
                (is_meant && left > 0).then(|| {
                    left -= 1;
                    kind
                })
            })
        }
    }

    impl Drop for Faults {
        fn drop(&mut self) {
            FAULTS.lock().unwrap_or_else(PoisonError::into_inner).retain(|(folder, _)| *folder != self.0);
        }
    }

    pub(super) fn strike(path: &Path, action: &str) -> io::Result<()> {
        let mut faults = FAULTS.lock().unwrap_or_else(PoisonError::into_inner);
        let verdict = faults.iter_mut().filter(|(folder, _)| path.starts_with(folder));
        let kind = verdict.filter_map(|(_, verdict)| verdict(path, action)).next();
        kind.map_or(Ok(()), |kind| Err(kind.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::faults::Faults;
    use super::*;

    #[test]
    fn a_machine_that_refuses_is_asked_again_and_damage_is_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.ron");
        fs::write(&path, "()").unwrap();
        for kind in [ErrorKind::Interrupted, ErrorKind::Other, ErrorKind::PermissionDenied] {
            let _faults = Faults::first(folder.path(), "state", 3, kind);
            assert_eq!(patiently(|| read(&path, 10)).unwrap(), b"()");
        }
        let faults = Faults::first(folder.path(), "state", 100, ErrorKind::OutOfMemory);
        assert!(matches!(patiently(|| read(&path, 10)), Err(Error::Io { .. })));
        drop(faults);
        let missing = || read(&folder.path().join("weights"), 10);
        assert!(matches!(patiently(missing), Err(Error::Broken { .. })));
        assert!(matches!(read(folder.path(), 10), Err(Error::Broken { .. })), "a folder is no file");
    }
}
