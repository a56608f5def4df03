//! Changes of shape, which cost nothing: a sample's numbers are a row already.

use super::Layer;
use crate::nn::device::Error;
use crate::nn::graph::{Pass, Var};
use crate::nn::ops::Backend;

/// Flatten and Reshape: only the shape that the model's summary tells changes.
pub struct Reshape;

impl<D: Backend> Layer<D> for Reshape {
    fn forward(&mut self, _: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        Ok(input)
    }
}
