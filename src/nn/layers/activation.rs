//! An activation on its own.

use super::Layer;
use super::site::{Build, Site};
use crate::nn::device::Error;
use crate::nn::graph::{Pass, Var};
use crate::nn::ops::Backend;
use crate::preset::{self, layers};

/// Applies an activation; softmax over the last axis.
pub struct Activation {
    kind: preset::Activation,
    width: usize,
}

impl Build for layers::Activation {
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        Ok(Box::new(Activation { kind: self.0, width: site.width() }))
    }
}

impl<D: Backend> Layer<D> for Activation {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        D::activate(pass, &input, self.width, self.kind)
    }
}
