//! Embedding: a learned vector for each token.

use super::Layer;
use super::site::{Build, Site};
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::init::uniform;
use crate::nn::ops::Backend;
use crate::preset::layers;

/// `[batch, steps]` of token numbers to `[batch, steps * width]`; weights `embeddings`, `[tokens, width]`.
pub struct Embedding<D: Backend> {
    embeddings: Param<D>,
}

impl Build for layers::Embedding {
    /// The table starts with numbers uniform in +-0.05, as in Keras.
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let shape = [self.input_dim, self.output_dim];
        let start = uniform(shape.iter().product(), 0.05, &mut site.stream.parameter(0));
        Ok(Box::new(Embedding { embeddings: Param::new(site.device, "embeddings", &shape, start)? }))
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
