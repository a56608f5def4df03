//! The training that runs, or the last one that ran.

use super::history::Series;
use crate::worker::{EpochReport, Finish, Phase, RunInfo, Scores, StepReport};

/// Loss and accuracy over the steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curves {
    /// The loss.
    pub loss: Series,
    /// The share of right answers.
    pub accuracy: Series,
}

impl Curves {
    fn push(&mut self, step: u64, steps: u64, scores: Scores) {
        self.loss.push(step, steps, scores.loss);
        if let Some(accuracy) = scores.accuracy {
            self.accuracy.push(step, steps, accuracy);
        }
    }
}

/// All that the events told about one training.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    /// What was known at its start.
    pub info: RunInfo,
    /// The training batches' figures.
    pub training: Curves,
    /// The validation set's figures.
    pub validation: Curves,
    /// The newest step report.
    pub last: Option<StepReport>,
    /// The epochs that are done.
    pub epochs: Vec<EpochReport>,
    /// How it ended.
    pub finish: Option<Finish>,
    /// The learning rate that was set last, before the schedule's factor.
    pub base_rate: f64,
}

impl Training {
    /// A training that begins.
    pub fn new(info: RunInfo) -> Self {
        let base_rate = info.preset.optimizer.learning_rate();
        Training {
            info,
            training: Curves::default(),
            validation: Curves::default(),
            last: None,
            epochs: Vec::new(),
            finish: None,
            base_rate,
        }
    }

    /// Takes in a step report.
    pub fn on_step(&mut self, report: StepReport) {
        self.training.push(report.step, u64::from(report.steps), report.scores);
        self.last = Some(report);
    }

    /// Takes in an epoch report.
    pub fn on_epoch(&mut self, report: EpochReport) {
        if let Some(scores) = report.validation {
            self.validation.push(report.step, self.info.steps_per_epoch.max(1), scores);
        }
        self.epochs.push(report);
    }

    /// Steps done.
    pub fn step(&self) -> u64 {
        self.finish.map_or(0, |finish| finish.steps).max(self.last.map_or(0, |report| report.step))
    }

    /// Steps done in the epoch in progress, and of how many.
    pub fn step_in_epoch(&self) -> (u64, u64) {
        let per_epoch = self.info.steps_per_epoch.max(1);
        let step = self.step();
        let done = if step == 0 { 0 } else { (step - 1) % per_epoch + 1 };
        (done, per_epoch)
    }

    /// The epoch in progress, from 1.
    pub fn epoch(&self) -> u32 {
        self.last.map_or(1, |report| report.epoch)
    }

    /// Seconds until all epochs' steps are done, at the present throughput.
    pub fn seconds_left(&self) -> Option<f64> {
        let rate = self.last?.samples_per_second;
        if self.finish.is_some() || rate <= 0.0 {
            return None;
        }
        let per_epoch = self.info.samples.0 as f64;
        let (done, of) = self.step_in_epoch();
        let epochs = f64::from(self.info.epochs);
        let epochs_done = f64::from(self.epoch()) - 1.0 + done as f64 / of as f64;
        Some(((epochs - epochs_done).max(0.0) * per_epoch) / rate)
    }

    /// Whether it has ended, given what the worker does.
    pub fn is_over(&self, phase: Phase) -> bool {
        self.finish.is_some() || phase == Phase::Idle
    }
}
