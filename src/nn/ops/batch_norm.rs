//! Batch normalization (Ioffe & Szegedy 2015) over the last axis, as Keras defines it.

use std::sync::Arc;

use dfdx::tensor::Cpu;

use super::dense::{finish, output};
use crate::nn::buffer::Buffer;
use crate::nn::device::{Device, Error};
use crate::nn::gradients::{add_gradient, take_gradient};
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::kernel::batch_norm::{gradient_sums, input_gradient, moments, normalise};
use crate::nn::kernel::elementwise::{activation_gradient, needs_input};
use crate::nn::profile::span;
use crate::preset::Activation;

/// A layer's parameters and settings, each parameter `[features]`.
pub struct BatchNorm<'a, D: Device> {
    /// The factor that normalised features are multiplied by.
    pub gamma: &'a Param<D>,
    /// The offset that is added afterwards.
    pub beta: &'a Param<D>,
    /// The running mean, moved by each pass in training.
    pub moving_mean: &'a mut Param<D>,
    /// The running biased variance, moved in the same way.
    pub moving_variance: &'a mut Param<D>,
    /// The share of a running statistic that remains after a batch; the batch's own statistic makes up the rest.
    pub momentum: f32,
    /// Added to the variance before its square root is taken.
    pub epsilon: f32,
}

/// Batch normalization.
pub trait BatchNormOp: Device {
    /// `activation(gamma (x - mean) / sqrt(variance + epsilon) + beta)` feature by feature. Training uses the batch's
    /// mean and biased variance, and the running statistics move towards them. Inference uses the running statistics,
    /// and so does training where `gamma` is frozen (as in Keras, unless the pass sets [`frozen_by_batch`](Pass)).
    /// `x` is `[rows, pixels * features]`.
    ///
    /// # Errors
    /// When `x` does not divide into vectors of features, or the device fails.
    fn batch_norm(
        pass: &mut Pass<Self>,
        x: &Var<Self>,
        layer: BatchNorm<Self>,
        activation: Activation,
    ) -> Result<Var<Self>, Error>;
}

pub(in crate::nn) fn check(columns: usize, features: usize) -> Result<(), Error> {
    if features > 0 && columns.is_multiple_of(features) {
        return Ok(());
    }
    Err(Error::Weights(format!("{columns} numbers do not divide into vectors of {features} features")))
}

pub(in crate::nn) fn follow(running: &mut [f32], batch: &[f32], momentum: f32) {
    running.iter_mut().zip(batch).for_each(|(r, b)| *r = *r * momentum + b * (1.0 - momentum));
}

impl BatchNormOp for Cpu {
    fn batch_norm(
        pass: &mut Pass<Cpu>,
        x: &Var<Cpu>,
        layer: BatchNorm<Cpu>,
        activation: Activation,
    ) -> Result<Var<Cpu>, Error> {
        let BatchNorm { gamma, beta, moving_mean, moving_variance, momentum, epsilon } = layer;
        let features = gamma.len();
        check(x.columns, features)?;
        let _span = span("batch_norm forward", 0);
        let by_batch = pass.training && (gamma.trainable || pass.frozen_by_batch) && x.rows > 0;
        let (mean, variance) = if by_batch {
            let (mean, variance) = moments(&x.values, features);
            if gamma.trainable {
                follow(moving_mean.values_mut(), &mean, momentum);
                follow(moving_variance.values_mut(), &variance, momentum);
            }
            (mean, variance)
        } else {
            (Buffer::copy_of(&moving_mean.values), Buffer::copy_of(&moving_variance.values))
        };
        let inverse: Buffer = variance.iter().map(|v| 1.0 / (v + epsilon).sqrt()).collect();
        let scale: Buffer = inverse.iter().zip(gamma.values.iter()).map(|(i, g)| i * g).collect();
        let mut y = Buffer::scratch(x.values.len());
        let (y, kept) = if pass.records() && needs_input(activation.into()) {
            normalise(&x.values, &mean, &scale, &beta.values, Activation::Linear.into(), &mut y);
            finish(y, features, None, activation, true)
        } else {
            normalise(&x.values, &mean, &scale, &beta.values, activation.into(), &mut y);
            let y = Arc::new(y);
            (y.clone(), y)
        };
        let wants_x = x.wants_gradient;
        let [gamma_node, beta_node] = [gamma, beta].map(|p| p.trainable.then(|| p.node.clone()));
        let wants = wants_x || gamma_node.is_some() || beta_node.is_some();
        let y = output(pass, y, [x.rows, x.columns], wants)?;
        if wants && pass.records() {
            let (node, x_node, x) = (y.node.clone(), x.node.clone(), x.values.clone());
            pass.record(move |grads| {
                let Some(mut g) = take_gradient(grads, &node) else { return Ok(()) };
                let _span = span("batch_norm backward", 0);
                activation_gradient(&mut g, &kept, features, activation.into());
                let (sums, products) = gradient_sums(&x, &g, &mean);
                if wants_x {
                    let rows = (x.len() / features) as f64;
                    let part = |of_batch: f64| if by_batch { (of_batch / rows) as f32 } else { 0.0 };
                    let pull: Buffer = sums.iter().map(|&sum| part(sum)).collect();
                    let slope = |(&i, &product): (&f32, &f64)| part(f64::from(i * i) * product);
                    let slope: Buffer = inverse.iter().zip(products.iter()).map(slope).collect();
                    input_gradient(&x, &mean, &scale, [&pull, &slope], &mut g);
                    add_gradient(grads, &x_node, g)?;
                }
                if let Some(node) = &gamma_node {
                    let d = inverse.iter().zip(products.iter()).map(|(&i, p)| (f64::from(i) * p) as f32);
                    add_gradient(grads, node, d.collect())?;
                }
                if let Some(node) = &beta_node {
                    add_gradient(grads, node, sums.iter().map(|&sum| sum as f32).collect())?;
                }
                Ok(())
            });
        }
        Ok(y)
    }
}

#[cfg(test)]
#[path = "batch_norm_tests.rs"]
mod tests;
