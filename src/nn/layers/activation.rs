//! An activation on its own.

use super::Layer;
use crate::nn::device::Error;
use crate::nn::graph::{Pass, Var};
use crate::nn::ops::Backend;

/// Applies an activation; softmax over the last axis.
pub struct Activation {
    kind: crate::preset::Activation,
    width: usize,
}

impl Activation {
    /// An activation of inputs whose last axis is `width` long.
    pub fn new(kind: crate::preset::Activation, width: usize) -> Self {
        Activation { kind, width }
    }
}

impl<D: Backend> Layer<D> for Activation {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        D::activate(pass, &input, self.width, self.kind)
    }
}
