//! Greedy layer-wise pretraining, then supervised training of the same network.
//!
//! `rbm`, `coder`: what a layer learns as; `learner`: either; `stack`: the layers, one after the other; `keep`: their
//! checkpoint; `figures`: what they show. This file puts the two phases together.

mod coder;
mod figures;
mod keep;
mod learner;
mod rbm;
mod stack;

pub use coder::zero_some;
pub use learner::Learner;
pub use rbm::{Learning, Rbm, mean_square};
pub use stack::Stack;

use std::ops::DerefMut;
use std::sync::Arc;

use dfdx::tensor::Cpu;

use super::figure::{Controls, Figure, FigureInfo};
use super::metrics::Scores;
use super::supervised::{self, Trainer};
use super::training::{Ending, EpochSummary, Error, Observer, StepSummary, Training, Verdict};
use crate::data::{Dataset, Splits};
use crate::nn::graph::Param;
use crate::nn::model::CpuModel;
use crate::preset::Preset;
use crate::run::Checkpoint;

/// A stack that learns, then a tuner that trains the network it is part of. It owns both, or, while the tuner runs and
/// is looked at, borrows them.
pub struct Pretraining<S, T> {
    stack: S,
    tuner: T,
}

/// Opens the data and builds the network and the machines of its hidden layers.
///
/// # Errors
/// When the data is broken or the network does not fit it.
pub fn prepare(preset: &Preset) -> Result<Pretraining<Box<Stack>, Box<Trainer>>, Error> {
    Ok(Pretraining {
        stack: Box::new(Stack::prepare(preset)?),
        tuner: Box::new(supervised::prepare(preset)?),
    })
}

impl<S, T> Pretraining<S, T>
where
    S: DerefMut<Target = Stack>,
    T: DerefMut<Target: Training>,
{
    /// Gives the network what a layer has learned.
    fn hand_over(&mut self, place: usize) {
        let hidden = &self.stack.hidden[place];
        let (kernel, bias) = (format!("{}/kernel", hidden.name), format!("{}/bias", hidden.name));
        let [weights, biases] = hidden.learner.weights();
        self.tuner.visit_mut(&mut |path, param| {
            if path == kernel {
                param.values_mut().copy_from_slice(&weights);
            } else if path == bias {
                param.values_mut().copy_from_slice(&biases);
            }
        });
    }

    /// The layers learn, one after the other.
    fn pretrain(&mut self, observer: &mut dyn Observer) -> Result<Verdict, Error> {
        while !self.stack.is_done() {
            if let Some(line) = self.stack.begin_epoch() {
                observer.noted(line);
            }
            while !self.stack.is_epoch_done() {
                if observer.between_steps(self) == Verdict::Stop {
                    return Ok(Verdict::Stop);
                }
                observer.stepped(&self.stack.one_step()?);
            }
            let place = self.stack.current();
            self.hand_over(place);
            if observer.between_steps(self) == Verdict::Stop {
                return Ok(Verdict::Stop);
            }
            observer.evaluating();
            observer.epoch_ended(&self.stack.end_epoch());
            if self.stack.is_done() {
                let labelled = self.tuner.splits().train.len();
                observer.noted(format!("training the whole network with {labelled} labelled samples"));
            }
        }
        Ok(Verdict::Continue)
    }
}

impl<S, T> Training for Pretraining<S, T>
where
    S: DerefMut<Target = Stack>,
    T: DerefMut<Target: Training>,
{
    fn run(&mut self, observer: &mut dyn Observer) -> Result<Ending, Error> {
        if self.pretrain(observer)? == Verdict::Stop {
            return Ok(Ending::Stopped);
        }
        let Pretraining { stack, tuner } = self;
        tuner.run(&mut Second { observer, stack })
    }

    fn evaluate_test(&mut self) -> Result<Scores, Error> {
        self.tuner.evaluate_test()
    }

    fn preset(&self) -> &Preset {
        self.tuner.preset()
    }

    fn splits(&self) -> &Splits {
        self.tuner.splits()
    }

    fn set_test(&mut self, test: Arc<dyn Dataset>) {
        self.tuner.set_test(test);
    }

    fn model_and_splits(&mut self) -> (&mut CpuModel, &Splits) {
        self.tuner.model_and_splits()
    }

    fn visit(&self, visit: &mut dyn FnMut(String, &Param<Cpu>)) {
        self.tuner.visit(visit);
    }

    fn visit_mut(&mut self, visit: &mut dyn FnMut(String, &mut Param<Cpu>)) {
        self.tuner.visit_mut(visit);
    }

    fn snapshot(&self) -> Checkpoint {
        keep::pack(&self.stack, self.tuner.snapshot())
    }

    fn restore(&mut self, checkpoint: Checkpoint) -> Result<(), Error> {
        let tuner = keep::unpack(&mut self.stack, checkpoint)?;
        self.tuner.restore(tuner)
    }

    fn learning_rate(&self) -> f64 {
        if self.stack.is_done() { self.tuner.learning_rate() } else { self.stack.learning_rate() }
    }

    fn set_learning_rate(&mut self, rate: f64) {
        if self.stack.is_done() {
            self.tuner.set_learning_rate(rate);
        } else {
            self.stack.set_learning_rate(rate);
        }
    }

    fn step(&self) -> u64 {
        self.stack.state.step + self.tuner.step()
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

    fn steps(&self) -> u64 {
        self.stack.steps_per_epoch() * u64::from(self.stack.epochs()) + self.tuner.steps()
    }

    fn figures(&self) -> Vec<FigureInfo> {
        let mut all = figures::list(&self.stack);
        all.extend(self.tuner.figures());
        all
    }

    fn figure(&mut self, name: &str, at: &Controls) -> Result<Option<Figure>, Error> {
        let step = self.step();
        match figures::draw(name, at, step, &self.stack) {
            Some(figure) => Ok(Some(figure)),
            None => {
                let figure = self.tuner.figure(name, at)?;
                Ok(figure.map(|figure| Figure { step, ..figure }))
            }
        }
    }
}

/// The observer of the second phase, to whom its steps and epochs count on from the first's.
struct Second<'a> {
    observer: &'a mut dyn Observer,
    stack: &'a mut Stack,
}

impl Observer for Second<'_> {
    fn between_steps(&mut self, tuner: &mut dyn Training) -> Verdict {
        self.observer.between_steps(&mut Pretraining { stack: &mut *self.stack, tuner })
    }

    fn stepped(&mut self, step: &StepSummary) {
        let (steps, epochs) = (self.stack.state.step, self.stack.state.epoch);
        self.observer.stepped(&StepSummary { step: steps + step.step, epoch: epochs + step.epoch, ..*step });
    }

    fn evaluating(&mut self) {
        self.observer.evaluating();
    }

    fn noted(&mut self, line: String) {
        self.observer.noted(line);
    }

    fn epoch_ended(&mut self, epoch: &EpochSummary) {
        let (steps, epochs) = (self.stack.state.step, self.stack.state.epoch);
        self.observer.epoch_ended(&EpochSummary {
            step: steps + epoch.step,
            epoch: epochs + epoch.epoch,
            ..*epoch
        });
    }
}

#[cfg(test)]
mod tests;
