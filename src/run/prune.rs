//! Removes runs and checkpoints that are no longer wanted, and never those of a run that is being trained: the run's lock is
//! held meanwhile.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use super::lock::{self, Lock};
use super::{Error, RunDirectory, atomic, disk, trash};

/// The beginning of the name of a run's folder while it is being removed. Such a folder is no run.
fn going(name: &str) -> String {
    format!("{}gone-{name}", atomic::UNFINISHED)
}

/// Removes a run with everything in its folder. It is renamed first, so that it disappears whole.
///
/// # Errors
/// [`Error::Locked`] when another process writes it; or when the system refuses, and then [`sweep`] removes what is left.
pub fn remove(run: &RunDirectory) -> Result<(), Error> {
    let _lock = Lock::take(run.path())?;
    let gone = run.path().with_file_name(going(&run.name()));
    disk::remove_folder(&gone)?;
    disk::at(run.path(), "removing the run", || fs::rename(run.path(), &gone))?;
    disk::remove_folder(&gone)
}

/// Removes what is left of runs whose removal was interrupted. What cannot be removed stays.
pub fn sweep(runs: &Path) {
    let beginning = going("");
    for folder in disk::list(runs).unwrap_or_default() {
        let is_ours = folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&beginning));
        if is_ours && matches!(Lock::holder(&folder), Ok(None)) {
            let _ = disk::remove_folder(&folder);
        }
    }
    trash::sweep(runs);
}

/// When something was written to a run last; `None` where the system refuses to tell.
pub fn last_written(run: &RunDirectory) -> Option<SystemTime> {
    let entries = disk::list(run.path()).ok()?;
    let times = entries.iter().map(|entry| fs::metadata(entry).and_then(|entry| entry.modified()).ok());
    // The lock is taken by whoever looks whether it is free; the folder of checkpoints is written with each of them.
    times.zip(&entries).filter(|(_, entry)| !entry.ends_with(lock::FILE)).map(|(time, _)| time).max()?
}

/// The steps of the checkpoints of a run that are neither the best one nor the newest one.
///
/// # Errors
/// When the newest one is damaged, so that older ones may be needed to resume the run; or when the system refuses to read it.
pub fn superfluous(run: &RunDirectory) -> Result<Vec<u64>, Error> {
    let best = run.manifest()?.best.map(|best| best.step);
    let mut steps = run.checkpoints()?;
    if let Some(newest) = steps.pop().filter(|_| !steps.is_empty()) {
        run.checkpoint(newest)?;
    }
    steps.retain(|step| Some(*step) != best);
    Ok(steps)
}

/// Removes the checkpoints that are [`superfluous`]; returns their steps.
///
/// # Errors
/// As [`superfluous`], and as [`remove`].
pub fn remove_superfluous(run: &RunDirectory) -> Result<Vec<u64>, Error> {
    let _lock = Lock::take(run.path())?;
    let steps = superfluous(run)?;
    steps.iter().try_for_each(|step| run.remove_checkpoint(*step))?;
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::library;
    use crate::run::{Best, Checkpoint, Manifest};

    fn run(runs: &Path, best: u64) -> RunDirectory {
        let preset = library::experiment(include_str!("../../presets/xor.ron"), "xor.ron").unwrap().preset;
        let best = Some(Best { step: best, loss: 0.5, accuracy: None });
        let manifest = Manifest { best, ..Manifest::begin(preset, "cpu".into()) };
        let (run, _) = RunDirectory::create(runs, &manifest, None).unwrap();
        for step in 1..=4 {
            let checkpoint = Checkpoint { step, weights: vec![], optimizer: vec![], state: "()".into() };
            run.save_checkpoint(&checkpoint).unwrap();
        }
        run
    }

    #[test]
    fn a_run_goes_with_everything_in_it_unless_it_is_being_trained() {
        let runs = tempfile::tempdir().unwrap();
        let [keep, go] = [1, 1].map(|best| run(runs.path(), best));
        let lock = Lock::take(go.path()).unwrap();
        assert!(matches!(remove(&go), Err(Error::Locked { .. })));
        assert!(matches!(remove_superfluous(&go), Err(Error::Locked { .. })));
        drop(lock);
        remove(&go).unwrap();
        assert_eq!(RunDirectory::list(runs.path()).unwrap(), [keep]);
        assert_eq!(fs::read_dir(runs.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_left_of_a_removal_is_no_run_and_goes_with_the_next() {
        let runs = tempfile::tempdir().unwrap();
        let run = run(runs.path(), 1);
        fs::rename(run.path(), runs.path().join(going(&run.name()))).unwrap();
        assert_eq!(RunDirectory::list(runs.path()).unwrap(), []);
        sweep(runs.path());
        assert_eq!(fs::read_dir(runs.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_best_and_the_newest_checkpoint_stay_and_all_of_them_where_the_newest_is_damaged() {
        let runs = tempfile::tempdir().unwrap();
        let run = run(runs.path(), 2);
        let state = run.checkpoint_path(4).join("state.ron");
        let good = fs::read(&state).unwrap();
        fs::write(&state, "(").unwrap();
        assert!(matches!(remove_superfluous(&run), Err(Error::Broken { .. })));
        assert_eq!(run.checkpoints().unwrap(), [1, 2, 3, 4]);
        fs::write(&state, good).unwrap();
        assert_eq!(remove_superfluous(&run).unwrap(), [1, 3]);
        assert_eq!(run.checkpoints().unwrap(), [2, 4]);
    }
}
