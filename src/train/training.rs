//! What every training procedure offers to the worker, and what it tells while it runs.

use std::sync::Arc;
use std::time::Duration;

use dfdx::tensor::Cpu;
use serde::{Deserialize, Serialize};

use super::figure::{Controls, Figure, FigureInfo};
use super::language::Writing;
use super::memory;
use super::metrics::Scores;
use super::{adversarial, autoencoder, language, pretrain, supervised};
use crate::data::{self, Dataset, Splits};
use crate::nn;
use crate::nn::graph::Param;
use crate::nn::model::CpuModel;
use crate::preset::{Preset, Procedure};
use crate::run::Checkpoint;

/// What can end a training against its will.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] nn::Error),
    /// The data is broken.
    #[error(transparent)]
    Data(#[from] data::Error),
    /// The loss is no number any more.
    #[error(
        "the loss became {loss} at step {step} (epoch {epoch}): try a smaller learning rate or train.clip"
    )]
    NotFinite {
        /// What it became.
        loss: f32,
        /// At which step, from 1.
        step: u64,
        /// In which epoch, from 1.
        epoch: u32,
    },
    /// Nothing to train on.
    #[error("no training samples are left: data.validation and data.train_samples leave none")]
    NoSamples,
    /// A checkpoint of something else.
    #[error("the checkpoint does not fit this preset: {0}")]
    Checkpoint(String),
    /// More memory than there is.
    #[error(
        "training would take {takes} and {available} are free: {}",
        .fits.map_or("the model is too large for this machine".into(), |batch| format!("train.batch_size {batch} would fit"))
    )]
    Memory {
        /// What it would take, in words.
        takes: String,
        /// Free memory, in words.
        available: String,
        /// The largest batch size that would fit.
        fits: Option<u32>,
    },
    /// A figure that this training does not have.
    #[error("there is no figure '{0}' of this training")]
    NoFigure(String),
}

/// One step, as an observer hears of it.
#[derive(Clone, Copy, Debug)]
pub struct StepSummary {
    /// Steps done.
    pub step: u64,
    /// The epoch in progress, from 1.
    pub epoch: u32,
    /// This batch's scores, penalties included.
    pub scores: Scores,
    /// The learning rate it was made with.
    pub learning_rate: f64,
    /// Samples in it.
    pub samples: usize,
    /// How long it took.
    pub time: Duration,
}

/// One epoch, as an observer hears of it.
#[derive(Clone, Copy, Debug)]
pub struct EpochSummary {
    /// Its number, from 1.
    pub epoch: u32,
    /// Steps done.
    pub step: u64,
    /// Over its steps.
    pub training: Scores,
    /// At its end, where samples are held out.
    pub validation: Option<Scores>,
    /// The learning rate of its last step.
    pub learning_rate: f64,
    /// Its samples.
    pub samples: u64,
    /// Time in its steps.
    pub time: Duration,
}

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// On to the next step.
    Continue,
    /// End here, in good order.
    Stop,
}

/// Why a training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// All epochs are done.
    Completed,
    /// The observer said so.
    Stopped,
    /// Early stopping.
    StoppedEarly,
}

/// Watches and steers a training.
pub trait Observer {
    /// Before each step, and before each epoch's validation: the place to pause, change the rate, look at the model.
    fn between_steps(&mut self, _training: &mut dyn Training) -> Verdict {
        Verdict::Continue
    }

    /// After each step.
    fn stepped(&mut self, _step: &StepSummary) {}

    /// Before an evaluation.
    fn evaluating(&mut self) {}

    /// A line for the log: a phase of the procedure begins or ends.
    fn noted(&mut self, _line: String) {}

    /// After each epoch, validation included.
    fn epoch_ended(&mut self, _epoch: &EpochSummary) {}
}

/// A training in progress, whatever its procedure. The worker drives it and looks at it through this.
pub trait Training {
    /// Trains to the end, or until the observer stops it.
    ///
    /// # Errors
    /// When a loss is no number any more, or the device fails.
    fn run(&mut self, observer: &mut dyn Observer) -> Result<Ending, Error>;

