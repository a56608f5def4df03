//! What goes wrong in a training, found while it trains: each finding by a stated rule, with what was seen and what to try.
//!
//! * `data`: rules over the samples, before the first step;
//! * `scores`: rules over the reports of epochs;
//! * `steps`: rules over what a step does in each layer, measured now and then;
//! * `finding`: what can be found, in words.
//!
//! Nothing here changes a bit of the training. Every kind of finding is told once.

mod data;
mod finding;
mod scores;
mod steps;
#[cfg(test)]
mod tests;

use super::probing::Probe;
use super::report::{EpochReport, StepReport};
use super::training::Training;
pub use finding::Finding;

/// Looks after a training, and tells each kind of finding once.
#[derive(Debug, Default)]
pub struct Diagnostics {
    scores: scores::Course,
    steps: steps::Course,
    told: Vec<Finding>,
}

impl Diagnostics {
    /// What its samples show before the first step. A set whose samples are read from files one by one is looked at
    /// less closely.
    pub fn begin(&mut self, training: &dyn Training) -> Vec<Finding> {
        self.scores.begin(training);
        let found = data::findings(training);
        self.only_new(found)
    }

    /// What an epoch shows.
    pub fn on_epoch(&mut self, report: &EpochReport) -> Vec<Finding> {
        let found = self.scores.on_epoch(report);
        self.only_new(found)
    }

    /// What a probe of a step shows.
    pub fn on_probe(&mut self, probe: &Probe, step: &StepReport) -> Vec<Finding> {
        let mut found = self.steps.on_probe(probe, step.scores.loss);
        found.extend(self.scores.on_probe(probe, step.learning_rate.schedule_factor()));
        self.only_new(found)
    }

    /// The losses so far say nothing of those to come: the training went back, or its loss is another one.
    pub fn forget_losses(&mut self) {
        self.scores.forget_losses();
        self.steps = steps::Course::default();
    }

    /// A setting was changed while it trains.
    pub fn on_changed(&mut self, path: &str) {
        // Samples, layers that drop out and the loss's own options make another loss of the same weights.
        if ["loss", "data", "layers", "procedure"].iter().any(|part| path.starts_with(part)) {
            self.forget_losses();
        }
    }

    fn only_new(&mut self, found: Vec<Finding>) -> Vec<Finding> {
        let mut new: Vec<Finding> = Vec::new();
        for finding in found {
            if !self.told.iter().any(|told| told.is_like(&finding)) {
                self.told.push(finding.clone());
                new.push(finding);
            }
        }
        new
    }
}
