//! Greedy layer-wise pretraining, then supervised training of the same network.
//!
//! `coder`: a layer that learns as an autoencoder; `learner`: a layer that learns either way; `stack`: the layers, one
//! after the other; `keep`: their checkpoint; `figures`: their figures. This file puts the two phases together.

mod coder;
mod figures;
pub(super) mod keep;
mod learner;
mod stack;

pub use coder::zero_some;
pub use learner::Learner;
pub use stack::Stack;

use std::sync::Arc;

use super::error::Error;
use super::figure::{Controls, Figure, FigureInfo};
use super::metrics::Scores;
use super::probing::Probe;
use super::report::{EpochReport, Extent, LearningRate, StepReport, TrainingPhase};
use super::step_time::StepTime;
use super::supervised::{self, Trainer};
use super::training::{Progress, Training};
use super::transfer::Loaded;
use crate::data::{Dataset, Splits};
use crate::nn::ops::Backend;
use crate::nn::{Activity, HostModel, Interrupt};
use crate::preset::{Preset, experiment};
use crate::run::{Checkpoint, NamedTensor};

/// A stack of layers that learns first, and a tuner that then trains the whole network.
pub struct Pretraining<D: Backend> {
    stack: Stack<D>,
    tuner: Trainer<D>,
    /// Whether the second phase has been announced.
    is_tuning: bool,
}

/// Builds the network and the machines of its hidden layers. `unlabelled` is what the machines learn from, `splits` is for
/// the network.
///
/// # Errors
/// When the network does not fit the samples.
pub fn prepare<D: Backend>(
    preset: &Preset,
    options: &experiment::Pretraining,
    unlabelled: Splits,
    splits: Splits,
    device: &D,
) -> Result<Pretraining<D>, Error> {
    let stack = Stack::on(preset, options, unlabelled, device)?;
    let tuner = supervised::on(preset, splits, device)?;
    Ok(Pretraining { stack, tuner, is_tuning: false })
}

impl<D: Backend> Pretraining<D> {
    /// Copies the weights that the current layer has learned to the network.
    fn hand_over(&mut self) -> Result<(), Error> {
        let hidden = &self.stack.hidden[self.stack.current()];
        let [kernel, bias] = hidden.learner.weights()?;
        let shape = vec![kernel.len() / bias.len().max(1), bias.len()];
        let tensor = |name: &str, shape, values| NamedTensor {
            name: format!("{}/{name}", hidden.name),
            shape,
            values,
        };
        let bias = tensor("bias", vec![bias.len()], bias);
        self.tuner.load(vec![tensor("kernel", shape, kernel), bias])?;
        Ok(())
    }

    /// Does the next piece of work of the first phase.
    fn pretrain(&mut self) -> Result<Progress, Error> {
        if !self.stack.is_in_epoch()
            && let Some(line) = self.stack.begin_epoch()
        {
            return Ok(Progress::Noted(line));
        }
        if !self.stack.is_epoch_done() {
            let report = self.stack.one_step()?;
            if self.stack.is_epoch_done() {
                self.hand_over()?;
            }
            return Ok(Progress::Stepped(report));
        }
        if let Some(report) = self.stack.end_epoch() {
            return Ok(Progress::EpochEnded(report));
        }
        self.stack.judge()?;
        Ok(Progress::Validating)
    }

    /// The progress of the second phase, with steps and epochs counted on from the end of the first.
    fn count_on(&self, progress: Progress) -> Progress {
        let (steps, epochs) = (self.stack.state.step, self.stack.state.epoch);
        match progress {
            Progress::Stepped(report) => Progress::Stepped(StepReport {
                step: steps + report.step,
                epoch: epochs + report.epoch,
                ..report
            }),
            Progress::EpochEnded(report) => Progress::EpochEnded(EpochReport {
                step: steps + report.step,
                epoch: epochs + report.epoch,
                ..report
            }),
            Progress::Validating | Progress::Noted(_) | Progress::Done(_) => progress,
        }
    }
}

impl<D: Backend> Training for Pretraining<D> {
    fn advance(&mut self) -> Result<Progress, Error> {
        if !self.stack.is_done() {
            return self.pretrain();
        }
        if !self.is_tuning {
            self.is_tuning = true;
            if self.tuner.epoch() == 0 {
                let labelled = self.tuner.splits().train.len();
                let line = format!("training the whole network with {labelled} labelled samples");
                return Ok(Progress::Noted(line));
            }
        }
        let progress = self.tuner.advance()?;
        Ok(self.count_on(progress))
    }

    fn heed(&mut self, interrupt: Interrupt) {
        self.stack.interrupt = interrupt;
    }

