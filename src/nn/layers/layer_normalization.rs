//! LayerNormalization: each vector along the last axis by its own mean and variance.

use super::Layer;
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::ops::Backend;

/// Layer normalization: `gamma` and `beta`, each `[features]`.
pub struct LayerNormalization<D: Backend> {
    gamma: Param<D>,
    beta: Param<D>,
    epsilon: f32,
}

impl<D: Backend> LayerNormalization<D> {
    /// A layer for inputs whose last axis is `features` long; gamma starts at one, beta at zero.
    ///
    /// # Errors
    /// When the device fails.
    pub fn new(device: &D, features: usize, epsilon: f32) -> Result<Self, Error> {
        let param = |name, value| Param::new(device, name, &[features], vec![value; features]);
        Ok(LayerNormalization { gamma: param("gamma", 1.0)?, beta: param("beta", 0.0)?, epsilon })
    }
}

impl<D: Backend> Layer<D> for LayerNormalization<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        D::layer_norm(pass, &input, &self.gamma, &self.beta, self.epsilon)
    }

    fn visit<'a>(&'a self, path: &str, visit: &mut dyn FnMut(String, &'a Param<D>)) {
        for param in [&self.gamma, &self.beta] {
            visit(format!("{path}{}", param.name), param);
        }
    }

    fn visit_mut<'a>(&'a mut self, path: &str, visit: &mut dyn FnMut(String, &'a mut Param<D>)) {
        for param in [&mut self.gamma, &mut self.beta] {
            visit(format!("{path}{}", param.name), param);
        }
    }
}
