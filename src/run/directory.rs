//! A run's folder: its name, what is in it, and how runs are found.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::checkpoint::{self, Checkpoint};
use super::lock::Lock;
use super::tensors::NamedTensor;
use super::{Error, Label, Manifest, atomic, checksums, disk, learned};
use crate::preset::Learned;

/// The beginning of the name of a checkpoint while it is being removed.
const GONE: &str = ".writing-gone-";

/// Letters of a run's name that say when it began: `2026-11-24T23-52-26`.
const SECOND: usize = 19;

/// One run on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunDirectory {
    path: PathBuf,
}

impl RunDirectory {
    /// Makes the folder for a new run under `runs`, locks it for this process, and writes its manifest into it.
    ///
    /// # Errors
    /// When the system refuses. Nothing that looks like a run is left behind then.
    pub fn create(
        runs: &Path,
        manifest: &Manifest,
        learned: Option<&Learned>,
    ) -> Result<(Self, Lock), Error> {
        disk::at(runs, "creating the folder of runs", || fs::create_dir_all(runs))?;
        let name = name_part(&manifest.preset.name);
        let date = time::OffsetDateTime::from_unix_timestamp(manifest.started.cast_signed())
            .ok()
            .and_then(|date| {
                let form = time::macros::format_description!("[year]-[month]-[day]T[hour]-[minute]-[second]");
                date.format(&form).ok()
            })
            .unwrap_or_else(|| manifest.started.to_string());
        // The process number tells runs of one second apart; the counter, those of one process.
        for attempt in 0..=u16::MAX {
            let id = (std::process::id() as u16).wrapping_add(attempt);
            let path = runs.join(format!("{date}-{name}-{id:04x}"));
            match disk::at(&path, "creating the run's folder", || fs::create_dir(&path)) {
                Ok(()) => {
                    let made = Lock::take(&path).and_then(|lock| {
                        let checkpoints = path.join(checkpoint::FOLDER);
                        disk::at(&checkpoints, "creating the folder", || fs::create_dir(&checkpoints))?;
                        if let Some(learned) = learned {
                            learned::save(learned, &path)?;
                        }
                        manifest.save(&path)?;
                        disk::sync_folder(runs)?;
                        Ok(lock)
                    });
                    // A folder without a manifest is no run. One with a manifest would be listed, though nothing
                    // writes it.
                    let lock = made.inspect_err(|_| drop(disk::patiently(|| disk::remove_folder(&path))))?;
                    return Ok((RunDirectory { path }, lock));
                }
                Err(Error::Io { source, .. }) if source.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::broken(runs, "too many runs began in this second"))
    }

    /// The run in a folder.
    ///
    /// # Errors
    /// When it holds no manifest.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let run = RunDirectory { path: path.to_path_buf() };
        run.manifest().map(|_| run)
    }

    /// A folder that is taken for a run's without a look at it.
    pub fn at(path: &Path) -> Self {
        RunDirectory { path: path.to_path_buf() }
    }

    /// All runs under `runs`, oldest first. A folder without a manifest is not a run. A folder is listed if the system
    /// refuses to say whether it has a manifest.
    ///
    /// # Errors
    /// When the folder cannot be read; one that is not there holds no runs.
    pub fn list(runs: &Path) -> Result<Vec<Self>, Error> {
        let mut found: Vec<Self> = disk::patiently(|| disk::list(runs))?
            .into_iter()
            .filter(|path| !is_going(path) && is_run(path).unwrap_or(true))
            .map(|path| RunDirectory { path })
            .collect();
        // Names begin with the second; within one, the folder that was made later is the newer run.
        found.sort_by_cached_key(|run| {
            let second = run.name().get(..SECOND).map(str::to_string);
            let made = fs::metadata(&run.path).and_then(|folder| folder.created()).ok();
            (second, made, run.path.clone())
        });
        Ok(found)
    }

