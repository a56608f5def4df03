//! The trait of procedures that train on mini-batches: networks, a step, an evaluation.

use super::error::Error;
use super::evaluation::Evaluation;
use super::figure::{Controls, Figure, FigureInfo, Panel};
use super::metrics::Scores;
use super::network::Network;
use super::writing::Writing;
use crate::data::{self, Batch, Dataset, Splits};
use crate::nn::Interrupt;
use crate::nn::ops::Backend;
use crate::preset::Preset;

/// What is particular to one step.
#[derive(Clone, Copy, Debug)]
pub struct StepContext {
    /// Steps done before it.
    pub step: u64,
    /// Its seed, which no other step has.
    pub seed: u64,
    /// Its learning rate.
    pub learning_rate: f64,
}

/// A procedure that trains on mini-batches: its networks, a step, an evaluation.
pub trait TrainStep {
    /// The device that its networks are on.
    type Device: Backend;

    /// The sums of an evaluation over the chunks of a set.
    type Sums;

    /// Its networks, in a fixed order; the first is the one that the person sees as the model.
    fn networks(&self) -> &[Network<Self::Device>];

    /// The same networks, mutable.
    fn networks_mut(&mut self) -> &mut [Network<Self::Device>];

    /// Called before an epoch's first step.
    fn begin_epoch(&mut self) {}

    /// The order in which an epoch reads the training samples.
    fn order(&self, preset: &Preset, train: &dyn Dataset, epoch: u32) -> Vec<u32> {
        data::order::epoch(train.len(), preset.seed, epoch, preset.data.shuffle)
    }

    /// See [`Training::heed`](super::training::Training::heed).
    fn heed(&mut self, _interrupt: Interrupt) {}

    /// Takes the settings that can be changed while it trains from this preset; batch size, epochs and data are not its own.
    ///
    /// # Errors
    /// When the device fails.
    fn steer(&mut self, settings: &Preset) -> Result<(), Error>;

    /// Learns from a batch and returns the scores on it; may move the batch's inputs out and back in. When the loss is
    /// not finite, nothing is learned.
    ///
    /// # Errors
    /// When the device fails.
    fn step(&mut self, batch: &mut Batch, context: StepContext) -> Result<Scores, Error>;

    /// Where NaN or infinity appeared in the step on this batch with this seed, in words; `None` where the procedure
    /// cannot tell.
    fn first_not_finite(&mut self, _batch: &Batch, _seed: u64) -> Option<String> {
        None
    }

    /// Begins an evaluation of a set: decides its chunks and starts with empty sums.
    fn begin_evaluation(&mut self, set: &dyn Dataset) -> Evaluation<Self::Sums>;

    /// Evaluates chunk `number` of a set, from 0, and adds it to the sums.
    ///
    /// # Errors
    /// When the device fails.
    fn evaluate(&mut self, batch: &Batch, number: u64, sums: &mut Self::Sums) -> Result<(), Error>;

    /// The scores over a whole set.
    fn scores(&self, sums: Self::Sums) -> Scores;

    /// Whether its networks predict classes for samples.
    fn predicts_classes(&self, _splits: &Splits) -> bool {
        false
    }

    /// See [`Training::write`].
    ///
    /// # Errors
    /// When the device fails.
    fn write(&mut self, _prompt: &str, _how: Writing) -> Result<Option<(String, String)>, Error> {
        Ok(None)
    }

    /// See [`Training::rebuild`].
    ///
    /// # Errors
    /// When the device fails.
    fn rebuild(&mut self, _batch: &Batch) -> Result<Option<Vec<f32>>, Error> {
        Ok(None)
    }

    /// The figures that it has to show beside curves.
    fn figures(&self, _splits: &Splits) -> Vec<FigureInfo> {
        Vec::new()
    }

    /// Notes and panels of a figure; `None` when there is none of that name.
    ///
    /// # Errors
    /// When the device fails.
    fn figure(&mut self, _name: &str, _at: &Controls, _splits: &Splits) -> Result<Option<Drawn>, Error> {
        Ok(None)
    }

    /// The complete figure after `step` steps. Procedures whose figures correct the requested controls override this.
    ///
    /// # Errors
    /// When the device fails.
    fn figure_at(
        &mut self,
        step: u64,
        name: &str,
        at: &Controls,
        splits: &Splits,
    ) -> Result<Option<Figure>, Error> {
        let drawn = self.figure(name, at, splits)?;
        Ok(drawn.map(|(notes, panels)| Figure { name: name.into(), at: at.clone(), step, notes, panels }))
    }
}

/// Notes and panels of a figure.
pub type Drawn = (Vec<String>, Vec<Panel>);
