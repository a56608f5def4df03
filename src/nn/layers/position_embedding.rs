//! PositionEmbedding: adds a learned vector to each step.

use super::Layer;
use super::site::{Build, Site};
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::init::numbers;
use crate::nn::ops::Backend;
use crate::preset::{Initializer, layers};

/// `[batch, steps * features]` to the same; weights `embeddings`, `[steps, features]`.
pub struct PositionEmbedding<D: Backend> {
    embeddings: Param<D>,
}

impl Build for layers::PositionEmbedding {
    /// The table starts with Glorot's initializer, as in KerasHub.
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let shape = site.steps()?;
        let start = numbers(Initializer::GlorotUniform, &shape, &mut site.stream.parameter(0));
        Ok(Box::new(PositionEmbedding { embeddings: Param::new(site.device, "embeddings", &shape, start)? }))
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
