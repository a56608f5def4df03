//! A training in a process of its own, seen through to its end: it is begun, waited for, or gone on with, whatever became of it
//! before.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::run::epochs::EpochsDone;
use crate::run::lock::{Lock, Process};
use crate::run::{Manifest, RunDirectory, Status};
use crate::worker::{Answer, Command, Starter, TrainRequest};

/// How often it is looked at first whether a training has ended, or whether it may be begun.
const LOOK: Duration = Duration::from_millis(10);
/// How often it is looked at least.
const LAST_LOOK: Duration = Duration::from_millis(250);
/// The time between two looks is one part in so many of the time that was waited: over a network each of them is a question to a server.
const LOOKS: u32 = 200;
/// How often a training whose process died is gone on with before it counts as failed.
const DEATHS: u32 = 3;

/// A training that is seen through.
pub(in crate::search) struct Training<'a> {
    /// Starts a process that trains.
    pub starter: &'a Starter,
    /// What a new run trains. Where it names an epoch, the training is seen through to that epoch.
    pub request: TrainRequest,
    /// Its run's folder, once it has one.
    pub folder: Option<PathBuf>,
    /// It may have a run that nobody wrote down.
    pub may_be_there: bool,
    /// Whether a run is its own.
    pub is_it: &'a dyn Fn(&RunDirectory, &Manifest) -> bool,
    /// The file of its claim.
    pub lock: PathBuf,
    /// Others may have seen it through before, and have ended it when they were asked to end themselves.
    pub is_shared: bool,
}

/// What became of a training.
#[derive(Debug)]
pub(in crate::search) enum End {
    /// It has ended by itself; the run's folder.
    Finished(PathBuf),
    /// It has come to the epoch that was asked for; the run's folder.
    AtEpoch(PathBuf),
    /// It cannot go on.
    Failed(String),
    /// It was ended before, by us or by somebody else.
    Left(String),
}

