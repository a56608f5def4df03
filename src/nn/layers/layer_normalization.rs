//! LayerNormalization: normalises each vector along the last axis by its own mean and variance.

use super::Layer;
use super::site::{Build, Site};
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::kernel::layer_norm::Around;
use crate::nn::ops::Backend;
use crate::preset::layers;

/// Layer normalization: `gamma` and `beta`, each `[features]`.
pub struct LayerNormalization<D: Backend> {
    gamma: Param<D>,
    beta: Param<D>,
    epsilon: f32,
}

impl Build for layers::LayerNormalization {
    /// Gamma starts at one, beta at zero.
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let features = site.width();
        let (gamma, beta) = (site.filled("gamma", features, 1.0)?, site.filled("beta", features, 0.0)?);
        Ok(Box::new(LayerNormalization { gamma, beta, epsilon: self.epsilon }))
    }
}

impl<D: Backend> Layer<D> for LayerNormalization<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        D::layer_norm(pass, &input, &self.gamma, &self.beta, self.epsilon, Around::Mean)
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
