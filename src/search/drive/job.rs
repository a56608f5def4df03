//! One training of a trial, to its rung, and what it is worth there.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::Sender;

use super::score;
use super::training::{End, Training};
use crate::preset::{DeviceChoice, Experiment};
use crate::run::{Manifest, OfSearch, RunDirectory};
use crate::search::plan::Objective;
use crate::search::trial::Reached;
use crate::worker::{Starter, TrainRequest};

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
    /// Runs of it that failed before it was trained again.
    pub given_up: Vec<String>,
    /// It may have a run that nobody wrote down.
    pub may_be_there: bool,
    /// The file of its claim.
    pub lock: PathBuf,
    /// Others carry the search out as well.
    pub is_shared: bool,
    /// It goes on although its data has changed.
    pub accepts_changed_data: bool,
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
    pub fn carry_out(self, heard: &Sender<Heard>, stop: &AtomicBool) {
        let what = self.train(heard, stop).unwrap_or_else(What::Failed);
        // Where nobody listens any more, the run itself says it.
        let _ = heard.send(Heard { place: self.place, what });
    }

    fn train(&self, heard: &Sender<Heard>, stop: &AtomicBool) -> Result<What, String> {
        let seed = self.experiment.preset.seed;
        let is_it = |run: &RunDirectory, manifest: &Manifest| {
            let is_of_it = manifest.trial.as_ref() == Some(&self.of) && manifest.preset.seed == seed;
            is_of_it && !self.given_up.contains(&run.name())
        };
        let request = TrainRequest {
            device: self.device,
            until_epoch: self.until,
            accept_changed_data: self.accepts_changed_data,
            trial: Some(self.of.clone()),
            ..TrainRequest::new(self.experiment.clone())
        };
        let mut training = Training {
            starter: &self.starter,
            request,
            folder: self.folder.clone(),
            may_be_there: self.may_be_there,
            is_it: &is_it,
            lock: self.lock.clone(),
            is_shared: self.is_shared,
        };
        let mut found = |folder: &Path| {
            // Where nobody listens any more, the run itself says it.
            let _ = heard.send(Heard { place: self.place, what: What::Begun(folder.to_path_buf()) });
        };
        Ok(match training.see_through(stop, &mut found)? {
            End::Finished(folder) => self.reached(&folder, true)?,
            End::AtEpoch(folder) => self.reached(&folder, false)?,
            End::Failed(reason) => What::Failed(reason),
            End::Left(why) => What::Left(why),
        })
    }

    fn reached(&self, folder: &Path, is_over: bool) -> Result<What, String> {
        let reached = score::reached(folder, &self.objectives, self.parameters)?;
        Ok(What::Reached { reached, is_over })
    }
}
