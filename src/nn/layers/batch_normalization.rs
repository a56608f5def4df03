//! BatchNormalization over the last axis, fused with the activation behind it where the model has one.

use super::Layer;
use super::site::{Build, Site};
use super::view::{LayerView, ViewKind};
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::ops::Backend;
use crate::nn::ops::batch_norm::BatchNorm;
use crate::preset::{self, Activation, layers};

/// Batch normalization: `gamma`, `beta`, and the running statistics, each `[features]`.
pub struct BatchNormalization<D: Backend> {
    gamma: Param<D>,
    beta: Param<D>,
    moving_mean: Param<D>,
    moving_variance: Param<D>,
    momentum: f32,
    epsilon: f32,
    activation: Activation,
}

impl Build for layers::BatchNormalization {
    /// The parameters start so that inference does not change the inputs before training.
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let features = site.width();
        let param = |name, value| site.filled(name, features, value);
        let statistic = |name, value| Ok(Param { trainable: false, ..param(name, value)? });
        Ok(Box::new(BatchNormalization {
            gamma: param("gamma", 1.0)?,
            beta: param("beta", 0.0)?,
            moving_mean: statistic("moving_mean", 0.0)?,
            moving_variance: statistic("moving_variance", 1.0)?,
            momentum: self.momentum,
            epsilon: self.epsilon,
            activation: site.fused.and_then(preset::Layer::activation).unwrap_or_default(),
        }))
    }
}

impl<D: Backend> Layer<D> for BatchNormalization<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        let layer = BatchNorm {
            gamma: &self.gamma,
            beta: &self.beta,
            moving_mean: &mut self.moving_mean,
            moving_variance: &mut self.moving_variance,
            momentum: self.momentum,
            epsilon: self.epsilon,
        };
        D::batch_norm(pass, &input, layer, self.activation)
    }

    /// Also shows the normalised values before the fused activation.
    fn forward_viewed(
        &mut self,
        pass: &mut Pass<D>,
        input: Var<D>,
        path: &str,
        views: &mut Vec<LayerView>,
    ) -> Result<Var<D>, Error> {
        if self.activation != Activation::Linear {
            let layer = BatchNorm {
                gamma: &self.gamma,
                beta: &self.beta,
                moving_mean: &mut self.moving_mean,
                moving_variance: &mut self.moving_variance,
                momentum: self.momentum,
                epsilon: self.epsilon,
            };
            let normalised = D::batch_norm(pass, &input, layer, Activation::Linear)?;
            views.push(LayerView::new(path, ViewKind::Output, &[input.columns], normalised.to_vec()?));
        }
        self.forward(pass, input)
    }

    fn visit<'a>(&'a self, path: &str, visit: &mut dyn FnMut(String, &'a Param<D>)) {
        for param in [&self.gamma, &self.beta, &self.moving_mean, &self.moving_variance] {
            visit(format!("{path}{}", param.name), param);
        }
    }

    fn visit_mut<'a>(&'a mut self, path: &str, visit: &mut dyn FnMut(String, &'a mut Param<D>)) {
        let params = [&mut self.gamma, &mut self.beta, &mut self.moving_mean, &mut self.moving_variance];
        for param in params {
            visit(format!("{path}{}", param.name), param);
        }
    }
}