    /// The run that `wanted` names, as [`Found::by_name`] chooses it.
    ///
    /// # Errors
    /// As [`Found::by_name`].
    pub fn find(runs: &Path, wanted: &str) -> Result<Self, Error> {
        Found::by_name(runs, wanted).map(|found| found.run)
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its folder's name.
    pub fn name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Its manifest.
    ///
    /// # Errors
    /// When it is broken, or the system refuses several times to read it.
    pub fn manifest(&self) -> Result<Manifest, Error> {
        disk::patiently(|| Manifest::load(&self.path))
    }

    /// What it learned of its data; `None` for a run of a version that did not keep it.
    ///
    /// # Errors
    /// When that is broken, or the system refuses several times to read it.
    pub fn learned(&self) -> Result<Option<Learned>, Error> {
        disk::patiently(|| learned::load(&self.path))
    }

    /// Its checkpoints' steps, first to last.
    ///
    /// # Errors
    /// When the system refuses several times to list all of them.
    pub fn checkpoints(&self) -> Result<Vec<u64>, Error> {
        disk::patiently(|| checkpoint::steps(&self.path.join(checkpoint::FOLDER)))
    }

    /// The folder of the checkpoint at `step`.
    pub fn checkpoint_path(&self, step: u64) -> PathBuf {
        self.path.join(checkpoint::FOLDER).join(checkpoint::folder_name(step))
    }

    /// The checkpoint at `step`.
    ///
    /// # Errors
    /// [`Error::Broken`] when it is damaged; [`Error::Io`] when the system refuses several times to read it.
    pub fn checkpoint(&self, step: u64) -> Result<Checkpoint, Error> {
        disk::patiently(|| Checkpoint::load(&self.checkpoint_path(step)))
    }

    /// The weights alone of the checkpoint at `step`.
    ///
    /// # Errors
    /// As [`checkpoint`](Self::checkpoint), as far as the weights are concerned.
    pub fn weights(&self, step: u64) -> Result<Vec<NamedTensor>, Error> {
        checkpoint::weights_of(&self.checkpoint_path(step))
    }

    /// Whether the checkpoint at `step` has checksums, so that [`checkpoint`](Self::checkpoint) has compared its files.
    ///
    /// # Errors
    /// When the system refuses to say.
    pub fn has_checksums(&self, step: u64) -> Result<bool, Error> {
        disk::patiently(|| disk::exists(&self.checkpoint_path(step).join(checksums::FILE)))
    }

    /// Writes a checkpoint.
    ///
    /// # Errors
    /// When the system refuses; earlier checkpoints are then as they were.
    pub fn save_checkpoint(&self, checkpoint: &Checkpoint) -> Result<PathBuf, Error> {
        let path = self.checkpoint_path(checkpoint.step);
        checkpoint.save(&path)?;
        Ok(path)
    }

    /// Removes a checkpoint. It is renamed first, so that it disappears whole; [`sweep`](Self::sweep) removes what is left after
    /// a kill.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn remove_checkpoint(&self, step: u64) -> Result<(), Error> {
        let path = self.checkpoint_path(step);
        let gone = path.with_file_name(format!("{GONE}{step}"));
        disk::remove_folder(&gone)?;
        disk::at(&path, "removing an old checkpoint", || fs::rename(&path, &gone))?;
        disk::remove_folder(&gone)
    }

    /// Puts back a checkpoint that was being replaced, and removes files that a killed process left unfinished. The caller
    /// must hold the run's lock.
    ///
    /// # Errors
    /// When a checkpoint cannot be put back; nothing is removed then. Unfinished files that cannot be removed stay.
    pub fn sweep(&self) -> Result<(), Error> {
        let checkpoints = self.path.join(checkpoint::FOLDER);
        disk::patiently(|| checkpoint::put_back(&checkpoints))?;
        for folder in [&self.path, &checkpoints] {
            for path in disk::list(folder).unwrap_or_default() {
                if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(atomic::UNFINISHED))
                {
                    let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
                }
            }
        }
        Ok(())
    }

    /// The newest checkpoint that is not damaged, and the damaged ones that are newer. With `before`, only checkpoints of
    /// earlier steps count.
    ///
    /// # Errors
    /// When the system refuses to list or read them, which proves no damage.
    pub fn newest_whole(&self, before: Option<u64>) -> Result<(Option<Checkpoint>, Vec<Damaged>), Error> {
        let mut damaged = Vec::new();
        let steps = self.checkpoints()?;
        for step in steps.into_iter().rev().filter(|step| before.is_none_or(|before| *step < before)) {
            match self.checkpoint(step) {
                Ok(checkpoint) => return Ok((Some(checkpoint), damaged)),
                Err(Error::Broken { path, problem }) => {
                    damaged.push(Damaged { step, problem: Error::broken(&path, problem).to_string() });
                }
                Err(refused) => return Err(refused),
            }
        }
        Ok((None, damaged))
    }

    /// Bytes that its files take; `None` where the system refuses to tell.
    pub fn disk_use(&self) -> Option<u64> {
        disk::patiently(|| size(&self.path)).ok()
    }

    /// Bytes that the files of the checkpoint at `step` take; `None` where the system refuses to tell.
    pub fn checkpoint_size(&self, step: u64) -> Option<u64> {
        disk::patiently(|| size(&self.checkpoint_path(step))).ok()
    }
}

