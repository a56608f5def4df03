//! Residual: `x + f(x)` (He et al. 2016), and the Transformer encoder block made of two of them.

use super::Layer;
use super::chain::Chain;
use super::view::View;
use crate::nn::device::Error;
use crate::nn::graph::{Carried, Param, Pass, Var};
use crate::nn::init::Stream;
use crate::nn::ops::Backend;
use crate::preset::{self, Activation, Initializer, Regularizer};

/// What its layers make of the input, added to it.
pub struct Residual<D: Backend> {
    layers: Chain<D>,
}

impl<D: Backend> Residual<D> {
    /// A block of these layers, which must give back the shape of their input.
    ///
    /// # Errors
    /// When a layer does not fit its input, or the device fails.
    pub fn new(device: &D, layers: &[preset::Layer], input: &[usize], stream: Stream) -> Result<Self, Error> {
        Ok(Residual { layers: Chain::build(device, layers, input, |place| stream.part(place))? })
    }
}

/// The two residual blocks of a Transformer encoder in the pre-norm form (Xiong et al. 2020): attention, and two dense
/// layers with GELU between them, each behind a layer normalization with Keras's epsilon and before a dropout.
pub fn encoder_blocks(
    [num_heads, key_dim, ff_dim]: [usize; 3],
    features: usize,
    causal: bool,
    dropout: f32,
) -> Vec<preset::Layer> {
    let normalization = || preset::Layer::LayerNormalization { epsilon: 1e-3 };
    let dense = |units, activation| preset::Layer::Dense {
        units,
        activation,
        use_bias: true,
        kernel_initializer: Initializer::GlorotUniform,
        kernel_regularizer: Regularizer::default(),
    };
    let attention = preset::Layer::MultiHeadAttention { num_heads, key_dim, causal };
    let feed_forward = [dense(ff_dim, Activation::Gelu), dense(features, Activation::Linear)];
    let block = |layers: Vec<preset::Layer>| {
        let dropout = preset::Layer::Dropout { rate: dropout };
        preset::Layer::Residual { layers: [vec![normalization()], layers, vec![dropout]].concat() }
    };
    vec![block(vec![attention]), block(feed_forward.into())]
}

impl<D: Backend> Layer<D> for Residual<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        let change = self.layers.forward(pass, input.clone())?;
        D::add(pass, &input, &change)
    }

    fn look(
        &mut self,
        pass: &mut Pass<D>,
        input: Var<D>,
        path: &str,
        views: &mut Vec<View>,
    ) -> Result<Var<D>, Error> {
        let change = self.layers.look(pass, input.clone(), path, views)?;
        D::add(pass, &input, &change)
    }

    fn visit<'a>(&'a self, path: &str, visit: &mut dyn FnMut(String, &'a Param<D>)) {
        self.layers.visit(path, visit);
    }

    fn visit_mut<'a>(&'a mut self, path: &str, visit: &mut dyn FnMut(String, &'a mut Param<D>)) {
        self.layers.visit_mut(path, visit);
    }

    fn visit_kept(&self, path: &str, visit: &mut dyn FnMut(String, &[f32])) {
        self.layers.visit_kept(path, visit);
    }

    fn restore_kept(&mut self, path: &str, saved: &mut dyn FnMut(&str) -> Option<Vec<f32>>) {
        self.layers.restore_kept(path, saved);
    }

    fn reset_state(&mut self, of: Carried) {
        self.layers.reset_state(of);
    }

    fn truncate(&mut self, steps: usize) {
        self.layers.truncate(steps);
    }
}
