//! Layer normalization (Ba, Kiros & Hinton 2016) over the last axis.

use dfdx::tensor::Cpu;

use crate::nn::device::{Device, Error};
use crate::nn::graph::{Param, Pass, Var, add_gradient, take_gradient};
use crate::nn::kernel::layer_norm::{gradients, normalise};
use crate::nn::profile::span;

/// Layer normalization.
pub trait LayerNormOp: Device {
    /// `gamma (x - mean) / sqrt(variance + epsilon) + beta`, with mean and biased variance of each vector along the last
    /// axis: `x` is `[rows, steps * features]`, gamma and beta are `[features]`.
    ///
    /// # Errors
    /// When `x` does not divide into vectors of features, or the device fails.
    fn layer_norm(
        pass: &mut Pass<Self>,
        x: &Var<Self>,
        gamma: &Param<Self>,
        beta: &Param<Self>,
        epsilon: f32,
    ) -> Result<Var<Self>, Error>;
}

impl LayerNormOp for Cpu {
    fn layer_norm(
        pass: &mut Pass<Cpu>,
        x: &Var<Cpu>,
        gamma: &Param<Cpu>,
        beta: &Param<Cpu>,
        epsilon: f32,
    ) -> Result<Var<Cpu>, Error> {
        let features = gamma.len();
        if features == 0 || beta.len() != features || !x.columns.is_multiple_of(features) {
            let columns = x.columns;
            return Err(Error::Weights(format!(
                "{columns} numbers do not divide into vectors of {features}"
            )));
        }
        let _span = span("layer_norm forward", 0);
        let (y, moments) = normalise(&x.values, &gamma.values, &beta.values, epsilon);
        let wants_x = x.wants_gradient;
        let wanted = [gamma, beta].map(|param| param.trainable.then(|| param.node.clone()));
        let wants = wants_x || wanted.iter().any(Option::is_some);
        let y = Var::new(&pass.device, y, x.rows, x.columns, wants)?;
        if wants && pass.records() {
            let (node, x_node) = (y.node.clone(), x.node.clone());
            let (x, gamma) = (x.values.clone(), gamma.values.clone());
            pass.record(move |grads| {
                let Some(mut g) = take_gradient(grads, &node) else { return Ok(()) };
                let _span = span("layer_norm backward", 0);
                let parts = gradients(&x, &gamma, &moments, &mut g);
                for (node, part) in wanted.iter().zip(parts) {
                    if let Some(node) = node {
                        add_gradient(grads, node, part)?;
                    }
                }
                if wants_x {
                    add_gradient(grads, &x_node, g)?;
                }
                Ok(())
            });
        }
        Ok(y)
    }
}
