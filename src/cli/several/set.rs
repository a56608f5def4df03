//! The trainings of one `--repeat` or `--folds`, as they are on disk: a call that was killed or stopped goes on where it was.

use std::time::{SystemTime, UNIX_EPOCH};

use super::Part;
use crate::cli::Error;
use crate::cli::task::resuming;
use crate::preset::Metric;
use crate::run::lock::Lock;
use crate::run::overview::done;
use crate::run::{Manifest, Overview, PartOf, RunDirectory, Status, home};
use crate::worker::{Metrics, Scores, TrainRequest, check_own_data};

/// The trainings of one call, or of several that went on with each other.
pub(super) struct Set {
    name: String,
    of: u32,
    /// Those that are there, newest first.
    runs: Vec<(RunDirectory, Manifest)>,
    /// Keeps others away that are called likewise.
    _lock: Lock,
}

/// What becomes of a training.
pub(super) enum Fate {
    /// It begins, or goes on.
    Train(Box<TrainRequest>),
    /// It is complete: its run, and its scores on the test set.
    Complete(String, Scores),
}

impl Set {
    /// The newest set of such trainings that has not come to its end and that nobody trains, or else a new one.
    ///
    /// # Errors
    /// When the runs cannot be read.
    pub fn open(event: &str, of: u32, parts: &[Part]) -> Result<Self, Error> {
        let all = RunDirectory::list(&home::runs_folder()?)?;
        let read = |run: RunDirectory| run.manifest().ok().map(|manifest| (run, manifest));
        let mut runs: Vec<(RunDirectory, Manifest)> =
            all.into_iter().rev().filter_map(read).filter(|(_, manifest)| manifest.part.is_some()).collect();
        let is_asked_for = |(_, manifest): &(RunDirectory, Manifest)| {
            let Some(part) = &manifest.part else { return false };
            let Some(asked) = (part.place as usize).checked_sub(1).and_then(|place| parts.get(place)) else {
                return false;
            };
            part.of == of
                && part.set.starts_with(event)
                && part.init_from == asked.request.init_from
                && manifest.frozen == asked.request.freeze
                && manifest.preset == asked.request.experiment.preset
        };
        let newest = runs.iter().find(|run| is_asked_for(run));
        let newest = newest.and_then(|(_, manifest)| Some(manifest.part.as_ref()?.set.clone()));
        if let Some(name) = newest {
            runs.retain(|(_, manifest)| manifest.part.as_ref().is_some_and(|part| part.set == name));
            // One whose preset or data has changed meanwhile would stand beside others of another kind.
            let are_asked_for = runs.iter().all(is_asked_for);
            if let Some(lock) = lock(&name)?.filter(|_| are_asked_for && have_their_data(&runs)) {
                let set = Set { name, of, runs, _lock: lock };
                if !(1..=of).all(|place| set.run(place).is_some_and(is_complete)) {
                    return Ok(set);
                }
            }
        }
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let name = format!("{event}-{}-{}", since.as_millis(), std::process::id());
        let lock = lock(&name)?.ok_or_else(|| Error::Failed(format!("another process holds {name}")))?;
        Ok(Set { name, of, runs: Vec::new(), _lock: lock })
    }

    /// Of how many trainings something is there.
    pub fn known(&self) -> usize {
        (1..=self.of).filter(|place| self.run(*place).is_some()).count()
    }

    /// What becomes of the training at this place, from 1.
    ///
    /// # Errors
    /// When its run cannot be read.
    pub fn fate(&self, place: u32, asked: TrainRequest) -> Result<Fate, Error> {
        let fresh = |asked: TrainRequest| {
            let init_from = asked.init_from.clone();
            let part = PartOf { set: self.name.clone(), place, of: self.of, init_from };
            Fate::Train(Box::new(TrainRequest { part: Some(part), ..asked }))
        };
        Ok(match self.run(place) {
            // What failed is tried again: a device or a disk may be back.
            None | Some((_, Manifest { status: Status::Failed { .. }, .. })) => fresh(asked),
            Some(run) if is_complete(run) => match scores(&Overview::of(&run.0)) {
                Some(scores) => Fate::Complete(run.0.name(), scores),
                None => fresh(asked),
            },
            Some((run, manifest)) => Fate::Train(Box::new(resuming(run, manifest, asked)?)),
        })
    }

    fn run(&self, place: u32) -> Option<&(RunDirectory, Manifest)> {
        let is_it = |manifest: &Manifest| manifest.part.as_ref().is_some_and(|part| part.place == place);
        self.runs.iter().find(|(_, manifest)| is_it(manifest))
    }

    /// The names of its runs that are there now, in the order of their places.
    pub fn names(&self) -> Vec<String> {
        let all = home::runs_folder().ok().and_then(|runs| RunDirectory::list(&runs).ok());
        let part = |run: RunDirectory| {
            let part = run.manifest().ok()?.part.filter(|part| part.set == self.name)?;
            Some((part.place, run.name()))
        };
        let mut names: Vec<(u32, String)> = all.unwrap_or_default().into_iter().filter_map(part).collect();
        names.sort();
        names.into_iter().map(|(_, name)| name).collect()
    }
}

fn lock(name: &str) -> Result<Option<Lock>, Error> {
    let folder = home::folder()?.join("tasks");
    std::fs::create_dir_all(&folder).map_err(crate::run::Error::io(&folder, "creating the folder"))?;
    Ok(Lock::at(&folder.join(format!("{name}.lock")))?)
}

fn is_complete((run, manifest): &(RunDirectory, Manifest)) -> bool {
    run.checkpoints().is_ok_and(|checkpoints| done(manifest, &checkpoints).is_some())
}

/// Whether the data of the first of them is as it was.
fn have_their_data(runs: &[(RunDirectory, Manifest)]) -> bool {
    let learned = runs.first().and_then(|(run, _)| run.learned().ok().flatten());
    learned.is_none_or(|learned| check_own_data(&learned, false, "").is_ok())
}

/// The scores of a run on its test set, as they were kept.
fn scores(run: &Overview) -> Option<Scores> {
    let (loss, accuracy) = run.test()?;
    let of = |metric: Metric| {
        let tag = format!("{}/test", metric.name());
        Some((metric, run.numbers.iter().find(|number| number.tag == tag)?.value))
    };
    let metrics = Metric::ALL.into_iter().filter_map(of);
    let metrics = metrics.fold(Metrics::default(), |all, (metric, value)| all.with(metric, value));
    Some(Scores { loss, accuracy, metrics })
}
