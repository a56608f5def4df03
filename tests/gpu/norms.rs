//! Batch, layer and group normalization.

use proptest::prelude::*;

use super::ops::{assert_same, compare};
use trainyard::nn::cases::{Batch, Group};
use trainyard::preset::Activation;

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
