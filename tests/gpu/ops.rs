//! Every op against the CPU's: the values, and the gradients of a weighted sum of them.

use std::fmt::Debug;

use dfdx::tensor::Cpu;
use proptest::prelude::*;
use trainyard::nn::Error;
use trainyard::nn::cases::{
    ACTIVATIONS, Activate, Average, Case, ColumnEmbedding, Dense, Difference, Dropout, Embedding, Join,
    Latent, LossOf, Rms, Sliced, Slope, UpSample, param,
};
use trainyard::nn::graph::{Pass, Var};
use trainyard::nn::kernel::conv_window::{Padding, Window};
use trainyard::nn::kernel::slices::Slice;
use trainyard::nn::loss::Form;
use trainyard::nn::ops::Backend;
use trainyard::nn::ops::column_embedding::Lookup;
use trainyard::preset::{Activation, ClassWeights, Loss, LossOptions};

use super::double;

/// Compares both devices: differences relative to the largest number of each list.
pub fn compare(case: &impl Case, slack: f32) -> Result<(), TestCaseError> {
    let Some(gpu) = double::gpu() else { return Ok(()) };
    let (ours, theirs) = (case.run(&gpu).unwrap(), case.run(&Cpu::default()).unwrap());
    let found @ Difference { relative, list, number } = Difference::between(&ours, &theirs);
    // A real card's exponentials and fused products round otherwise than the CPU's.
    // A parameter's gradient is a sum over all rows or places, whose numbers may cancel: both orders of adding them are right.
    let slack = if list > 1 { 3.0 * slack } else { slack };
    let slack = if double::is_card() { 5.0 * slack.max(1e-6) } else { slack };
    let numbers = || [&ours, &theirs].map(|lists| lists.get(list).and_then(|list| list.get(number).copied()));
    prop_assert!(relative <= slack, "{:?}: {:?}", found, numbers());
    Ok(())
}

