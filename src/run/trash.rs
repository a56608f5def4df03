//! The trash: runs that were removed and can still be brought back.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::lock::Lock;
use super::{Error, RunDirectory, atomic, disk};

/// The folder of the trash, beside the runs: names that begin so are no runs.
const FOLDER: &str = "trash";

/// Seconds of a day.
const DAY: u64 = 86_400;

fn folder(runs: &Path) -> PathBuf {
    runs.join(format!("{}{FOLDER}", atomic::UNFINISHED))
}

/// Moves a run into the trash of the folder that it is in; returns where it is now.
///
/// # Errors
/// [`Error::Locked`] when another process writes it; or when the system refuses.
pub fn discard(run: &RunDirectory) -> Result<RunDirectory, Error> {
    let _lock = Lock::take(run.path())?;
    let trash = folder(run.path().parent().unwrap_or(Path::new("")));
    disk::at(&trash, "creating the trash", || fs::create_dir_all(&trash))?;
    let place = trash.join(run.name());
    // One of that name has been removed before: a run that was copied back.
    disk::remove_folder(&place)?;
    disk::rename(run.path(), &place)?;
    Ok(RunDirectory::at(&place))
}

/// Brings a run back from the trash.
///
/// # Errors
/// When another run has its name by now, or the system refuses.
pub fn restore(discarded: &RunDirectory) -> Result<RunDirectory, Error> {
    let runs = discarded.path().parent().and_then(Path::parent).unwrap_or(Path::new(""));
    let place = runs.join(discarded.name());
    if disk::exists(&place)? {
        return Err(Error::broken(
            &place,
            "another run has this name by now; the removed one stays in the trash",
        ));
    }
    disk::rename(discarded.path(), &place)?;
    Ok(RunDirectory::at(&place))
}

/// Removes a run that is in the trash for good.
///
/// # Errors
/// When the system refuses.
pub fn purge(discarded: &RunDirectory) -> Result<(), Error> {
    disk::remove_folder(discarded.path())
}

/// Removes what has been in the trash of a folder of runs for more than a day: who put it there has left without emptying
/// it. What cannot be removed stays.
pub(super) fn sweep(runs: &Path) {
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |now| now.as_secs());
    for discarded in disk::list(&folder(runs)).unwrap_or_default() {
        // A move changes this time, and nothing else of a folder does that is not written to.
        let moved = fs::metadata(&discarded).map_or(i64::MAX, |folder| folder.ctime());
        if u64::try_from(moved).is_ok_and(|moved| moved.saturating_add(DAY) < now) {
            let _ = disk::remove_folder(&discarded);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::library;
    use crate::run::Manifest;

    fn run(runs: &Path) -> (RunDirectory, Lock) {
        let preset = library::experiment(include_str!("../../presets/xor.ron"), "xor.ron").unwrap().preset;
        RunDirectory::create(runs, &Manifest::begin(preset, "cpu".into()), None).unwrap()
    }

    #[test]
    fn a_discarded_run_is_no_run_until_it_is_brought_back() {
        let runs = tempfile::tempdir().unwrap();
        let (run, lock) = run(runs.path());
        assert!(matches!(discard(&run), Err(Error::Locked { .. })), "it is being trained");
        drop(lock);
        let discarded = discard(&run).unwrap();
        assert_eq!(RunDirectory::list(runs.path()).unwrap(), []);
        assert_eq!(restore(&discarded).unwrap(), run);
        assert_eq!(RunDirectory::list(runs.path()).unwrap(), std::slice::from_ref(&run));
        let discarded = discard(&run).unwrap();
        purge(&discarded).unwrap();
        assert!(!discarded.path().exists());
    }
}
