//! Losses, and the code that a variational autoencoder draws.

use super::{Case, numbers, outcome, var};
use crate::data::Targets;
use crate::nn::device::Error;
use crate::nn::graph::{Pass, Var};
use crate::nn::loss::Form;
use crate::nn::ops::Backend;
use crate::preset::{Loss, LossOptions};

/// The sum of a loss with itself.
#[derive(Clone, Debug)]
pub struct LossOf {
    /// Samples.
    pub rows: usize,
    /// Outputs of each.
    pub width: usize,
    /// The loss.
    pub loss: Loss,
    /// What the outputs are.
    pub form: Form,
    /// Whether targets are classes, not values.
    pub has_classes: bool,
    /// Samples with a weight each; 0: none has one.
    pub weighed: usize,
    /// Its options.
    pub options: LossOptions,
}

impl Case for LossOf {
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
        let &LossOf { rows, width, loss, form, .. } = self;
        let count = rows * width;
        let is_probability = loss.compares_probabilities();
        let share = |x: f32| if is_probability { x * 0.5 + 0.5 } else { x };
        let output: Vec<f32> = match form {
            Form::Output => numbers(count, 1).into_iter().map(share).collect(),
            Form::SoftmaxLogits | Form::SigmoidLogits => {
                numbers(count, 1).into_iter().map(|x| 6.0 * x).collect()
            }
        };
        let targets = match self.has_classes {
            true => Targets::Classes((0..rows).map(|row| (row * 7 % width) as u32).collect()),
            false => Targets::Values(numbers(count, 2).into_iter().map(share).collect()),
        };
        let weights: Vec<f32> = numbers(self.weighed, 3).into_iter().map(f32::abs).collect();
        let output = Var::new(device, output.into(), rows, width, true)?;
        let mut pass = Pass::training(device, 0);
        let first = D::loss(&mut pass, &output, width, &targets, &weights, loss, &self.options, form)?;
        let second = D::loss(&mut pass, &output, width, &targets, &weights, loss, &self.options, form)?;
        let both = D::sum(&mut pass, first, second)?;
        let value = both.value.clone();
        let mut gradients = pass.backward(both)?;
        Ok(vec![vec![value.read()? as f32], D::gradient(&mut gradients, &output)?.unwrap_or_default()])
    }
}

/// A code drawn from means and deviations, its divergence from the standard normal distribution, and noise.
#[derive(Clone, Copy, Debug)]
pub struct Latent {
    /// Samples.
    pub rows: usize,
    /// Numbers of a code.
    pub width: usize,
    /// The seed of the noise.
    pub seed: u64,
    /// A weight for each sample, or none.
    pub weights: &'static [f32],
}

impl Case for Latent {
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
        let &Latent { rows, width, seed, weights } = self;
        let parameters = var(device, rows, 2 * width, 1)?;
        let mut pass = Pass::training(device, 0);
        let (code, divergence) = D::draw_code(&mut pass, &parameters, 0.3, weights, seed)?;
        let mut all = outcome(pass, &code, &[&parameters], &[])?;
        all.push(vec![divergence.read()? as f32]);
        all.push(D::normal_noise(device, rows, width, seed)?.to_vec()?);
        Ok(all)
    }
}
