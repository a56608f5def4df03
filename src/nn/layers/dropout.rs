//! Dropout.

use super::Layer;
use super::site::{Build, Site};
use crate::nn::device::Error;
use crate::nn::graph::{Pass, Var};
use crate::nn::ops::Backend;
use crate::preset::layers;

/// Sets a share `rate` of its inputs to zero in training.
pub struct Dropout {
    rate: f32,
}

impl Build for layers::Dropout {
    fn build<D: Backend>(&self, _: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        Ok(Box::new(Dropout { rate: self.rate }))
    }
}

impl<D: Backend> Layer<D> for Dropout {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        D::dropout(pass, &input, self.rate)
    }

    fn set_dropout(&mut self, rates: &mut dyn Iterator<Item = f32>) {
        self.rate = rates.next().unwrap_or(self.rate);
    }
}