    fn advance_test(&mut self) -> Result<Option<Scores>, Error> {
        self.tuner.advance_test()
    }

    fn preset(&self) -> &Preset {
        self.tuner.preset()
    }

    fn splits(&self) -> &Splits {
        self.tuner.splits()
    }

    fn device(&self) -> String {
        self.tuner.device()
    }

    fn activity(&self) -> Option<Activity> {
        self.tuner.activity()
    }

    fn set_test(&mut self, test: Arc<dyn Dataset>) {
        self.tuner.set_test(test);
    }

    fn model_and_splits(&mut self) -> (&mut dyn HostModel, &Splits) {
        self.tuner.model_and_splits()
    }

    fn weights(&self) -> Result<Vec<NamedTensor>, Error> {
        self.tuner.weights()
    }

    fn load(&mut self, weights: Vec<NamedTensor>) -> Result<Loaded, Error> {
        self.tuner.load(weights)
    }

    fn freeze(&mut self, layers: usize) -> Vec<String> {
        self.tuner.freeze(layers)
    }

    fn parameters(&self) -> u64 {
        self.tuner.parameters()
    }

    fn snapshot(&self) -> Result<Checkpoint, Error> {
        keep::pack(&self.stack, self.tuner.snapshot()?)
    }

    fn restore(&mut self, checkpoint: Checkpoint) -> Result<(), Error> {
        let tuner = keep::unpack(&mut self.stack, checkpoint)?;
        self.tuner.restore(tuner)
    }

    fn extend(&mut self) {
        self.tuner.extend();
    }

    fn watch_next_step(&mut self, with_histograms: bool) {
        if self.stack.is_done() {
            self.tuner.watch_next_step(with_histograms);
        }
    }

    fn probe(&mut self, with_outputs: bool) -> Result<Option<Probe>, Error> {
        if self.stack.is_done() { self.tuner.probe(with_outputs) } else { Ok(None) }
    }

    fn learning_rate(&self) -> LearningRate {
        if self.stack.is_done() { self.tuner.learning_rate() } else { self.stack.learning_rate() }
    }

    fn set_rate_factor(&mut self, factor: f64) {
        if self.stack.is_done() {
            self.tuner.set_rate_factor(factor);
        } else {
            self.stack.state.rate_factor = factor;
        }
    }

    /// The layers learn one by one as the procedure's options say; what is changed holds from the training of the whole network
    /// on.
    fn steer(&mut self, settings: &Preset) -> Result<(), String> {
        self.tuner.steer(settings)
    }

    fn step(&self) -> u64 {
        self.stack.state.step + self.tuner.step()
    }

    fn step_time(&self) -> StepTime {
        if self.is_tuning { self.tuner.step_time() } else { self.stack.step_time }
    }

    fn epoch(&self) -> u32 {
        self.stack.state.epoch + self.tuner.epoch()
    }

    fn steps_per_epoch(&self) -> u64 {
        if self.stack.is_done() { self.tuner.steps_per_epoch() } else { self.stack.steps_per_epoch() }
    }

    fn epochs(&self) -> u32 {
        self.stack.epochs() + self.tuner.epochs()
    }

    fn extent(&self) -> Extent {
        let before = self.stack.steps_per_epoch() * u64::from(self.stack.epochs());
        let Extent { epochs, steps_per_epoch, steps, epoch_ends } = self.tuner.extent();
        let (epochs, steps) = (self.stack.epochs() + epochs, before + steps);
        match self.stack.is_done() {
            true => Extent { epochs, steps_per_epoch, steps, epoch_ends: before + epoch_ends },
            false => {
                let steps_per_epoch = self.stack.steps_per_epoch();
                let epoch_ends = self.step().next_multiple_of(steps_per_epoch.max(1));
                Extent { epochs, steps_per_epoch, steps, epoch_ends }
            }
        }
    }

    fn phases(&self) -> Vec<TrainingPhase> {
        let mut phases = self.stack.phases();
        let begin = self.stack.steps_per_epoch() * u64::from(self.stack.epochs());
        phases.push(TrainingPhase { begin, name: "whole network".into() });
        phases
    }

    fn figures(&self) -> Vec<FigureInfo> {
        let mut all = figures::list(&self.stack);
        all.extend(self.tuner.figures());
        all
    }

    fn figure(&mut self, name: &str, at: &Controls) -> Result<Option<Figure>, Error> {
        let step = self.step();
        match figures::draw(name, at, step, &self.stack)? {
            Some(figure) => Ok(Some(figure)),
            None => {
                let figure = self.tuner.figure(name, at)?;
                Ok(figure.map(|figure| Figure { step, ..figure }))
            }
        }
    }
}

#[cfg(test)]
mod tests;
