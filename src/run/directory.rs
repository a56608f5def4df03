//! A run's folder: its name, what is in it, and how runs are found.

use std::fs;
use std::path::{Path, PathBuf};

use super::checkpoint::{self, Checkpoint};
use super::{Error, Manifest};

/// What the names of unfinished files begin with; see `atomic.rs`.
const LITTER: &str = ".writing-";

/// Letters of a run's name that say when it began: `2026-11-24T23-52-26`.
const SECOND: usize = 19;

/// One run on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunDirectory {
    path: PathBuf,
}

impl RunDirectory {
    /// Makes the folder for a new run under `runs`, and its manifest in it.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn create(runs: &Path, manifest: &Manifest) -> Result<Self, Error> {
        fs::create_dir_all(runs).map_err(Error::io(runs, "creating the folder of runs"))?;
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
            match fs::create_dir(&path) {
                Ok(()) => {
                    let run = RunDirectory { path };
                    manifest.save(&run.path)?;
                    return Ok(run);
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Error::io(&path, "creating the run's folder")(error)),
            }
        }
        Err(Error::broken(runs, "too many runs began in this second"))
    }

    /// The run in a folder.
    ///
    /// # Errors
    /// When it holds no manifest.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Manifest::load(path)?;
        Ok(RunDirectory { path: path.to_path_buf() })
    }

    /// A folder that is taken for a run's without a look at it.
    pub fn at(path: &Path) -> Self {
        RunDirectory { path: path.to_path_buf() }
    }

    /// All runs under `runs`, oldest first. Folders without a manifest are none.
    ///
    /// # Errors
    /// When the folder cannot be read; one that is not there holds no runs.
    pub fn list(runs: &Path) -> Result<Vec<Self>, Error> {
        let entries = match fs::read_dir(runs) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::io(runs, "listing")(error)),
        };
        let mut found: Vec<Self> = entries
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .filter(|path| path.join(super::manifest::FILE).is_file())
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

    /// The run that `wanted` names: a path to its folder, its name, any part of its name that no other has, or
    /// `last` for the newest.
    ///
    /// # Errors
    /// When none or several match.
    pub fn find(runs: &Path, wanted: &str) -> Result<Self, Error> {
        let as_path = Path::new(wanted);
        if as_path.join(super::manifest::FILE).is_file() {
            return Self::open(as_path);
        }
        let all = Self::list(runs)?;
        let not_found = || Error::NotFound { wanted: wanted.into(), folder: runs.to_path_buf() };
        if wanted == "last" {
            return all.last().cloned().ok_or_else(not_found);
        }
        if let Some(exact) = all.iter().find(|run| run.name() == wanted) {
            return Ok(exact.clone());
        }
        let matching: Vec<&Self> = all.iter().filter(|run| run.name().contains(wanted)).collect();
        match matching[..] {
            [] => Err(not_found()),
            [one] => Ok(one.clone()),
            [one, other, ..] => Err(Error::Ambiguous {
                wanted: wanted.into(),
                count: matching.len(),
                first: one.name(),
                second: other.name(),
            }),
        }
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
    /// When it is broken.
    pub fn manifest(&self) -> Result<Manifest, Error> {
        Manifest::load(&self.path)
    }

    /// Its checkpoints' steps, first to last.
    pub fn checkpoints(&self) -> Vec<u64> {
        checkpoint::steps(&self.path.join(checkpoint::FOLDER))
    }

    /// The folder of the checkpoint at `step`.
    pub fn checkpoint_path(&self, step: u64) -> PathBuf {
        self.path.join(checkpoint::FOLDER).join(checkpoint::folder_name(step))
    }

    /// Writes a checkpoint, then removes all but the newest `keep` and those in `spared` (the best one).
    ///
    /// # Errors
    /// When the system refuses; earlier checkpoints are then as they were.
    pub fn save_checkpoint(
        &self,
        checkpoint: &Checkpoint,
        keep: usize,
        spared: &[u64],
    ) -> Result<PathBuf, Error> {
        let path = self.checkpoint_path(checkpoint.step);
        checkpoint.save(&path)?;
        let steps = self.checkpoints();
        let old = steps.len().saturating_sub(keep.max(1));
        for step in steps[..old].iter().filter(|step| !spared.contains(step)) {
            self.remove_checkpoint(*step)?;
        }
        Ok(path)
    }

    /// Removes the checkpoints after `step`.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn remove_checkpoints_after(&self, step: u64) -> Result<(), Error> {
        self.checkpoints()
            .into_iter()
            .filter(|&later| later > step)
            .try_for_each(|s| self.remove_checkpoint(s))
    }

    /// A checkpoint goes as it came: whole. Under its new name it is litter, should the rest not happen.
    fn remove_checkpoint(&self, step: u64) -> Result<(), Error> {
        let path = self.checkpoint_path(step);
        let gone = path.with_file_name(format!("{LITTER}gone-{step}"));
        fs::rename(&path, &gone)
            .and_then(|()| fs::remove_dir_all(&gone))
            .map_err(Error::io(&path, "removing an old checkpoint"))
    }

    /// Removes what a process that was killed left half written. Only for who holds the run's lock.
    pub fn sweep(&self) {
        checkpoint::put_back(&self.path.join(checkpoint::FOLDER));
        for folder in [self.path.clone(), self.path.join(checkpoint::FOLDER)] {
            let Ok(entries) = fs::read_dir(folder) else { continue };
            for entry in entries.filter_map(Result::ok) {
                if entry.file_name().to_string_lossy().starts_with(LITTER) {
                    let path = entry.path();
                    let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
                }
            }
        }
    }

    /// The newest checkpoint that reads whole, and what was wrong with newer ones.
    pub fn latest_checkpoint(&self) -> (Option<Checkpoint>, Vec<Error>) {
        let mut problems = Vec::new();
        for step in self.checkpoints().into_iter().rev() {
            match Checkpoint::load(&self.checkpoint_path(step)) {
                Ok(checkpoint) => return (Some(checkpoint), problems),
                Err(problem) => problems.push(problem),
            }
        }
        (None, problems)
    }

    /// Bytes that its files take.
    pub fn disk_use(&self) -> u64 {
        fn size(path: &Path) -> u64 {
            let Ok(entries) = fs::read_dir(path) else { return 0 };
            entries
                .filter_map(Result::ok)
                .map(|entry| match entry.metadata() {
                    Ok(data) if data.is_dir() => size(&entry.path()),
                    Ok(data) => data.len(),
                    Err(_) => 0,
                })
                .sum()
        }
        size(&self.path)
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
        };
        Manifest::begin(preset, "cpu".into())
    }

    #[test]
    fn a_manifest_comes_back_as_it_was_written() {
        let runs = tempfile::tempdir().unwrap();
        let written = manifest("mnist-cnn");
        let run = RunDirectory::create(runs.path(), &written).unwrap();
        assert_eq!(run.manifest().unwrap(), written);
        assert!(run.name().contains("-mnist-cnn-"));
    }

    #[test]
    fn a_hostile_name_stays_inside_the_folder_of_runs() {
        let runs = tempfile::tempdir().unwrap();
        let run = RunDirectory::create(runs.path(), &manifest("../../etc/\u{1b}[2Jx\n")).unwrap();
        assert_eq!(run.path().parent(), Some(runs.path()));
        assert!(run.name().chars().all(|letter| letter.is_ascii_graphic()));
    }

    #[test]
    fn runs_are_found_by_a_part_of_their_name_that_no_other_has() {
        let runs = tempfile::tempdir().unwrap();
        let first = RunDirectory::create(runs.path(), &manifest("mnist-cnn")).unwrap();
        let second = RunDirectory::create(runs.path(), &manifest("mnist-mlp")).unwrap();
        assert_ne!(first, second);
        assert_eq!(RunDirectory::find(runs.path(), "cnn").unwrap(), first);
        assert!(matches!(RunDirectory::find(runs.path(), "mnist"), Err(Error::Ambiguous { count: 2, .. })));
        assert!(matches!(RunDirectory::find(runs.path(), "lstm"), Err(Error::NotFound { .. })));
        fs::create_dir(runs.path().join("not-a-run")).unwrap();
        assert_eq!(RunDirectory::list(runs.path()).unwrap().len(), 2);
    }

    #[test]
    fn of_runs_that_began_in_one_second_the_last_is_the_one_that_was_made_last() {
        let runs = tempfile::tempdir().unwrap();
        for name in ["zebra", "ape"] {
            let begun = Manifest { started: 1_800_000_000, ..manifest(name) };
            RunDirectory::create(runs.path(), &begun).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        assert!(RunDirectory::find(runs.path(), "last").unwrap().name().contains("-ape-"));
    }

    #[test]
    fn old_checkpoints_go_and_the_best_one_stays() {
        let runs = tempfile::tempdir().unwrap();
        let run = RunDirectory::create(runs.path(), &manifest("x")).unwrap();
        for step in 1..=5 {
            let checkpoint = Checkpoint { step, weights: vec![], optimizer: vec![], state: "()".into() };
            run.save_checkpoint(&checkpoint, 2, &[1]).unwrap();
        }
        assert_eq!(run.checkpoints(), [1, 4, 5]);
    }

    #[test]
    fn a_broken_checkpoint_is_passed_over_for_the_one_before() {
        let runs = tempfile::tempdir().unwrap();
        let run = RunDirectory::create(runs.path(), &manifest("x")).unwrap();
        for step in 1..=2 {
            let checkpoint = Checkpoint { step, weights: vec![], optimizer: vec![], state: "()".into() };
            run.save_checkpoint(&checkpoint, 3, &[]).unwrap();
        }
        fs::write(run.checkpoint_path(2).join("weights.safetensors"), b"torn").unwrap();
        let (found, problems) = run.latest_checkpoint();
        assert_eq!(found.map(|checkpoint| checkpoint.step), Some(1));
        assert_eq!(problems.len(), 1);
    }
}