impl Training<'_> {
    /// Trains; `found` hears where the run is. Once `stop` is set, it is ended with a checkpoint.
    ///
    /// # Errors
    /// Why it cannot be begun or looked at.
    pub fn see_through(&mut self, stop: &AtomicBool, found: &mut dyn FnMut(&Path)) -> Result<End, String> {
        // Whether it was trained since we look: who stopped it then is somebody else.
        let mut was_trained = false;
        let mut deaths = 0;
        loop {
            // `None` where somebody wants us to end: then nothing is started any more, and a run that is there is ended.
            let claim = self.claim(stop)?;
            if self.folder.is_none() && std::mem::take(&mut self.may_be_there) {
                self.folder = self.look_for();
                self.folder.iter().for_each(|folder| found(folder));
            }
            let Some(folder) = self.folder.clone().filter(|folder| folder.is_dir()) else {
                let Some(claim) = claim.filter(|_| !stop.load(Ordering::Acquire)) else {
                    return Ok(End::Left("it has not begun".into()));
                };
                let folder = self.begin(claim, self.request.clone())?;
                found(&folder);
                self.folder = Some(folder);
                was_trained = true;
                continue;
            };
            was_trained |= wait_for_end(&folder, stop)? && !self.is_shared;
            let manifest = Manifest::load(&folder).map_err(|error| error.to_string())?;
            let is_there =
                || self.request.until_epoch.is_some_and(|until| EpochsDone::default().read(&folder) >= until);
            match &manifest.status {
                Status::Finished { .. } => return Ok(End::Finished(folder)),
                Status::Stopped { .. } if is_there() => return Ok(End::AtEpoch(folder)),
                Status::Failed { reason, .. } => return Ok(End::Failed(reason.clone())),
                Status::Stopped { .. } | Status::Running if stop.load(Ordering::Acquire) => {
                    return Ok(End::Left("it can go on".into()));
                }
                Status::Stopped { .. } if was_trained => {
                    return Ok(End::Left("somebody has stopped it".into()));
                }
                Status::Running if deaths >= DEATHS => {
                    return Ok(End::Failed(format!("its process has died {deaths} times")));
                }
                Status::Stopped { .. } | Status::Running => {
                    let Some(claim) = claim else { return Ok(End::Left("it can go on".into())) };
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

    /// Starts a process, which holds the claim until its run is there; returns the run's folder.
    fn begin(&self, claim: File, request: TrainRequest) -> Result<PathBuf, String> {
        let answer = self.starter.start_holding(&Command::Train(Box::new(request)), claim);
        match answer.map_err(|error| error.to_string())? {
            Answer::Run(folder) => Ok(folder),
            Answer::Failed(reason) | Answer::NotKept(reason) => Err(reason),
        }
    }

    fn go_on(&self, claim: File, folder: &Path, manifest: &Manifest) -> Result<(), String> {
        let run = RunDirectory::open(folder).map_err(|error| error.to_string())?;
        let experiment = manifest.preset.clone().fit(&self.request.experiment.offers);
        let experiment = experiment.map_err(|finding| finding.problem)?;
        let request =
            TrainRequest::resuming(&run, manifest, experiment).map_err(|error| error.to_string())?;
        // It goes on where it was, and not where it would be placed now.
        let device = self.request.device.filter(|device| !device.is_auto());
        let TrainRequest { checkpoint_seconds, until_epoch, accept_changed_data, .. } = self.request;
        let on_end = self.request.on_end.clone();
        let request =
            TrainRequest { device, checkpoint_seconds, until_epoch, accept_changed_data, on_end, ..request };
        self.begin(claim, request).map(drop)
    }

    /// Its run, where one began and nobody wrote that down: who saw it through was killed in between.
    fn look_for(&self) -> Option<PathBuf> {
        let runs = RunDirectory::list(&self.starter.runs).ok()?;
        let is_it = |run: &&RunDirectory| {
            Manifest::load(run.path()).is_ok_and(|manifest| (self.is_it)(run, &manifest))
        };
        runs.iter().rev().find(is_it).map(|run| run.path().to_path_buf())
    }
}

/// Waits until nobody trains a run; returns whether somebody did. Once `stop` is set, who trains it is asked to end.
fn wait_for_end(folder: &Path, stop: &AtomicBool) -> Result<bool, String> {
    let (mut was_trained, mut was_asked) = (false, false);
    let since = Instant::now();
    while let Some(owner) = Lock::holder(folder).map_err(|error| error.to_string())? {
        was_trained = true;
        if stop.load(Ordering::Acquire) && !was_asked {
            match Process::numbered(&owner) {
                Ok(process) => {
                    // One that has just ended needs no asking.
                    let _ = process.terminate();
                    was_asked = true;
                }
                // One on another machine cannot be asked, and need not be waited for.
                Err(_) if owner.contains(" on ") => return Ok(was_trained),
                // It has not written down yet who it is.
                Err(_) => {}
            }
        }
        std::thread::sleep(pause(since.elapsed()));
    }
    Ok(was_trained)
}

/// For how long it waits after so much waiting.
fn pause(waited: Duration) -> Duration {
    (waited / LOOKS).clamp(LOOK, LAST_LOOK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_waited_for_with_few_looks_and_a_short_training_ends_at_once() {
        let mut waited = Duration::ZERO;
        let mut looks_until = |end: Duration| {
            let mut looks = 0;
            while waited < end {
                assert!(pause(waited) <= LOOK.max(waited / 200), "a two hundredth is lost at most");
                waited += pause(waited);
                looks += 1;
            }
            looks
        };
        // Two seconds at ten milliseconds each, then 200 for each time that the waiting grows e-fold: ln(5 / 2).
        assert!((370..=390).contains(&looks_until(Duration::from_secs(5))));
        // A quarter of a second each from the fiftieth second on.
        assert!(looks_until(Duration::from_secs(3600)) <= 14_300 + 500);
    }
}
