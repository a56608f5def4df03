//! What every training procedure offers to the rooms above: it is pulled forward piece by piece, looked at and changed
//! between pieces, all in numbers on the host.

use std::sync::Arc;

use super::error::Error;
use super::figure::{Controls, Figure, FigureInfo};
use super::metrics::Scores;
use super::report::{EpochReport, LearningRate, Outcome, StepReport};
use super::transfer::Loaded;
use super::writing::Writing;
use crate::data::{Dataset, Splits};
use crate::nn::HostModel;
use crate::preset::Preset;
use crate::run::{Checkpoint, NamedTensor};

/// What a call of [`Training::advance`] did.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// A step was made.
    Stepped(StepReport),
    /// A piece of the held-out samples was evaluated.
    Validating,
    /// An epoch is over, its validation included.
    EpochEnded(EpochReport),
    /// Nothing was computed; this is a line for the log: a phase of the procedure begins.
    Noted(String),
    /// Nothing is left to do. Every further call says so again.
    Done(Outcome),
}

/// A training in progress, whatever its procedure and its device.
pub trait Training {
    /// Does the next piece of work: one step, or some tens of milliseconds of validation.
    ///
    /// # Errors
    /// When the loss is not finite, the data cannot be read, or the device fails.
    fn advance(&mut self) -> Result<Progress, Error>;

    /// Evaluates the next piece of the test set; gives the scores with the last piece. A call after that begins anew.
    ///
    /// # Errors
    /// When the data cannot be read, or the device fails.
    fn advance_test(&mut self) -> Result<Option<Scores>, Error>;

    /// Advances until nothing is left to do.
    ///
    /// # Errors
    /// As [`advance`](Training::advance).
    fn run(&mut self) -> Result<Outcome, Error> {
        loop {
            if let Progress::Done(outcome) = self.advance()? {
                return Ok(outcome);
            }
        }
    }

    /// The scores on the whole test set.
    ///
    /// # Errors
    /// As [`advance_test`](Training::advance_test).
    fn evaluate_test(&mut self) -> Result<Scores, Error> {
        loop {
            if let Some(scores) = self.advance_test()? {
                return Ok(scores);
            }
        }
    }

    /// The preset as it runs.
    fn preset(&self) -> &Preset;

    /// The data.
    fn splits(&self) -> &Splits;

    /// The device for a person: `cpu, 2 threads, AVX-512`.
    fn device(&self) -> String;

    /// Judges by other samples from now on; they have the shapes and classes of its own.
    fn set_test(&mut self, test: Arc<dyn Dataset>);

    /// The network whose outputs are shown for samples, and the data. A classifier's where there is one; the
    /// generator of an adversarial pair.
    fn model_and_splits(&mut self) -> (&mut dyn HostModel, &Splits);

    /// The parameters of all its networks, running statistics included, by path, in a fixed order. With several
    /// networks the path starts with the network's name: `generator/dense/kernel`.
    fn weights(&self) -> Vec<NamedTensor>;

    /// Takes weights where name and shape are the same.
    ///
    /// # Errors
    /// When the device fails.
    fn load(&mut self, weights: Vec<NamedTensor>) -> Result<Loaded, Error>;

    /// Leaves the first so many layers that have weights untrained; gives their names. A layer is what stands in the
    /// preset's list, with everything in it.
    fn freeze(&mut self, layers: usize) -> Vec<String>;

    /// Trainable numbers of all its networks.
    fn parameters(&self) -> u64;

    /// All that it takes to go on from here, bit for bit, as if nothing had been in between. Called between pieces of
    /// work; it copies numbers and writes nothing.
    fn snapshot(&self) -> Checkpoint;

    /// Goes on from a snapshot of the same preset. See `snapshot.rs` for the common parts.
    ///
    /// # Errors
    /// When it is of another preset; the training is then not to be used.
    fn restore(&mut self, checkpoint: Checkpoint) -> Result<(), Error>;

    /// After [`Error::NotFinite`]: where NaN or infinity appeared first, in words: the weights, or the output, of which
    /// layer.
    fn first_not_finite(&mut self) -> Option<String> {
        weights_not_finite(self)
    }

    /// Whether samples of the test set and a confusion matrix of classes can be shown.
    fn predicts_classes(&self) -> bool {
        !self.splits().test.classes().is_empty()
    }

    /// The learning rate of the next step.
    fn learning_rate(&self) -> LearningRate;

    /// Multiplies the scheduled rate by this factor from the next step on.
    fn set_rate_factor(&mut self, factor: f64);

    /// Steps done.
    fn step(&self) -> u64;

    /// The epoch in progress, from 1; 0 before the first.
    fn epoch(&self) -> u32;

    /// Steps of an epoch.
    fn steps_per_epoch(&self) -> u64;

    /// Epochs of all its phases together.
    fn epochs(&self) -> u32 {
        self.preset().train.epochs
    }

    /// Steps of all its phases together.
    fn steps(&self) -> u64 {
        self.steps_per_epoch() * u64::from(self.epochs())
    }

    /// How a language model goes on from a text: the text as far as its characters are known, and the continuation. None
    /// where it is no language model.
    ///
    /// # Errors
    /// When the device fails.
    fn write(&mut self, _prompt: &str, _how: Writing) -> Result<Option<(String, String)>, Error> {
        Ok(None)
    }

    /// What it has to show beside its curves.
    fn figures(&self) -> Vec<FigureInfo> {
        Vec::new()
    }

    /// Works out a figure; none of that name: `None`. Called between pieces of work, so it should take milliseconds.
    ///
    /// # Errors
    /// When the device fails.
    fn figure(&mut self, _name: &str, _at: &Controls) -> Result<Option<Figure>, Error> {
        Ok(None)
    }
}

/// The first weights that are not finite, in words.
pub(super) fn weights_not_finite<T: Training + ?Sized>(training: &T) -> Option<String> {
    let is_broken = |weights: &NamedTensor| weights.values.iter().any(|w| !w.is_finite());
    let broken = training.weights().into_iter().find(is_broken)?;
    Some(format!("the weights {}", broken.name))
}
