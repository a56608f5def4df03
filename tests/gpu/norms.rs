//! Batch, layer and group normalization.

use proptest::prelude::*;

use super::ops::{Case, assert_same, compare, outcome, param, var};
use trainyard::nn::graph::{Param, Pass};
use trainyard::nn::ops::Backend;
use trainyard::nn::ops::batch_norm::BatchNorm;
use trainyard::preset::Activation;

#[derive(Clone, Copy, Debug)]
struct Batch {
    rows: usize,
    pixels: usize,
    features: usize,
    training: bool,
    frozen: bool,
    by_batch: bool,
    activation: Activation,
}

impl Case for Batch {
    fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>> {
        let Batch { rows, pixels, features, training, frozen, by_batch, activation } = *self;
        let [mut gamma, beta, mut mean, mut variance] =
            [1, 2, 3, 4].map(|seed| param(device, &[features], seed));
        let squares: Vec<f32> = variance.to_vec().unwrap().iter().map(|x| x * x + 0.1).collect();
        variance.set(device, &squares).unwrap();
        (mean.trainable, variance.trainable) = (false, false);
        gamma.trainable = !frozen;
        let x = var(device, rows, pixels * features, 5);
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
        let y = D::batch_norm(&mut pass, &x, layer, activation).unwrap();
        let mut lists = outcome(pass, &y, &[&x], &[&gamma, &beta]);
        lists.extend([mean.to_vec().unwrap(), variance.to_vec().unwrap()]);
        lists
    }
}

#[derive(Clone, Copy, Debug)]
struct Group {
    rows: usize,
    pixels: usize,
    width: usize,
    groups: usize,
    /// Layer normalization, which knows neither pixels nor groups.
    is_layer: bool,
    trainable: bool,
}

impl Case for Group {
    fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>> {
        let Group { rows, pixels, width, groups, is_layer, trainable } = *self;
        let channels = width * groups;
        let weights = |seed| Param { trainable, ..param(device, &[channels], seed) };
        let (gamma, beta) = (weights(1), weights(2));
        let x = var(device, rows, pixels * channels, 3);
        let mut pass = Pass::training(device, 0);
        let y = match is_layer {
            true => D::layer_norm(&mut pass, &x, &gamma, &beta, 1e-3),
            false => D::group_norm(&mut pass, &x, &gamma, &beta, groups, 1e-3),
        };
        outcome(pass, &y.unwrap(), &[&x], &[&gamma, &beta])
    }
}

#[test]
fn batch_normalization_of_many_rows_and_features_is_that_of_the_cpu() {
    let case = Batch {
        rows: 64,
        pixels: 49,
        features: 70,
        training: true,
        frozen: false,
        by_batch: false,
        activation: Activation::LeakyRelu,
    };
    assert_same(&case, 2e-5);
    assert_same(&Batch { rows: 0, ..case }, 0.0);
    assert_same(&Batch { activation: Activation::Softmax, rows: 3, ..case }, 2e-5);
}

#[test]
fn layer_and_group_normalization_of_large_groups_are_those_of_the_cpu() {
    let case = Group { rows: 3, pixels: 400, width: 2, groups: 3, is_layer: false, trainable: true };
    assert_same(&case, 2e-5);
    assert_same(&Group { pixels: 1500, ..case }, 2e-5);
    assert_same(&Group { pixels: 50, width: 64, groups: 1, is_layer: true, ..case }, 2e-5);
    assert_same(&Group { rows: 0, ..case }, 0.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn batch_normalization_of_any_shape_is_that_of_the_cpu(
        (rows, pixels, features) in (2_usize..40, 2_usize..12, 1_usize..40),
        (training, frozen, by_batch) in (any::<bool>(), any::<bool>(), any::<bool>()),
        activation in 0_usize..4,
    ) {
        let activation = [Activation::Linear, Activation::Relu, Activation::Silu, Activation::Tanh][activation];
        let case = Batch { rows, pixels, features, training, frozen, by_batch, activation };
        compare(&case, 2e-5)?;
    }

    #[test]
    fn layer_and_group_normalization_of_any_shape_are_those_of_the_cpu(
        (rows, pixels, width, groups) in (1_usize..10, 1_usize..30, 2_usize..20, 1_usize..5),
        (is_layer, trainable) in (any::<bool>(), any::<bool>()),
    ) {
        let case = Group { rows, pixels, width, groups, is_layer, trainable };
        compare(&case, 2e-5)?;
    }
}