/// Like [`compare`], for a case of no property.
pub fn assert_same(case: &(impl Case + Debug), slack: f32) {
    compare(case, slack).unwrap_or_else(|error| panic!("{case:?}: {error}"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn dense_equals_the_cpu(
        (rows, steps, inputs, units) in (1_usize..70, 1_usize..3, 1_usize..90, 1_usize..90),
        (which, has_bias) in (0_usize..10, any::<bool>()),
    ) {
        compare(&Dense { rows, steps, inputs, units, has_bias, activation: ACTIVATIONS[which] }, 1e-5)?;
    }

    #[test]
    fn activations_equal_the_cpu(
        (rows, steps, width, which) in (1_usize..20, 1_usize..4, 1_usize..90, 0_usize..10),
    ) {
        compare(&Activate { rows, steps, width, activation: ACTIVATIONS[which] }, 1e-5)?;
    }

    #[test]
    fn dropout_equals_the_cpu(
        (rows, columns, rate, seed) in (1_usize..20, 1_usize..90, 0.05_f32..1.0, any::<u64>()),
    ) {
        compare(&Dropout { rows, columns, rate, seed }, 0.0)?;
    }

    #[test]
    fn joins_equal_the_cpu((rows, steps, width) in (1_usize..20, 1_usize..4, 1_usize..40)) {
        compare(&Join { rows, steps, width }, 1e-6)?;
    }

    #[test]
    fn slices_equal_the_cpu(
        (rows, steps, before, width, behind) in (1_usize..20, 1_usize..4, 0_usize..9, 1_usize..40, 0_usize..9),
        zeros in 0_usize..9,
    ) {
        let slice = Slice { total: before + width + behind, from: before, width };
        compare(&Sliced { rows, steps, slice, zeros }, 0.0)?;
    }

    #[test]
    fn slopes_equal_the_cpu((rows, steps, width) in (1_usize..20, 1_usize..4, 1_usize..40)) {
        compare(&Slope { rows, steps, width }, 1e-5)?;
    }

    #[test]
    fn rms_normalization_equals_the_cpu((rows, width) in (1_usize..40, 1_usize..300)) {
        compare(&Rms { rows, width }, 1e-5)?;
    }

    #[test]
    fn embeddings_equal_the_cpu(
        (rows, steps, tokens, width) in (1_usize..20, 1_usize..20, 1_usize..50, 1_usize..70),
    ) {
        compare(&Embedding { rows, steps, tokens, width }, 1e-5)?;
    }

    #[test]
    fn embedded_columns_equal_the_cpu(
        (rows, before, between, behind) in (1_usize..40, 0_usize..3, 0_usize..3, 0_usize..3),
        (words, sizes) in ((1_usize..9, 1_usize..9), (1_usize..40, 1_usize..40)),
    ) {
        let places = [before, before + 1 + between];
        let features = places[1] + 1 + behind;
        let shapes = [[words.0, sizes.0], [words.1, sizes.1]];
        compare(&ColumnEmbedding { rows, features, places, shapes }, 1e-5)?;
    }

    #[test]
    fn latent_codes_equal_the_cpu((rows, width, seed) in (1_usize..20, 1_usize..20, any::<u64>())) {
        compare(&Latent { rows, width, seed, weights: &[] }, 1e-5)?;
        let rows = rows.min(8);
        let weights = &[0.5, 2.0, 0.0, 1.0, 3.0, 0.25, 1.5, 1.0][..rows];
        compare(&Latent { rows, width, seed, weights }, 1e-5)?;
    }

    #[test]
    fn average_pooling_equals_the_cpu(
        (images, height, width, channels) in (1_usize..5, 1_usize..9, 1_usize..9, 1_usize..5),
        (down, across, sy, sx, same) in (1_usize..4, 1_usize..4, 1_usize..4, 1_usize..4, any::<bool>()),
    ) {
        let padding = if same { Padding::Same } else { Padding::Valid };
        let window = Window { padding, ..Window::new([height, width, channels], [down, across], [sy, sx]) };
        prop_assume!(window.pixels() > 0);
        compare(&Average(images, window), 1e-5)?;
    }

    #[test]
    fn up_sampling_equals_the_cpu(
        (images, height, width, channels) in (1_usize..5, 1_usize..9, 1_usize..9, 1_usize..5),
        (down, across) in (1_usize..4, 1_usize..4),
    ) {
        let (shape, factors) = ([height, width, channels], [down, across]);
        compare(&UpSample { images, shape, factors }, 1e-5)?;
    }

    #[test]
    fn losses_equal_the_cpu(
        (rows, width, which, weighed) in (1_usize..50, 1_usize..70, 0_usize..9, 0_usize..3),
        (has_classes, smoothing, is_weighted) in (any::<bool>(), 0.0_f32..0.3, any::<bool>()),
    ) {
        let (loss, form) = [
            (Loss::MeanSquaredError, Form::Output),
            (Loss::MeanAbsoluteError, Form::Output),
            (Loss::Huber, Form::Output),
            (Loss::BinaryCrossentropy, Form::Output),
            (Loss::BinaryCrossentropy, Form::SigmoidLogits),
            (Loss::CategoricalCrossentropy, Form::Output),
            (Loss::CategoricalCrossentropy, Form::SoftmaxLogits),
            (Loss::SparseCategoricalCrossentropy, Form::SoftmaxLogits),
            (Loss::KlDivergence, Form::Output),
        ][which];
        let factors = if is_weighted { vec![0.5, 2.0, 1.5] } else { Vec::new() };
        let class_weights = ClassWeights::Factors(factors);
        let options = LossOptions { label_smoothing: smoothing, delta: 0.4, class_weights };
        let weighed = [0, rows, 1][weighed];
        compare(&LossOf { rows, width, loss, form, has_classes, weighed, options }, 1e-5)?;
    }
}

#[test]
fn a_product_that_is_cut_along_its_sums_equals_the_cpu() {
    for (rows, inputs, units) in [(3, 2000, 5), (2000, 3, 5), (1, 1, 1), (65, 1025, 66)] {
        let activation = Activation::Gelu;
        compare(&Dense { rows, steps: 1, inputs, units, has_bias: true, activation }, 1e-5).unwrap();
    }
}

#[test]
fn a_number_that_is_no_token_is_refused_by_its_place() {
    struct Wrong;
    impl Case for Wrong {
        fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
            let x = Var::new(device, vec![0.0, 1.0, 2.0, 0.5].into(), 2, 2, false).unwrap();
            let error = D::embed(&mut Pass::training(device, 0), &x, &param(device, &[3, 2], 1)?)
                .and_then(|embedded| embedded.to_vec())
                .unwrap_err();
            assert!(error.to_string().starts_with("0.5 at step 1 of sample 1 "), "{error}");
            let table = param(device, &[3, 2], 1)?;
            let lookups = [Lookup { place: 1, table: &table }];
            let error = D::embed_columns(&mut Pass::training(device, 0), &x, &lookups)
                .and_then(|embedded| embedded.to_vec())
                .unwrap_err();
            assert!(error.to_string().starts_with("0.5 in feature 1 of sample 1 "), "{error}");
            Ok(Vec::new())
        }
    }
    compare(&Wrong, 0.0).unwrap();
}
