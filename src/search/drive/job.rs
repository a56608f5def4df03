//! One training of a trial: it is begun, waited for, or gone on with, whatever became of it before.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;

use super::score;
use crate::preset::{DeviceChoice, Experiment};
use crate::run::lock::{Lock, Process};
use crate::run::{Manifest, OfSearch, RunDirectory, Status};
use crate::search::plan::Objective;
use crate::search::trial::Reached;
use crate::worker::{Answer, Command, Starter, TrainRequest};

/// How often it is looked whether a training has ended.
const LOOK: Duration = Duration::from_millis(10);
/// How often a training whose process died is gone on with before it counts as failed.
const DEATHS: u32 = 3;

/// A training that is to come to a rung.
pub(super) struct Job {
    /// The trial and its training, as places.
    pub place: (usize, usize),
    /// After which epoch it ends; `None`: at its end.
    pub until: Option<u32>,
    pub objectives: Vec<Objective>,
    pub experiment: Experiment,
    /// The parameters of its network.
    pub parameters: u64,
    pub of: OfSearch,
    /// Its run's folder, once it has one.
    pub folder: Option<PathBuf>,
    pub device: Option<DeviceChoice>,
    pub starter: Starter,
    /// It may have a run that nobody wrote down.
    pub may_be_there: bool,
    /// The file of its claim.
    pub lock: PathBuf,
}

/// What is heard of a training.
pub(super) struct Heard {
    /// The trial and its training, as places.
    pub place: (usize, usize),
    pub what: What,
}

/// What became of a training.
pub(super) enum What {
    /// It is in this folder.
    Begun(PathBuf),
    /// It has come to its rung.
    Reached {
        reached: Reached,
        /// It has ended by itself.
        is_over: bool,
    },
    /// It cannot.
    Failed(String),
    /// It was ended before, by us or by somebody else.
    Left(String),
}

impl Job {
    /// Trains, and tells what became of it.
    pub fn carry_out(mut self, heard: &Sender<Heard>, stop: &AtomicBool) {
        let what = self.train(heard, stop).unwrap_or_else(What::Failed);
        // Where nobody listens any more, the run itself says it.
        let _ = heard.send(Heard { place: self.place, what });
    }

    fn train(&mut self, heard: &Sender<Heard>, stop: &AtomicBool) -> Result<What, String> {
        // Whether it was trained since we look: who stopped it then is somebody else.
        let mut was_trained = false;
        let mut deaths = 0;
        loop {
            let Some(claim) = self.claim(stop)? else { return Ok(What::Left("it is about to begin".into())) };
            if self.folder.is_none() && std::mem::take(&mut self.may_be_there) {
                self.folder = self.look_for();
                self.tell(heard);
            }
            let Some(folder) = self.folder.clone().filter(|folder| folder.is_dir()) else {
                if stop.load(Ordering::Acquire) {
                    return Ok(What::Left("it has not begun".into()));
                }
                self.folder = Some(self.begin(claim, TrainRequest::new(self.experiment.clone()))?);
                self.tell(heard);
                was_trained = true;
                continue;
            };
            was_trained |= wait_for_end(&folder, stop)?;
            let manifest = Manifest::load(&folder).map_err(|error| error.to_string())?;
            let is_at_rung = || self.until.is_some_and(|until| score::epochs_of(&folder) >= until);
            match &manifest.status {
                Status::Finished { .. } => return self.reached(&folder, true),
                Status::Stopped { .. } if is_at_rung() => return self.reached(&folder, false),
                Status::Failed { reason, .. } => return Ok(What::Failed(reason.clone())),
                Status::Stopped { .. } | Status::Running if stop.load(Ordering::Acquire) => {
                    return Ok(What::Left("it can go on".into()));
                }
                Status::Stopped { .. } if was_trained => {
                    return Ok(What::Left("somebody has stopped it".into()));
                }
                Status::Running if deaths >= DEATHS => {
                    return Ok(What::Failed(format!("its process has died {deaths} times")));
                }
                Status::Stopped { .. } | Status::Running => {
                    deaths += 1;
                    self.go_on(claim, &folder, &manifest)?;
                    was_trained = true;
                }
            }
        }
    }