/// Bytes of all files in a folder and below.
fn size(folder: &Path) -> Result<u64, Error> {
    disk::list(folder)?.iter().try_fold(0, |sum, entry| {
        let data = disk::at(entry, "looking at its size", || fs::symlink_metadata(entry));
        Ok(sum
            + match data {
                Ok(data) if data.is_dir() => size(entry)?,
                Ok(data) => data.len(),
                // A temporary file may have got its name meanwhile.
                Err(Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => 0,
                Err(refused) => return Err(refused),
            })
    })
}

/// The run that a name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The run.
    pub run: RunDirectory,
    /// How many older runs the name fits as well.
    pub older: usize,
}

impl Found {
    /// The run that `wanted` names: a path to its folder, its name, what a person calls it, a part of its name, or `last`. Where several runs fit, it
    /// is the newest. With `~1` behind the name it is the one before that, with `~2` the one before that one, and so on.
    ///
    /// # Errors
    /// When none fits, or fewer than `~N` asks for.
    pub fn by_name(runs: &Path, wanted: &str) -> Result<Self, Error> {
        let as_path = Path::new(wanted);
        if disk::patiently(|| is_run(as_path))? {
            return RunDirectory::open(as_path).map(|run| Found { run, older: 0 });
        }
        let mut fitting = RunDirectory::list(runs)?;
        if let Some(exact) = fitting.iter().position(|run| run.name() == wanted) {
            return Ok(Found { run: fitting.swap_remove(exact), older: 0 });
        }
        let (part, back) = steps_back(wanted);
        let is_last = part == "last";
        // What a person calls a run comes before a part of a folder's name.
        let is_called = |run: &RunDirectory| {
            Label::load(run.path()).is_ok_and(|label| label.name.as_deref() == Some(part))
        };
        let called: Vec<RunDirectory> = fitting.iter().filter(|run| is_called(run)).cloned().collect();
        if called.is_empty() {
            // An empty name is a variable that a script has not set; it must not choose a run.
            fitting.retain(|run| is_last || (!part.is_empty() && run.name().contains(part)));
        } else {
            fitting = called;
        }
        // The whole name of a preset comes before a part of a longer one.
        if fitting.iter().any(|run| preset_part(&run.name()) == Some(part)) {
            fitting.retain(|run| preset_part(&run.name()) == Some(part));
        }
        let count = fitting.len();
        match count.checked_sub(back.unwrap_or(0).saturating_add(1)) {
            Some(place) => {
                let older = if is_last || back.is_some() { 0 } else { place };
                Ok(Found { run: fitting.swap_remove(place), older })
            }
            None if count == 0 => Err(Error::NotFound { wanted: wanted.into(), folder: runs.to_path_buf() }),
            None => Err(Error::TooFew { wanted: wanted.into(), count }),
        }
    }
}

/// The preset's part of a run's name, between the time and the last four digits.
fn preset_part(name: &str) -> Option<&str> {
    let (_, behind_time) = name.split_at_checked("2026-11-29T01-56-33-".len())?;
    behind_time.rsplit_once('-').map(|(preset, _)| preset)
}

/// A name as its own part and the number behind its `~`.
fn steps_back(wanted: &str) -> (&str, Option<usize>) {
    let behind = wanted.rsplit_once('~').and_then(|(name, back)| Some((name, back.parse().ok()?)));
    behind.map_or((wanted, None), |(name, back)| (name, Some(back)))
}

/// A checkpoint that is proven to be damaged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    /// Its step.
    pub step: u64,
    /// The file, and what is wrong with it.
    pub problem: String,
}

/// Whether a folder is what is left of a run that is being removed.
fn is_going(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(atomic::UNFINISHED))
}

