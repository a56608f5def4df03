//! Ops on rows of features: dense layers, activations, dropout, joined activations.

use super::{Case, outcome, param, var};
use crate::nn::device::Error;
use crate::nn::graph::Pass;
use crate::nn::kernel::slices::Slice;
use crate::nn::ops::Backend;
use crate::preset::Activation;

/// Every activation.
pub const ACTIVATIONS: [Activation; 10] = [
    Activation::Linear,
    Activation::Sigmoid,
    Activation::Relu,
    Activation::Tanh,
    Activation::Softmax,
    Activation::LeakyRelu,
    Activation::Elu,
    Activation::Gelu,
    Activation::Silu,
    Activation::Softplus,
];

/// A dense layer.
#[derive(Clone, Copy, Debug)]
pub struct Dense {
    /// Samples.
    pub rows: usize,
    /// Times that the layer is applied to parts of a sample.
    pub steps: usize,
    /// Features of each.
    pub inputs: usize,
    /// Outputs of each.
    pub units: usize,
    /// Whether there is a bias.
    pub has_bias: bool,
    /// What follows.
    pub activation: Activation,
}

impl Case for Dense {
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
        let x = var(device, self.rows, self.steps * self.inputs, 1)?;
        let (kernel, bias) =
            (param(device, &[self.inputs, self.units], 2)?, param(device, &[self.units], 3)?);
        let mut pass = Pass::training(device, 0);
        let used = self.has_bias.then_some(&bias);
        let y = D::dense(&mut pass, &x, &kernel, used, self.activation)?;
        outcome(pass, &y, &[&x], &[&kernel, &bias])
    }
}

/// An activation over rows of so many steps of this width.
#[derive(Clone, Copy, Debug)]
pub struct Activate {
    /// Samples.
    pub rows: usize,
    /// Parts of a sample; softmax is over each of them.
    pub steps: usize,
    /// Numbers of a part.
    pub width: usize,
    /// The activation.
    pub activation: Activation,
}

impl Case for Activate {
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
        let &Activate { rows, steps, width, activation } = self;
        let x = var(device, rows, steps * width, 1)?;
        let mut pass = Pass::training(device, 0);
        let y = D::activate(&mut pass, &x, width, activation)?;
        outcome(pass, &y, &[&x], &[])
    }
}

/// Two dropouts behind each other, the second with half the rate.
#[derive(Clone, Copy, Debug)]
pub struct Dropout {
    /// Samples.
    pub rows: usize,
    /// Features of each.
    pub columns: usize,
    /// The share that the first one drops.
    pub rate: f32,
    /// The seed of the pass.
    pub seed: u64,
}

impl Case for Dropout {
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
        let &Dropout { rows, columns, rate, seed } = self;
        let x = var(device, rows, columns, 1)?;
        let mut pass = Pass::training(device, seed);
        let y = D::dropout(&mut pass, &x, rate)?;
        let y = D::dropout(&mut pass, &y, rate / 2.0)?;
        outcome(pass, &y, &[&x], &[])
    }
}

/// Activations side by side, their sums, products and dot products, and ways that meet again.
#[derive(Clone, Copy, Debug)]
pub struct Join {
    /// Samples.
    pub rows: usize,
    /// Parts of a sample.
    pub steps: usize,
    /// Numbers of a part.
    pub width: usize,
}

impl Case for Join {
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
        let &Join { rows, steps, width } = self;
        let (a, b) = (var(device, rows, steps * width, 1)?, var(device, rows, steps * width, 2)?);
        let mut pass = Pass::training(device, 0);
        let sum = D::add(&mut pass, &a, &b)?;
        let again = D::add(&mut pass, &sum, &a)?;
        let product = D::multiply(&mut pass, &again, &b)?;
        let third = D::scale(&mut pass, &product, 1.0 / 3.0)?;
        let dot = D::dot(&mut pass, &sum, &b, width)?;
        let y = D::concatenate(&mut pass, &[(&again, width), (&third, width), (&dot, 1), (&b, width)])?;
        outcome(pass, &y, &[&a, &b], &[])
    }
}

/// A part of every vector, zeros around it, and a part of that.
#[derive(Clone, Copy, Debug)]
pub struct Sliced {
    /// Samples.
    pub rows: usize,
    /// Parts of a sample.
    pub steps: usize,
    /// The numbers that are cut out.
    pub slice: Slice,
    /// The zeros on both sides.
    pub zeros: usize,
}

impl Case for Sliced {
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
        let &Sliced { rows, steps, slice, zeros } = self;
        let x = var(device, rows, steps * slice.total, 1)?;
        let mut pass = Pass::training(device, 0);
        let part = D::slice(&mut pass, &x, slice)?;
        let width = slice.width;
        let y = D::pad(&mut pass, &part, Slice { total: width + 2 * zeros, from: zeros, width })?;
        outcome(pass, &y, &[&x], &[])
    }
}

/// A slope where the input is negative, for each number of a part.
#[derive(Clone, Copy, Debug)]
pub struct Slope {
    /// Samples.
    pub rows: usize,
    /// Parts of a sample.
    pub steps: usize,
    /// Numbers of a part.
    pub width: usize,
}

impl Case for Slope {
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
        let &Slope { rows, steps, width } = self;
        let (x, slopes) = (var(device, rows, steps * width, 1)?, param(device, &[width], 2)?);
        let mut pass = Pass::training(device, 0);
        let y = D::slope(&mut pass, &x, &slopes)?;
        outcome(pass, &y, &[&x], &[&slopes])
    }
}