    /// The lock without which no process is started for this training. A search that was killed may have started one that still
    /// reads its data and has no run yet: it holds the lock until then. `None` where somebody wants us to end.
    fn claim(&self, stop: &AtomicBool) -> Result<Option<File>, String> {
        let said = |error: std::io::Error| format!("{}: {error}", self.lock.display());
        let mut options = OpenOptions::new();
        let file = options.create(true).append(true).open(&self.lock).map_err(said)?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(file)),
                Err(TryLockError::WouldBlock) if stop.load(Ordering::Acquire) => return Ok(None),
                Err(TryLockError::WouldBlock) => std::thread::sleep(LOOK),
                Err(TryLockError::Error(error)) => return Err(said(error)),
            }
        }
    }

    fn reached(&self, folder: &Path, is_over: bool) -> Result<What, String> {
        let reached = score::reached(folder, &self.objectives, self.parameters)?;
        Ok(What::Reached { reached, is_over })
    }

    /// Says where the run is.
    fn tell(&self, heard: &Sender<Heard>) {
        if let Some(folder) = &self.folder {
            // Where nobody listens any more, the run itself says it.
            let _ = heard.send(Heard { place: self.place, what: What::Begun(folder.clone()) });
        }
    }

    /// Starts a process; returns the run's folder.
    fn begin(&self, claim: File, request: TrainRequest) -> Result<PathBuf, String> {
        let request = TrainRequest {
            device: self.device,
            until_epoch: self.until,
            trial: Some(self.of.clone()),
            ..request
        };
        let answer = self.starter.start_holding(&Command::Train(Box::new(request)), claim);
        match answer.map_err(|error| error.to_string())? {
            Answer::Run(folder) => Ok(folder),
            Answer::Failed(reason) | Answer::NotKept(reason) => Err(reason),
        }
    }

    fn go_on(&self, claim: File, folder: &Path, manifest: &Manifest) -> Result<(), String> {
        let run = RunDirectory::open(folder).map_err(|error| error.to_string())?;
        let experiment = manifest.preset.clone().fit(&self.experiment.offers);
        let experiment = experiment.map_err(|finding| finding.problem)?;
        let request =
            TrainRequest::resuming(&run, manifest, experiment).map_err(|error| error.to_string())?;
        self.begin(claim, request).map(drop)
    }

    /// The run of this training, where it began and nobody wrote that down: the search was killed in between.
    fn look_for(&self) -> Option<PathBuf> {
        let runs = RunDirectory::list(&self.starter.runs).ok()?;
        let is_it = |run: &&RunDirectory| {
            let manifest = Manifest::load(run.path());
            manifest.is_ok_and(|manifest| {
                manifest.trial.as_ref() == Some(&self.of)
                    && manifest.preset.seed == self.experiment.preset.seed
            })
        };
        runs.iter().rev().find(is_it).map(|run| run.path().to_path_buf())
    }
}

/// Waits until nobody trains a run; returns whether somebody did. Once `stop` is set, who trains it is asked to end.
fn wait_for_end(folder: &Path, stop: &AtomicBool) -> Result<bool, String> {
    let (mut was_trained, mut was_asked) = (false, false);
    while let Some(owner) = Lock::holder(folder).map_err(|error| error.to_string())? {
        was_trained = true;
        if stop.load(Ordering::Acquire) && !was_asked {
            // One that has just ended needs no asking.
            let _ = Process::numbered(&owner).and_then(|process| process.terminate());
            was_asked = true;
        }
        std::thread::sleep(LOOK);
    }
    Ok(was_trained)
}