/// Whether a folder holds a manifest.
fn is_run(folder: &Path) -> Result<bool, Error> {
    let path = folder.join(super::manifest::FILE);
    match disk::at(&path, "looking for it", || fs::metadata(&path)) {
        Ok(data) => Ok(data.is_file()),
        Err(Error::Io { source, .. }) if disk::is_about_the_path(&source) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A preset's name as part of a file name: it cannot leave the folder nor hide in it.
fn name_part(name: &str) -> String {
    let safe: String = name
        .chars()
        .take(64)
        .map(|letter| if letter.is_ascii_alphanumeric() || letter == '_' { letter } else { '-' })
        .collect();
    if safe.is_empty() { "run".into() } else { safe }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::disk::faults::Faults;
    use super::*;
    use crate::preset::optimizers::Sgd;
    use crate::preset::*;

    fn manifest(name: &str) -> Manifest {
        let preset = Preset {
            name: name.into(),
            title: String::new(),
            description: String::new(),
            seed: 1,
            data: DataConfig::of(Source::Mnist),
            layers: vec![crate::preset::layers::Flatten.into()],
            loss: Loss::MeanSquaredError,
            loss_options: LossOptions::default(),
            optimizer: Sgd { learning_rate: 0.1, ..Sgd::default() }.into(),
            train: TrainConfig {
                epochs: 1,
                batch_size: 1,
                schedule: Schedule::Constant,
                clip: Clip::default(),
                early_stopping: None,
                truncate_steps: 0,
                on_nan: OnNan::Stop,
                metrics: Vec::new(),
            },
            procedure: Procedure::Supervised,
            device: crate::preset::DeviceChoice::Cuda(1),
            view: View::default(),
        };
        Manifest::begin(preset, "cpu".into())
    }

    #[test]
    fn a_manifest_comes_back_as_it_was_written() {
        let runs = tempfile::tempdir().unwrap();
        let written = manifest("mnist-cnn");
        let (run, _) = RunDirectory::create(runs.path(), &written, None).unwrap();
        assert_eq!(run.manifest().unwrap(), written);
        assert!(run.name().contains("-mnist-cnn-"));
    }

    #[test]
    fn the_whole_name_of_a_preset_comes_before_a_part_of_a_longer_one() {
        let runs = tempfile::tempdir().unwrap();
        let run = |name: &str| RunDirectory::create(runs.path(), &manifest(name), None).unwrap().0.name();
        let (short, longer) = (run("ts"), run("ts-2"));
        let found = |wanted: &str| Found::by_name(runs.path(), wanted).unwrap().run.name();
        assert_eq!((found("ts"), found("ts-2"), found("ts-")), (short.clone(), longer.clone(), longer));
        assert!(matches!(Found::by_name(runs.path(), "ts~1"), Err(Error::TooFew { .. })));
        let newer = run("ts");
        assert_eq!((found("ts"), found("ts~1")), (newer, short));
    }

    #[test]
    fn a_hostile_name_stays_inside_the_folder_of_runs() {
        let runs = tempfile::tempdir().unwrap();
        let (run, _) = RunDirectory::create(runs.path(), &manifest("../../etc/\u{1b}[2Jx\n"), None).unwrap();
        assert_eq!(run.path().parent(), Some(runs.path()));
        assert!(run.name().chars().all(|letter| letter.is_ascii_graphic()));
    }

    #[test]
    fn runs_are_found_by_a_part_of_their_name_and_how_many_runs_back() {
        let runs = tempfile::tempdir().unwrap();
        let [first, second] = ["mnist-cnn", "mnist-mlp"].map(|name| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            RunDirectory::create(runs.path(), &manifest(name), None).unwrap().0
        });
        assert_ne!(first, second);
        let found = |wanted| Found::by_name(runs.path(), wanted);
        let is = |wanted, run: &RunDirectory, older| {
            assert_eq!(found(wanted).unwrap(), Found { run: run.clone(), older }, "{wanted}");
        };
        is("cnn", &first, 0);
        is("mnist", &second, 1);
        is("mnist~0", &second, 0);
        is("mnist~1", &first, 0);
        is("last", &second, 0);
        is("last~1", &first, 0);
        assert!(matches!(found("last~2"), Err(Error::TooFew { count: 2, .. })));
        assert!(matches!(found("cnn~99999999999999999999"), Err(Error::NotFound { .. })));
        for unknown in ["lstm", "", "~1", "lstm~1"] {
            assert!(matches!(found(unknown), Err(Error::NotFound { .. })), "{unknown}");
        }
        fs::create_dir(runs.path().join("not-a-run")).unwrap();
        assert_eq!(RunDirectory::list(runs.path()).unwrap().len(), 2);
    }

    #[test]
    fn of_runs_that_began_in_one_second_the_last_is_the_one_that_was_made_last() {
        let runs = tempfile::tempdir().unwrap();
        for name in ["zebra", "ape"] {
            let begun = Manifest { started: 1_800_000_000, ..manifest(name) };
            RunDirectory::create(runs.path(), &begun, None).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        assert!(RunDirectory::find(runs.path(), "last").unwrap().name().contains("-ape-"));
    }

    fn with_checkpoints(runs: &Path, steps: impl IntoIterator<Item = u64>) -> RunDirectory {
        let (run, _) = RunDirectory::create(runs, &manifest("x"), None).unwrap();
        for step in steps {
            let checkpoint = Checkpoint { step, weights: vec![], optimizer: vec![], state: "()".into() };
            run.save_checkpoint(&checkpoint).unwrap();
        }
        run
    }

    fn steps(found: (Option<Checkpoint>, Vec<Damaged>)) -> (Option<u64>, Vec<u64>) {
        (found.0.map(|checkpoint| checkpoint.step), found.1.iter().map(|damaged| damaged.step).collect())
    }

    #[test]
    fn a_damaged_checkpoint_is_skipped_for_the_one_before() {
        let runs = tempfile::tempdir().unwrap();
        let run = with_checkpoints(runs.path(), 1..=4);
        fs::write(run.checkpoint_path(4).join("weights.safetensors"), b"torn").unwrap();
        fs::write(run.checkpoint_path(3).join("state.ron"), b"[]").unwrap();
        assert_eq!(steps(run.newest_whole(None).unwrap()), (Some(2), vec![4, 3]));
        assert_eq!(steps(run.newest_whole(Some(2)).unwrap()), (Some(1), vec![]));
        assert_eq!(steps(run.newest_whole(Some(1)).unwrap()), (None, vec![]));
    }

    #[test]
    fn a_checkpoint_that_the_machine_does_not_read_is_not_damaged() {
        let runs = tempfile::tempdir().unwrap();
        let run = with_checkpoints(runs.path(), 1..=2);
        for word in ["listing", "weights", "state", "checksums"] {
            let faults = Faults::first(run.path(), word, 2, ErrorKind::OutOfMemory);
            assert_eq!(steps(run.newest_whole(None).unwrap()), (Some(2), vec![]), "{word}");
            drop(faults);
            let _faults = Faults::first(run.path(), word, 100, ErrorKind::PermissionDenied);
            assert!(matches!(run.newest_whole(None), Err(Error::Io { .. })), "{word}");
        }
    }

    #[test]
    fn a_run_whose_folder_cannot_be_made_whole_leaves_none_behind() {
        let runs = tempfile::tempdir().unwrap();
        let manifest = manifest("x");
        for word in ["lock", "syncing", "temporary", "renaming"] {
            let _faults = Faults::first(runs.path(), word, 1, ErrorKind::StorageFull);
            assert!(RunDirectory::create(runs.path(), &manifest, None).is_err(), "{word}");
            assert_eq!(fs::read_dir(runs.path()).unwrap().count(), 0, "{word}");
        }
        let (run, lock) = RunDirectory::create(runs.path(), &manifest, None).unwrap();
        assert!(matches!(Lock::take(run.path()), Err(Error::Locked { .. })));
        drop(lock);
    }

    #[test]
    fn a_run_whose_manifest_the_machine_does_not_show_is_not_left_out_of_the_list() {
        let runs = tempfile::tempdir().unwrap();
        let run = with_checkpoints(runs.path(), []);
        let _faults = Faults::first(run.path(), "run.ron", 100, ErrorKind::Other);
        assert_eq!(RunDirectory::find(runs.path(), "last").unwrap(), run);
        assert!(matches!(run.manifest(), Err(Error::Io { .. })));
    }

    #[test]
    fn nothing_is_swept_while_a_checkpoint_cannot_be_put_back() {
        let runs = tempfile::tempdir().unwrap();
        let run = with_checkpoints(runs.path(), 1..=2);
        let old = run.path().join("checkpoints/.writing-old-2");
        fs::rename(run.checkpoint_path(2), &old).unwrap();
        let faults = Faults::first(run.path(), "renaming", 100, ErrorKind::PermissionDenied);
        assert!(run.sweep().is_err() && old.exists());
        drop(faults);
        run.sweep().unwrap();
        assert_eq!(run.checkpoints().unwrap(), [1, 2]);
        assert!(!old.exists());
    }
}
