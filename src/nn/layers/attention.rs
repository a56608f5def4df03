//! MultiHeadAttention: every step takes values from all steps, weighted by how well its query matches their keys.

use super::Layer;
use super::site::{Build, Site};
use super::view::{LayerView, ViewKind};
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::init::{Stream, numbers};
use crate::nn::kernel::attention::Attention;
use crate::nn::ops::Backend;
use crate::nn::ops::attention::Attended;
use crate::preset::{Activation, Initializer, layers};

/// Self-attention over `[batch, steps * features]`, with Keras's weights: `query`, `key` and `value` with kernels
/// `[features, heads, width]` and biases `[heads, width]`, `attention_output` with kernel `[heads, width, features]`
/// and bias `[features]`.
pub struct MultiHeadAttention<D: Backend> {
    /// Query, key, value.
    inputs: [Projection<D>; 3],
    output: Projection<D>,
    shape: Attention,
}

/// A dense layer whose kernel has a separate axis for the heads.
struct Projection<D: Backend> {
    name: &'static str,
    kernel: Param<D>,
    bias: Param<D>,
    /// The length of an input vector.
    inputs: usize,
}

impl<D: Backend> Projection<D> {
    fn new(
        device: &D,
        name: &'static str,
        [ins, outs]: [&[usize]; 2],
        stream: Stream,
    ) -> Result<Self, Error> {
        let shape = [ins, outs].concat();
        let start = numbers(Initializer::GlorotUniform, &shape, &mut stream.parameter(0));
        Ok(Projection {
            name,
            kernel: Param::new(device, "kernel", &shape, start)?,
            bias: Param::new(device, "bias", outs, vec![0.0; outs.iter().product()])?,
            inputs: ins.iter().product(),
        })
    }

    fn apply(&self, pass: &mut Pass<D>, x: &Var<D>) -> Result<Var<D>, Error> {
        D::dense(pass, x, &self.kernel.as_matrix(self.inputs), Some(&self.bias), Activation::Linear)
    }
}

impl Build for layers::MultiHeadAttention {
    /// Kernels start with Glorot's initializer, biases at zero.
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let &layers::MultiHeadAttention { num_heads: heads, key_dim: width, causal } = self;
        let [steps, features] = site.steps()?;
        let inner = [heads, width];
        let into =
            |name, part| Projection::new(site.device, name, [&[features], &inner], site.stream.part(part));
        let output = site.stream.part(3);
        Ok(Box::new(MultiHeadAttention {
            inputs: [into("query", 0)?, into("key", 1)?, into("value", 2)?],
            output: Projection::new(site.device, "attention_output", [&inner, &[features]], output)?,
            shape: Attention { steps, heads, width, causal },
        }))
    }
}

impl<D: Backend> MultiHeadAttention<D> {
    fn attend(&self, pass: &mut Pass<D>, input: &Var<D>) -> Result<Attended<D>, Error> {
        let [query, key, value] = &self.inputs;
        let (query, key, value) =
            (query.apply(pass, input)?, key.apply(pass, input)?, value.apply(pass, input)?);
        D::attention(pass, [&query, &key, &value], self.shape)
    }
}

impl<D: Backend> Layer<D> for MultiHeadAttention<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        let attended = self.attend(pass, &input)?;
        self.output.apply(pass, &attended.output)
    }

    fn forward_viewed(
        &mut self,
        pass: &mut Pass<D>,
        input: Var<D>,
        path: &str,
        views: &mut Vec<LayerView>,
    ) -> Result<Var<D>, Error> {
        let attended = self.attend(pass, &input)?;
        let Attention { steps, heads, .. } = self.shape;
        views.push(LayerView::new(
            path,
            ViewKind::Attention,
            &[heads, steps, steps],
            attended.weights.to_vec()?,
        ));
        self.output.apply(pass, &attended.output)
    }

    fn visit<'a>(&'a self, path: &str, visit: &mut dyn FnMut(String, &'a Param<D>)) {
        for part in self.inputs.iter().chain([&self.output]) {
            visit(format!("{path}{}/kernel", part.name), &part.kernel);
            visit(format!("{path}{}/bias", part.name), &part.bias);
        }
    }

    fn visit_mut<'a>(&'a mut self, path: &str, visit: &mut dyn FnMut(String, &'a mut Param<D>)) {
        for part in self.inputs.iter_mut().chain([&mut self.output]) {
            visit(format!("{path}{}/kernel", part.name), &mut part.kernel);
            visit(format!("{path}{}/bias", part.name), &mut part.bias);
        }
    }
}
