//! Normalization within a sample: layer normalization (Ba, Kiros & Hinton 2016) over the last axis, and group
//! normalization (Wu & He 2018).

use dfdx::tensor::Cpu;

use crate::nn::buffer::Buffer;
use crate::nn::device::{Device, Error};
use crate::nn::gradients::{add_gradient, take_gradient};
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::kernel::layer_norm::{
    Around, Groups, gradients, group_gradients, normalise, normalise_groups,
};
use crate::nn::profile::span;

/// Layer and group normalization.
pub trait LayerNormOp: Device {
    /// `gamma (x - mean) / sqrt(variance + epsilon) + beta`, with mean and biased variance of each vector along the last
    /// axis: `x` is `[rows, steps * features]`, gamma and beta are `[features]`. Around zero, the mean is 0 and the variance the mean
    /// of the squares (Zhang & Sennrich 2019).
    ///
    /// # Errors
    /// When `x` does not divide into vectors of features, or the device fails.
    fn layer_norm(
        pass: &mut Pass<Self>,
        x: &Var<Self>,
        gamma: &Param<Self>,
        beta: &Param<Self>,
        epsilon: f32,
        around: Around,
    ) -> Result<Var<Self>, Error>;

    /// `gamma (x - mean) / sqrt(variance + epsilon) + beta`, with mean and biased variance of each sample's groups of
    /// neighbouring channels over all its pixels: `x` is `[rows, pixels * channels]`, gamma and beta are `[channels]`.
    ///
    /// # Errors
    /// When `x` does not divide into pixels, the groups do not divide the channels, or the device fails.
    fn group_norm(
        pass: &mut Pass<Self>,
        x: &Var<Self>,
        gamma: &Param<Self>,
        beta: &Param<Self>,
        groups: usize,
        epsilon: f32,
    ) -> Result<Var<Self>, Error>;
}

/// Checks that `x` divides into vectors of the length of gamma and beta.
pub(in crate::nn) fn check<D: Device>(x: &Var<D>, gamma: &Param<D>, beta: &Param<D>) -> Result<(), Error> {
    let (features, columns) = (gamma.len(), x.columns);
    if features > 0 && beta.len() == features && columns.is_multiple_of(features) {
        return Ok(());
    }
    Err(Error::Weights(format!("{columns} numbers do not divide into vectors of {features}")))
}

/// The groups of channels of `x`, whose channels are as many as gamma's.
pub(in crate::nn) fn check_groups<D: Device>(
    x: &Var<D>,
    gamma: &Param<D>,
    groups: usize,
) -> Result<Groups, Error> {
    let channels = gamma.len();
    if groups == 0 || !channels.is_multiple_of(groups) {
        return Err(Error::Weights(format!("{groups} groups do not divide {channels} channels")));
    }
    Ok(Groups { pixels: x.columns / channels, channels, groups })
}

/// Records a normalization of `x` with the output `y`. Given `x` and gamma, `backward` turns the gradient of `y` into
/// that of `x`, in place, and returns the gradients of gamma and beta.
fn normalised(
    pass: &mut Pass<Cpu>,
    x: &Var<Cpu>,
    y: Buffer,
    [gamma, beta]: [&Param<Cpu>; 2],
    name: &'static str,
    backward: impl FnOnce(&[f32], &[f32], &mut [f32]) -> [Buffer; 2] + 'static,
) -> Result<Var<Cpu>, Error> {
    let wants_x = x.wants_gradient;
    let wanted = [gamma, beta].map(|param| param.trainable.then(|| param.node.clone()));
    let wants = wants_x || wanted.iter().any(Option::is_some);
    let y = Var::new(&pass.device, y, x.rows, x.columns, wants)?;
    if wants && pass.records() {
        let (node, x_node) = (y.node.clone(), x.node.clone());
        let (x, gamma) = (x.values.clone(), gamma.values.clone());
        pass.record(move |grads| {
            let Some(mut g) = take_gradient(grads, &node) else { return Ok(()) };
            let _span = span(name, 0);
            let parts = backward(&x, &gamma, &mut g);
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

impl LayerNormOp for Cpu {
    fn layer_norm(
        pass: &mut Pass<Cpu>,
        x: &Var<Cpu>,
        gamma: &Param<Cpu>,
        beta: &Param<Cpu>,
        epsilon: f32,
        around: Around,
    ) -> Result<Var<Cpu>, Error> {
        check(x, gamma, beta)?;
        let _span = span("layer_norm forward", 0);
        let (y, moments) = normalise(&x.values, &gamma.values, &beta.values, epsilon, around);
        normalised(pass, x, y, [gamma, beta], "layer_norm backward", move |x, gamma, g| {
            gradients(x, gamma, around, &moments, g)
        })
    }

    fn group_norm(
        pass: &mut Pass<Cpu>,
        x: &Var<Cpu>,
        gamma: &Param<Cpu>,
        beta: &Param<Cpu>,
        groups: usize,
        epsilon: f32,
    ) -> Result<Var<Cpu>, Error> {
        check(x, gamma, beta)?;
        let shape = check_groups(x, gamma, groups)?;
        let _span = span("group_norm forward", 0);
        let (y, moments) = normalise_groups(&x.values, shape, &gamma.values, &beta.values, epsilon);
        normalised(pass, x, y, [gamma, beta], "group_norm backward", move |x, gamma, g| {
            group_gradients(x, shape, gamma, &moments, g)
        })
    }
}
