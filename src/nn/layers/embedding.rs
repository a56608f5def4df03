//! Embedding: a learned vector for each token.

use super::Layer;
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::init::{Stream, uniform};
use crate::nn::ops::Backend;

/// `[batch, steps]` of token numbers to `[batch, steps * width]`; weights `embeddings`, `[tokens, width]`.
pub struct Embedding<D: Backend> {
    embeddings: Param<D>,
}

impl<D: Backend> Embedding<D> {
    /// A table for `tokens` tokens, its numbers uniform in +-0.05 as in Keras.
    ///
    /// # Errors
    /// When the device fails.
    pub fn new(device: &D, [tokens, width]: [usize; 2], stream: Stream) -> Result<Self, Error> {
        let start = uniform(tokens * width, 0.05, &mut stream.parameter(0));
        Ok(Embedding { embeddings: Param::new(device, "embeddings", &[tokens, width], start)? })
    }
}

impl<D: Backend> Layer<D> for Embedding<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        D::embed(pass, &input, &self.embeddings)
    }

    fn visit<'a>(&'a self, path: &str, visit: &mut dyn FnMut(String, &'a Param<D>)) {
        visit(format!("{path}{}", self.embeddings.name), &self.embeddings);
    }

    fn visit_mut<'a>(&'a mut self, path: &str, visit: &mut dyn FnMut(String, &'a mut Param<D>)) {
        visit(format!("{path}{}", self.embeddings.name), &mut self.embeddings);
    }
}