    /// The scores on the test set.
    ///
    /// # Errors
    /// When the device fails.
    fn evaluate_test(&mut self) -> Result<Scores, Error>;

    /// The preset as it runs.
    fn preset(&self) -> &Preset;

    /// The data.
    fn splits(&self) -> &Splits;

    /// Judges by other samples from now on; they have the shapes and classes of its own.
    fn set_test(&mut self, test: Arc<dyn Dataset>);

    /// The network whose outputs are shown for samples, and the data. A classifier's where there is one; the
    /// generator of an adversarial pair.
    fn model_and_splits(&mut self) -> (&mut CpuModel, &Splits);

    /// Visits the parameters of all its networks, running statistics included, by path, in a fixed order. With several
    /// networks the path starts with the network's name: `generator/dense/kernel`.
    fn visit(&self, visit: &mut dyn FnMut(String, &Param<Cpu>));

    /// Visits the same parameters, in the same order, to change them.
    fn visit_mut(&mut self, visit: &mut dyn FnMut(String, &mut Param<Cpu>));

    /// All that it takes to go on from here, bit for bit, as if nothing had been in between. Called between steps (in
    /// [`Observer::between_steps`]) and after [`run`](Training::run); it copies numbers and writes nothing.
    fn snapshot(&self) -> Checkpoint;

    /// Goes on from a snapshot of the same preset; called before [`run`](Training::run). See `snapshot.rs` for the
    /// common parts.
    ///
    /// # Errors
    /// When it is of another preset; the training is then not to be used.
    fn restore(&mut self, checkpoint: Checkpoint) -> Result<(), Error>;

    /// After [`Error::NotFinite`]: where it appeared first, in words: the weights, or the output, of which layer.
    fn first_not_finite(&mut self) -> Option<String> {
        weights_not_finite(self)
    }

    /// Trainable numbers of all its networks.
    fn parameters(&self) -> u64 {
        let mut count = 0;
        self.visit(&mut |_, param| count += if param.trainable { param.len() as u64 } else { 0 });
        count
    }

    /// Whether samples of the test set and a confusion matrix of classes can be shown.
    fn predicts_classes(&self) -> bool {
        !self.splits().test.classes().is_empty()
    }

    /// The rate of the next step.
    fn learning_rate(&self) -> f64;

    /// Changes the rate from the next step on; the schedule's course goes on from there.
    fn set_learning_rate(&mut self, rate: f64);

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

    /// Works out a figure; none of that name: `None`. Called between steps, so it should take milliseconds.
    ///
    /// # Errors
    /// When the device fails.
    fn figure(&mut self, _name: &str, _at: &Controls) -> Result<Option<Figure>, Error> {
        Ok(None)
    }
}

/// The first weights with a number that is none, in words.
pub(super) fn weights_not_finite<T: Training + ?Sized>(training: &T) -> Option<String> {
    let mut first = None;
    training.visit(&mut |path, param| {
        if first.is_none() && param.to_vec().iter().any(|w| !w.is_finite()) {
            first = Some(format!("the weights {path}"));
        }
    });
    first
}

/// Opens the data and builds the networks of a preset, with the procedure that it names.
///
/// # Errors
/// When the data is broken, a model does not fit it, or there is not the memory for it.
pub fn prepare(preset: &Preset) -> Result<Box<dyn Training>, Error> {
    memory::check(preset)?;
    match &preset.procedure {
        Procedure::Supervised => Ok(Box::new(supervised::prepare(preset)?)),
        Procedure::Pretraining { .. } => Ok(Box::new(pretrain::prepare(preset)?)),
        Procedure::Autoencoder { .. } | Procedure::Variational { .. } => {
            Ok(Box::new(autoencoder::prepare(preset)?))
        }
        Procedure::Adversarial { .. } => Ok(Box::new(adversarial::prepare(preset)?)),
        Procedure::Language { .. } => Ok(Box::new(language::prepare(preset)?)),
    }
}
