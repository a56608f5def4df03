//! PositionEmbedding: a learned vector for each step, added to it.

use super::Layer;
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::init::{Stream, numbers};
use crate::nn::ops::Backend;
use crate::preset::Initializer;

/// `[batch, steps * features]` to the same; weights `embeddings`, `[steps, features]`.
pub struct PositionEmbedding<D: Backend> {
    embeddings: Param<D>,
}

impl<D: Backend> PositionEmbedding<D> {
    /// A table for inputs `[steps, features]`, started by Glorot as KerasHub's.
    ///
    /// # Errors
    /// When the device fails.
    pub fn new(device: &D, shape: [usize; 2], stream: Stream) -> Result<Self, Error> {
        let start = numbers(Initializer::GlorotUniform, &shape, &mut stream.parameter(0));
        Ok(PositionEmbedding { embeddings: Param::new(device, "embeddings", &shape, start)? })
    }
}

impl<D: Backend> Layer<D> for PositionEmbedding<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        D::add_positions(pass, &input, &self.embeddings)
    }

    fn visit<'a>(&'a self, path: &str, visit: &mut dyn FnMut(String, &'a Param<D>)) {
        visit(format!("{path}{}", self.embeddings.name), &self.embeddings);
    }

    fn visit_mut<'a>(&'a mut self, path: &str, visit: &mut dyn FnMut(String, &'a mut Param<D>)) {
        visit(format!("{path}{}", self.embeddings.name), &mut self.embeddings);
    }
}
