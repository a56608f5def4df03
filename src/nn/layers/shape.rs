//! Changes of shape, which cost nothing: a sample's numbers are already one row.

use super::Layer;
use super::site::{Build, Site};
use crate::nn::device::Error;
use crate::nn::graph::{Pass, Var};
use crate::nn::ops::Backend;
use crate::preset::layers;

/// Flatten and Reshape: only the shape in the model's summary changes.
pub struct Reshape;

impl Build for layers::Flatten {
    fn build<D: Backend>(&self, _: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        Ok(Box::new(Reshape))
    }
}

impl Build for layers::Reshape {
    fn build<D: Backend>(&self, _: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        Ok(Box::new(Reshape))
    }
}

impl<D: Backend> Layer<D> for Reshape {
    fn forward(&mut self, _: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        Ok(input)
    }
}
