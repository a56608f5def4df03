//! What a list of runs says of each.

use std::path::Path;

use super::lock::Lock;
use super::watch::{Number, newest_numbers};
use super::{Error, Label, Manifest, RunDirectory, Status, learned};
use crate::preset::Offers;
use crate::preset::counted;

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A living process trains it.
    Running,
    /// Its process is gone without a word.
    Interrupted,
    /// It was ended before its last epoch.
    Stopped,
    /// It is done.
    Finished,
    /// It ended with an error.
    Failed,
    /// It has not ended, and the system does not tell whether its process is there.
    Unknown,
    /// Its manifest cannot be read.
    Broken,
}

impl Standing {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Running => "running",
            Standing::Interrupted => "interrupted",
            Standing::Stopped => "stopped",
            Standing::Finished => "finished",
            Standing::Failed => "failed",
            Standing::Unknown => "unknown",
            Standing::Broken => "broken",
        }
    }
}

/// A run at a glance.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// Where it is.
    pub run: RunDirectory,
    /// What its data offered when it began; `None` where the run does not know.
    pub offers: Option<Offers>,
    /// What a person calls it and says about it; empty where that cannot be read.
    pub label: Label,
    /// What was run, or what is wrong with its manifest.
    pub manifest: Result<Manifest, String>,
    /// Whether a living process writes it, or why the system does not tell.
    pub is_alive: Result<bool, String>,
    /// The steps of its checkpoints, first to last.
    pub checkpoints: Vec<u64>,
    /// Bytes that its files take; `None` where the system refuses to tell.
    pub disk_bytes: Option<u64>,
    /// The newest number of each of its figures.
    pub numbers: Vec<Number>,
}

impl Overview {
    /// Looks at a run: little of it is read.
    pub fn of(run: &RunDirectory) -> Self {
        Overview {
            run: run.clone(),
            offers: learned::load(run.path()).ok().flatten().map(|learned| learned.offers),
            label: Label::load(run.path()).unwrap_or_default(),
            manifest: Manifest::load(run.path()).map_err(|error| error.to_string()),
            is_alive: match Lock::holder(run.path()) {
                Ok(holder) => Ok(holder.is_some()),
                Err(error) => Err(format!("whether it is being trained is not known: {error}")),
            },
            // What cannot be listed is not shown; who resumes or uses the run is told.
            checkpoints: run.checkpoints().unwrap_or_default(),
            disk_bytes: run.disk_use(),
            numbers: newest_numbers(run.path()),
        }
    }

    /// All runs in a folder, oldest first.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn list(runs: &Path) -> Result<Vec<Self>, Error> {
        Ok(RunDirectory::list(runs)?.iter().map(Self::of).collect())
    }

    /// How it stands.
    pub fn standing(&self) -> Standing {
        let Ok(manifest) = &self.manifest else { return Standing::Broken };
        match (&manifest.status, &self.is_alive) {
            (Status::Running, Ok(true)) => Standing::Running,
            (Status::Running, Ok(false)) => Standing::Interrupted,
            (Status::Running, Err(_)) => Standing::Unknown,
            (Status::Stopped { .. }, _) => Standing::Stopped,
            (Status::Finished { .. }, _) => Standing::Finished,
            (Status::Failed { .. }, _) => Standing::Failed,
        }
    }

    /// Whether it is a trial of a search.
    pub fn is_trial(&self) -> bool {
        self.manifest.as_ref().is_ok_and(|manifest| manifest.trial.is_some())
    }

    /// Whether a living process is known to write it.
    pub fn is_trained(&self) -> bool {
        self.is_alive == Ok(true)
    }

    /// Steps done when it ended, or else those of which something is known.
    pub fn steps(&self) -> Option<u64> {
        let checkpoint = self.checkpoints.last().copied();
        match self.manifest.as_ref().map(|manifest| &manifest.status) {
            Ok(Status::Stopped { steps } | Status::Finished { steps, .. }) => Some(*steps),
            Ok(Status::Running) if self.is_alive != Ok(false) => {
                let newest = self.numbers.iter().filter_map(|number| u64::try_from(number.step).ok()).max();
                newest.max(checkpoint)
            }
            _ => checkpoint,
        }
    }

    /// Why it failed, what is wrong with its manifest, or why it is not known how it stands.
    pub fn reason(&self) -> Option<&str> {
        match &self.manifest {
            Ok(manifest) => match &manifest.status {
                Status::Failed { reason, .. } => Some(reason),
                Status::Running => self.is_alive.as_ref().err().map(String::as_str),
                Status::Stopped { .. } | Status::Finished { .. } => None,
            },
            Err(problem) => Some(problem),
        }
    }

    /// Loss and accuracy on the test set, where it is done.
    pub fn test(&self) -> Option<(f64, Option<f64>)> {
        match self.manifest.as_ref().ok()?.status {
            Status::Finished { test_loss, test_accuracy, .. } => Some((test_loss, test_accuracy)),
            _ => None,
        }
    }

    /// The newest value of a figure, and on what: the test set where it is done, then the validation set, then training.
    pub fn newest(&self, figure: &str) -> Option<(&'static str, f64)> {
        let value = |of: &str| self.number(&format!("{figure}/{of}"));
        ["test", "validation", "train"].into_iter().find_map(|of| Some((of, value(of)?)))
    }

    /// The learning rate of its newest step that is known.
    pub fn learning_rate(&self) -> Option<f64> {
        let preset = || self.manifest.as_ref().ok().map(|manifest| manifest.preset.optimizer.learning_rate());
        self.number("learning_rate").or_else(preset)
    }

    fn number(&self, tag: &str) -> Option<f64> {
        self.numbers.iter().find(|number| number.tag == tag).map(|number| number.value)
    }

    /// Whether its loss was not finite when it ended: going on as it was would end in the same way.
    pub fn has_diverged(&self) -> bool {
        let status = self.manifest.as_ref().map(|manifest| &manifest.status);
        matches!(status, Ok(Status::Failed { diverged: true, .. }))
    }

    /// Why it cannot be gone on with, if so.
    pub fn hindrance(&self) -> Option<String> {
        match &self.manifest {
            Err(problem) => Some(problem.clone()),
            Ok(_) if self.is_trained() => Some("it is being trained".into()),
            Ok(manifest) => match done(manifest, &self.checkpoints) {
                Some(steps) => {
                    Some(format!("it is finished after {}: nothing is left to do", counted(steps, "step")))
                }
                None => self.is_alive.clone().err(),
            },
        }
    }
}

