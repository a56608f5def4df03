//! Batch, layer and group normalization.

use super::{Case, outcome, param, var};
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass};
use crate::nn::kernel::layer_norm::Around;
use crate::nn::ops::Backend;
use crate::nn::ops::batch_norm::BatchNorm;
use crate::preset::Activation;

/// Batch normalization.
#[derive(Clone, Copy, Debug)]
pub struct Batch {
    /// Samples.
    pub rows: usize,
    /// Places of a sample.
    pub pixels: usize,
    /// Features of a place.
    pub features: usize,
    /// Whether the pass trains.
    pub training: bool,
    /// Whether the layer is frozen.
    pub frozen: bool,
    /// Whether a frozen layer goes by the batch.
    pub by_batch: bool,
    /// What follows.
    pub activation: Activation,
}

impl Case for Batch {
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
        let Batch { rows, pixels, features, training, frozen, by_batch, activation } = *self;
        let (mut gamma, beta) = (param(device, &[features], 1)?, param(device, &[features], 2)?);
        let (mut mean, mut variance) = (param(device, &[features], 3)?, param(device, &[features], 4)?);
        let squares: Vec<f32> = variance.to_vec()?.iter().map(|x| x * x + 0.1).collect();
        variance.set(device, &squares)?;
        (mean.trainable, variance.trainable) = (false, false);
        gamma.trainable = !frozen;
        let x = var(device, rows, pixels * features, 5)?;
        let mut pass = Pass::training(device, 0);
        (pass.training, pass.frozen_by_batch) = (training, by_batch);
        let layer = BatchNorm {
            gamma: &gamma,
            beta: &beta,
            moving_mean: &mut mean,
            moving_variance: &mut variance,
            momentum: 0.75,
            epsilon: 1e-3,
        };
        let y = D::batch_norm(&mut pass, &x, layer, activation)?;
        let mut lists = outcome(pass, &y, &[&x], &[&gamma, &beta])?;
        lists.extend([mean.to_vec()?, variance.to_vec()?]);
        Ok(lists)
    }
}

/// Layer or group normalization.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// Samples.
    pub rows: usize,
    /// Places of a sample.
    pub pixels: usize,
    /// Channels of a group.
    pub width: usize,
    /// Groups.
    pub groups: usize,
    /// Layer normalization, which knows neither pixels nor groups.
    pub is_layer: bool,
    /// Whether the weights learn.
    pub trainable: bool,
}

impl Case for Group {
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
        let Group { rows, pixels, width, groups, is_layer, trainable } = *self;
        let channels = width * groups;
        let weights = |seed| Ok::<_, Error>(Param { trainable, ..param(device, &[channels], seed)? });
        let (gamma, beta) = (weights(1)?, weights(2)?);
        let x = var(device, rows, pixels * channels, 3)?;
        let mut pass = Pass::training(device, 0);
        let y = match is_layer {
            true => D::layer_norm(&mut pass, &x, &gamma, &beta, 1e-3, Around::Mean)?,
            false => D::group_norm(&mut pass, &x, &gamma, &beta, groups, 1e-3)?,
        };
        outcome(pass, &y, &[&x], &[&gamma, &beta])
    }
}

/// Normalization by the root of the mean of the squares.
#[derive(Clone, Copy, Debug)]
pub struct Rms {
    /// Vectors.
    pub rows: usize,
    /// Numbers of each.
    pub width: usize,
}

impl Case for Rms {
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
        let &Rms { rows, width } = self;
        let scale = param(device, &[width], 1)?;
        let no_shift =
            Param { trainable: false, ..Param::new(device, "no_shift", &[width], vec![0.0; width])? };
        let x = var(device, rows, width, 3)?;
        let mut pass = Pass::training(device, 0);
        let y = D::layer_norm(&mut pass, &x, &scale, &no_shift, 1e-3, Around::Zero)?;
        outcome(pass, &y, &[&x], &[&scale])
    }
}
