//! A layer that learns without labels, as either kind of machine.

use super::coder::Coder;
use super::rbm::{Learning, Rbm, mean_square};
use crate::nn::Error;
use crate::nn::buffer::Buffer;
use crate::preset::Visible;
use crate::train::metrics::{Metric, Metrics};

/// The machine behind a layer.
pub enum Learner {
    /// A restricted Boltzmann machine.
    Rbm(Rbm),
    /// A denoising autoencoder.
    Coder(Coder),
}

impl Learner {
    /// One update from rows of the layer's inputs; returns the mean squared error of their reconstruction.
    ///
    /// # Errors
    /// When the device fails.
    pub fn step(&mut self, inputs: &[f32], rate: f64, learning: &Learning, seed: u64) -> Result<f64, Error> {
        match self {
            Learner::Rbm(machine) => {
                Ok(machine.step(inputs, &Learning { rate: rate as f32, ..*learning }, seed))
            }
            Learner::Coder(coder) => coder.step(inputs, rate, seed),
        }
    }

    /// The layer's output for rows of inputs.
    pub fn encode(&self, inputs: &[f32]) -> Buffer {
        match self {
            Learner::Rbm(machine) => machine.hidden_given(inputs, None, 0),
            Learner::Coder(coder) => coder.encode(inputs),
        }
    }

    /// The inputs that rows of outputs stand for.
    pub fn decode(&self, outputs: &[f32]) -> Buffer {
        match self {
            Learner::Rbm(machine) => machine.visible_given(outputs, None, 0),
            Learner::Coder(coder) => coder.decode(outputs),
        }
    }

    /// Kernel and bias, as the layer of the network has them.
    pub fn weights(&self) -> [Vec<f32>; 2] {
        match self {
            Learner::Rbm(machine) => [machine.kernel.clone(), machine.hidden_bias.clone()],
            Learner::Coder(coder) => coder.weights(),
        }
    }

    /// How well rows of inputs are rebuilt: the mean squared error, and where there is one the free energy.
    pub fn judge(&self, inputs: &[f32]) -> (f64, Option<f64>) {
        let error = mean_square(inputs, &self.decode(&self.encode(inputs)));
        match self {
            Learner::Rbm(machine) => (error, Some(machine.free_energy(inputs))),
            Learner::Coder(_) => (error, None),
        }
    }

    /// The same as metrics of held-out rows, with the pseudo-likelihood where it is defined.
    pub fn judge_held_out(&self, inputs: &[f32], seed: u64) -> (f64, Metrics) {
        let (error, energy) = self.judge(inputs);
        let mut metrics = Metrics::default().with(Metric::ReconstructionError, error);
        if let Some(energy) = energy {
            metrics.set(Metric::FreeEnergyHeldOut, energy);
        }
        if let Learner::Rbm(machine) = self
            && machine.kind == Visible::Binary
        {
            metrics.set(Metric::PseudoLikelihood, machine.pseudo_likelihood(inputs, seed));
        }
        (error, metrics)
    }
}
