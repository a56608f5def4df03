//! What every training procedure offers to the rooms above: it advances piece by piece and can be inspected and changed
//! between pieces, all with numbers on the host.

use std::sync::Arc;

use super::error::Error;
use super::figure::{Controls, Figure, FigureInfo};
use super::metrics::Scores;
use super::probing::Probe;
use super::report::{EpochReport, Extent, LearningRate, Outcome, StepReport, TrainingPhase};
use super::step_time::StepTime;
use super::transfer::Loaded;
use super::writing::Writing;
use crate::data::{Batch, Dataset, Splits};
use crate::nn::{Activity, HostModel, Interrupt};
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
    /// A phase of the procedure begins: nothing was computed, and this is a line for the log.
    Noted(String),
    /// Nothing is left to do. Every further call returns this again.
    Done(Outcome),
}

/// A training in progress, whatever its procedure and its device.
pub trait Training {
    /// Does the next piece of work: one step, or some tens of milliseconds of validation.
    ///
    /// # Errors
    /// When the loss is not finite, the data cannot be read, or the device fails.
    fn advance(&mut self) -> Result<Progress, Error>;

    /// Looks at this wish within steps that may take long. While it is raised, such a step is abandoned with
    /// [`Error::is_interruption`], and the training stands as it did before the step.
    fn heed(&mut self, _interrupt: Interrupt) {}

    /// Evaluates the next piece of the test set; returns the scores with the last piece. The next call then starts
    /// again.
    ///
    /// # Errors
    /// When the data cannot be read, or the device fails.
    fn advance_test(&mut self) -> Result<Option<Scores>, Error>;

    /// Advances until nothing is left to do.
    ///
    /// # Errors
    /// For the same reasons as [`advance`](Training::advance).
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
    /// For the same reasons as [`advance_test`](Training::advance_test).
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

    /// The device in words for a person: `cpu, 2 threads, AVX-512`.
    fn device(&self) -> String;

    /// What the device does now, where it has memory of its own and somebody watches it.
    fn activity(&self) -> Option<Activity>;

    /// Replaces the test set from now on; the new samples must have the shapes and classes of the old ones.
    fn set_test(&mut self, test: Arc<dyn Dataset>);

    /// The network whose outputs are shown for samples, and the data: the classifier where there is one, the
    /// generator of an adversarial pair.
    fn model_and_splits(&mut self) -> (&mut dyn HostModel, &Splits);

    /// The parameters of all its networks, running statistics included, by path, in a fixed order. With several
    /// networks the path starts with the network's name: `generator/dense/kernel`.
    ///
    /// # Errors
    /// When the device fails.
    fn weights(&self) -> Result<Vec<NamedTensor>, Error>;

    /// Takes the weights whose name and shape match.
    ///
    /// # Errors
    /// When the device fails.
    fn load(&mut self, weights: Vec<NamedTensor>) -> Result<Loaded, Error>;

    /// Freezes the first `layers` layers that have weights; returns their names. A layer is an entry of the preset's
    /// list, with everything in it.
    fn freeze(&mut self, layers: usize) -> Vec<String>;

    /// The number of trainable weights of all its networks.
    fn parameters(&self) -> u64;

    /// Everything that is needed to continue from here bit for bit, as if there had been no interruption. Called
    /// between pieces of work; it copies numbers and writes nothing.
    ///
    /// # Errors
    /// When the device fails.
    fn snapshot(&self) -> Result<Checkpoint, Error>;

    /// Continues from a snapshot of the same preset. See `snapshot.rs` for the common parts.
    ///
    /// # Errors
    /// When the snapshot is of another preset; the training must then not be used.
    fn restore(&mut self, checkpoint: Checkpoint) -> Result<(), Error>;

    /// Trains further than the training before did, from the snapshot that was restored: early stopping that has ended it
    /// counts for nothing, and starts anew.
    fn extend(&mut self);

    /// After [`Error::NotFinite`]: where NaN or infinity appeared first, in words: in the weights or in the output of
    /// which layer.
    fn first_not_finite(&mut self) -> Option<String> {
        weights_not_finite(self)
    }

    /// Has the next step measured, layer by layer, with histograms or only norms; no bit depends on it.
    fn watch_next_step(&mut self, _with_histograms: bool) {}

    /// What the step did that was measured; `None` where this procedure does not measure it. The outputs of layers are looked at
    /// only if `with_outputs` says so: that takes a pass through the network.
    ///
    /// # Errors
    /// When the device fails.
    fn probe(&mut self, _with_outputs: bool) -> Result<Option<Probe>, Error> {
        Ok(None)
    }

    /// Whether samples of the test set and a confusion matrix of classes can be shown.
    fn predicts_classes(&self) -> bool {
        !self.splits().test.classes().is_empty()
    }

    /// The learning rate of the next step.
    fn learning_rate(&self) -> LearningRate;

    /// Multiplies the scheduled rate by this factor from the next step on.
    fn set_rate_factor(&mut self, factor: f64);

    /// Takes the settings that can be changed while it trains (`preset::steering`) from this preset, which is else its own, from
    /// the next step on.
    ///
    /// # Errors
    /// What cannot be changed now, as a sentence; everything then stays as it was.
    fn steer(&mut self, settings: &Preset) -> Result<(), String>;

    /// Steps done.
    fn step(&self) -> u64;

    /// The time of the step that was made last, by its parts.
    fn step_time(&self) -> StepTime {
        StepTime::default()
    }

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
        self.extent().steps
    }

    /// How far it goes.
    fn extent(&self) -> Extent;

    /// Its phases, each with the step at which it begins; empty where it has only one.
    fn phases(&self) -> Vec<TrainingPhase> {
        Vec::new()
    }

    /// How a language model continues a text: the known characters of the text, and the continuation. `None` where the
    /// training is not of a language model.
    ///
    /// # Errors
    /// When the device fails.
    fn write(&mut self, _prompt: &str, _how: Writing) -> Result<Option<(String, String)>, Error> {
        Ok(None)
    }

    /// The inputs of a batch as an autoencoder rebuilds them, the decoder's last activation applied; of a variational one from the
    /// means of their codes. `None` where the training is of no autoencoder.
    ///
    /// # Errors
    /// When the device fails.
    fn rebuild(&mut self, _batch: &Batch) -> Result<Option<Vec<f32>>, Error> {
        Ok(None)
    }

    /// The figures that it has to show beside its curves.
    fn figures(&self) -> Vec<FigureInfo> {
        Vec::new()
    }

    /// Computes a figure; `None` where there is none of that name. Called between pieces of work, so it should take
    /// milliseconds only.
    ///
    /// # Errors
    /// When the device fails.
    fn figure(&mut self, _name: &str, _at: &Controls) -> Result<Option<Figure>, Error> {
        Ok(None)
    }
}

/// The first weights that are not finite, in words; `None` also where the device cannot give them any more.
pub(super) fn weights_not_finite<T: Training + ?Sized>(training: &T) -> Option<String> {
    let is_broken = |weights: &NamedTensor| weights.values.iter().any(|w| !w.is_finite());
    let broken = training.weights().ok()?.into_iter().find(is_broken)?;
    Some(format!("the weights {}", broken.name))
}
