//! A layer that learns without labels, as a Boltzmann machine or as an autoencoder.

use super::coder::Coder;
use crate::nn::boltzmann::{BoltzmannOp, Learning, Machine};
use crate::nn::buffer::Buffer;
use crate::nn::kernel::squares::mean_square;
use crate::nn::ops::Backend;
use crate::nn::{Error, Interrupt};
use crate::preset::Visible;
use crate::train::metrics::{Metric, Metrics, Scores};

/// What learns a layer.
pub enum Learner<D: Backend> {
    /// A restricted Boltzmann machine.
    Rbm(<D as BoltzmannOp>::Machine),
    /// A denoising autoencoder.
    Coder(Box<Coder<D>>),
}

impl<D: Backend> Learner<D> {
    /// Makes one update from rows of the layer's inputs, each of which counts as its weight says; no weights: all count the
    /// same. Returns the mean squared error of their reconstruction.
    ///
    /// # Errors
    /// When the device fails, or the step is interrupted.
    pub fn step(
        &mut self,
        inputs: &[f32],
        weights: &[f32],
        rate: f64,
        learning: &Learning,
        seed: u64,
        interrupt: &Interrupt,
    ) -> Result<f64, Error> {
        match self {
            Learner::Rbm(machine) => {
                let learning = Learning { rate: rate as f32, ..*learning };
                machine.step(inputs, weights, &learning, seed, interrupt)
            }
            Learner::Coder(coder) => coder.step(inputs, weights, rate, seed),
        }
    }

    /// The layer's output for rows of inputs.
    ///
    /// # Errors
    /// When the device fails.
    pub fn encode(&self, inputs: &[f32]) -> Result<Buffer, Error> {
        match self {
            Learner::Rbm(machine) => machine.hidden_given(inputs, None, 0),
            Learner::Coder(coder) => coder.encode(inputs),
        }
    }

    /// The inputs that rows of outputs decode to.
    ///
    /// # Errors
    /// When the device fails.
    pub fn decode(&self, outputs: &[f32]) -> Result<Buffer, Error> {
        match self {
            Learner::Rbm(machine) => machine.visible_given(outputs, None, 0),
            Learner::Coder(coder) => coder.decode(outputs),
        }
    }

    /// The number of the layer's units.
    pub fn units(&self) -> usize {
        match self {
            Learner::Rbm(machine) => machine.hidden(),
            Learner::Coder(coder) => coder.units(),
        }
    }

    /// Kernel and bias, in the layout of the network's layer.
    ///
    /// # Errors
    /// When the device fails.
    pub fn weights(&self) -> Result<[Vec<f32>; 2], Error> {
        match self {
            Learner::Rbm(machine) => machine.weights(),
            Learner::Coder(coder) => coder.weights(),
        }
    }

    /// How well rows of inputs are rebuilt: the mean squared error, and, for a Boltzmann machine, the free
    /// energy.
    ///
    /// # Errors
    /// When the device fails.
    pub fn judge(&self, inputs: &[f32]) -> Result<(f64, Option<f64>), Error> {
        let error = mean_square(inputs, &self.decode(&self.encode(inputs)?)?);
        let energy = match self {
            Learner::Rbm(machine) => Some(machine.free_energy(inputs)?),
            Learner::Coder(_) => None,
        };
        Ok((error, energy))
    }

    /// The same for held-out rows, as scores.
    ///
    /// # Errors
    /// When the device fails.
    pub fn judge_held_out(&self, inputs: &[f32]) -> Result<Scores, Error> {
        let (error, energy) = self.judge(inputs)?;
        let mut metrics = Metrics::default().with(Metric::ReconstructionError, error);
        if let Some(energy) = energy {
            metrics.set(Metric::FreeEnergyHeldOut, energy);
        }
        Ok(Scores { loss: error, accuracy: None, metrics })
    }

    /// The pseudo-likelihood of rows of inputs, where it is defined.
    ///
    /// # Errors
    /// When the device fails.
    pub fn pseudo_likelihood(&self, inputs: &[f32], seed: u64) -> Result<Option<f64>, Error> {
        match self {
            Learner::Rbm(machine) if machine.kind() == Visible::Binary => {
                machine.pseudo_likelihood(inputs, seed).map(Some)
            }
            Learner::Rbm(_) | Learner::Coder(_) => Ok(None),
        }
    }
}
