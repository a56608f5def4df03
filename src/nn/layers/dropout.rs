//! Dropout.

use super::Layer;
use crate::nn::device::Error;
use crate::nn::graph::{Pass, Var};
use crate::nn::ops::Backend;

/// Zeroes a share of its inputs in training.
pub struct Dropout {
    rate: f32,
}

impl Dropout {
    /// A layer that drops with probability `rate`.
    pub fn new(rate: f32) -> Self {
        Dropout { rate }
    }
}

impl<D: Backend> Layer<D> for Dropout {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        D::dropout(pass, &input, self.rate)
    }
}