/// The steps of a run of which nothing is left to do. One that ended on a full disk has no checkpoint of its end: that
/// can still be made.
pub fn done(manifest: &Manifest, checkpoints: &[u64]) -> Option<u64> {
    match manifest.status {
        Status::Finished { steps, .. } if checkpoints.last() == Some(&steps) => Some(steps),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::super::disk::faults::Faults;
    use super::*;
    use crate::run::tensorboard::Writer;

    fn run(status: Status) -> (tempfile::TempDir, RunDirectory) {
        let runs = tempfile::tempdir().unwrap();
        let preset = include_str!("../../presets/mnist-mlp.ron");
        let preset = crate::preset::library::experiment(preset, "mnist-mlp.ron").unwrap().preset;
        let manifest = Manifest { status, ..Manifest::begin(preset, "cpu".into()) };
        let (run, _) = RunDirectory::create(runs.path(), &manifest, None).unwrap();
        (runs, run)
    }

    #[test]
    fn a_run_whose_process_is_gone_is_called_interrupted() {
        let (_runs, run) = run(Status::Running);
        assert_eq!(Overview::of(&run).standing(), Standing::Interrupted);
        let lock = Lock::take(run.path()).unwrap();
        let seen = Overview::of(&run);
        assert_eq!(
            (seen.standing(), seen.hindrance()),
            (Standing::Running, Some("it is being trained".into()))
        );
        drop(lock);
        assert_eq!(Overview::of(&run).hindrance(), None);
    }

    #[test]
    fn a_run_at_whose_lock_the_system_does_not_let_us_look_is_neither_called_interrupted_nor_gone_on_with() {
        let (_runs, run) = run(Status::Running);
        let _faults = Faults::first(run.path(), "opening the lock", 100, ErrorKind::PermissionDenied);
        let seen = Overview::of(&run);
        assert_eq!((seen.standing(), seen.is_trained()), (Standing::Unknown, false));
        assert!(seen.reason().is_some_and(|why| why.contains("opening the lock")), "{seen:?}");
        assert_eq!(seen.hindrance().as_deref(), seen.reason());
    }

    #[test]
    fn the_newest_figures_are_those_of_the_validation_set_where_there_is_one() {
        let (_runs, run) = run(Status::Failed { reason: "the loss became NaN".into(), diverged: true });
        let mut writer = Writer::create(run.path()).unwrap();
        writer.scalars(5, &[("loss/train", 0.5), ("learning_rate", 0.25)]).unwrap();
        writer.scalars(5, &[("loss/validation", 0.75)]).unwrap();
        writer.flush().unwrap();
        let seen = Overview::of(&run);
        assert_eq!(seen.newest("loss"), Some(("validation", 0.75)));
        assert_eq!((seen.newest("accuracy"), seen.learning_rate()), (None, Some(0.25)));
        assert!(seen.has_diverged() && seen.standing() == Standing::Failed);
        assert_eq!(seen.reason(), Some("the loss became NaN"));
    }

    #[test]
    fn a_manifest_that_cannot_be_read_is_shown_as_such() {
        let (_runs, run) = run(Status::Running);
        std::fs::write(run.path().join("run.ron"), "(format: 1").unwrap();
        let seen = Overview::of(&run);
        assert_eq!((seen.standing(), seen.steps()), (Standing::Broken, None));
        assert!(seen.hindrance().is_some_and(|why| why.contains("not a manifest")));
    }
}
