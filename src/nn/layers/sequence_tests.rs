//! The layers over sequences: gradients against central differences, the same bits on any number of threads, names and
//! initial values of weights.

use dfdx::tensor::Cpu;
use proptest::prelude::*;

use crate::nn::differences::{Case, numbers};
use crate::nn::graph::{Pass, Var};
use crate::nn::layers::view::ViewKind;
use crate::nn::model::Model;
use crate::preset::{self, Loss};

fn model(layers: &str, input: &[usize]) -> Model<Cpu> {
    let layers: Vec<preset::Layer> = ron::from_str(layers).unwrap();
    Model::build(&Cpu::default(), &layers, input, Loss::MeanSquaredError, 3).unwrap()
}

/// A recurrent layer in a preset's notation.
fn recurrent() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(vec!["SimpleRNN", "LSTM", "GRU"]);
    (kind, 1..9_usize, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(kind, units, return_sequences, go_backwards, is_bidirectional)| {
            let layer = format!(
                "{kind}(units: {units}, return_sequences: {return_sequences}, go_backwards: {go_backwards})"
            );
            if is_bidirectional { format!("Bidirectional({layer})") } else { layer }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn gradients_of_recurrent_layers_equal_central_differences(
        layer in recurrent(), rows in 1..4_usize, steps in 1..5_usize, features in 1..5_usize, seed in 0..100_u64,
    ) {
        Case::new(&format!("[{layer}]"), &[steps, features], rows, seed).check()?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn gradients_of_embeddings_and_normalization_equal_central_differences(
        rows in 1..5_usize, steps in 1..6_usize, width in 2..20_usize, tokens in 1..9_usize, seed in 0..100_u64,
    ) {
        let embedding = format!("Embedding(input_dim: {tokens}, output_dim: {width})");
        let layers = format!("[{embedding}, PositionEmbedding, LayerNormalization(epsilon: 0.1), GlobalAveragePooling1D]");
        Case::new(&layers, &[steps], rows, seed).of_tokens(tokens).check()?;
        let layers = "[PositionEmbedding, LayerNormalization(epsilon: 0.1), Dense(units: 2), GlobalAveragePooling1D]";
        Case::new(layers, &[steps, width], rows, seed).check()?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn gradients_of_attention_and_residual_blocks_equal_central_differences(
        rows in 1..4_usize, steps in 1..6_usize, width in 3..7_usize, heads in 1..4_usize, key in 1..4_usize,
        causal in any::<bool>(), seed in 0..100_u64,
    ) {
        let attention = format!("MultiHeadAttention(num_heads: {heads}, key_dim: {key}, causal: {causal})");
        Case::new(&format!("[{attention}]"), &[steps, width], rows, seed).check()?;
        let layers = format!("[Residual(layers: [Dense(units: 2, activation: tanh), Dense(units: {width}), {attention}])]");
        Case::new(&layers, &[steps, width], rows, seed).check()?;
    }
}

#[test]
fn attention_gives_the_same_bits_on_any_number_of_threads() {
    let layers = "[TransformerEncoder(num_heads: 3, key_dim: 5, ff_dim: 40, dropout: 0.2, causal: true)]";
    Case::check_threads(|| Case::new(layers, &[33, 18], 21, 2));
}

#[test]
fn a_causal_network_says_the_same_of_a_step_whatever_comes_after() {
    let layers = "[Embedding(input_dim: 9, output_dim: 8), PositionEmbedding, \
        TransformerEncoder(num_heads: 2, key_dim: 4, ff_dim: 16, causal: true), Dense(units: 9, activation: softmax)]";
    let mut model = model(layers, &[5]);
    let said = model.predict(vec![1.0, 2.0, 3.0, 4.0, 5.0].into(), 1).unwrap();
    let other = model.predict(vec![1.0, 2.0, 3.0, 8.0, 0.0].into(), 1).unwrap();
    assert_eq!(said[..27], other[..27]);
    assert_ne!(said[27..], other[27..]);
}

#[test]
fn activations_show_every_layer_the_states_and_the_attention() {
    let layers = "[Conv2D(filters: 2, kernel_size: 3, activation: relu), MaxPooling2D(), Reshape(target_shape: [3, 4]), \
        BatchNormalization(), Activation(relu), Residual(layers: [MultiHeadAttention(num_heads: 2, key_dim: 3)]), \
        Bidirectional(LSTM(units: 3, return_sequences: true)), GRU(units: 5), Dense(units: 4, activation: softmax)]";
    let layers: Vec<preset::Layer> = ron::from_str(layers).unwrap();
    let loss = Loss::CategoricalCrossentropy;
    let mut model: Model<Cpu> = Model::build(&Cpu::default(), &layers, &[8, 6, 1], loss, 3).unwrap();
    let input = numbers(2 * 48, 1);
    let views = model.activations(input.clone().into(), 2).unwrap();
    let seen: Vec<(&str, ViewKind, &[usize])> =
        views.iter().map(|view| (view.layer.as_str(), view.kind, &view.shape[..])).collect();
    use ViewKind::{Attention, Output, States};
    assert_eq!(
        seen,
        [
            ("conv2d", Output, &[6, 4, 2][..]),
            ("max_pooling2d", Output, &[3, 2, 2]),
            ("reshape", Output, &[3, 4]),
            ("batch_normalization", Output, &[3, 4]),
            ("activation", Output, &[3, 4]),
            ("residual/multi_head_attention", Attention, &[2, 3, 3]),
            ("residual/multi_head_attention", Output, &[3, 4]),
            ("residual", Output, &[3, 4]),
            ("bidirectional/forward_lstm", States, &[3, 3]),
            ("bidirectional/backward_lstm", States, &[3, 3]),
            ("bidirectional", Output, &[3, 6]),
            ("gru", States, &[3, 5]),
            ("gru", Output, &[5]),
            ("dense", Output, &[4]),
        ]
    );
    for view in &views {
        assert_eq!(view.values.len(), 2 * view.shape.iter().product::<usize>(), "{}", view.layer);
    }
    assert!(views[5].values.chunks(3).all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-6));
    let last_state: Vec<f32> = views[11].values.chunks(15).flat_map(|states| states[10..].to_vec()).collect();
    assert_eq!(last_state, views[12].values);
    // The maximum of each window of the convolution's view is what the pooling's view shows.
    let (maps, pooled) = (&views[0].values, &views[1].values);
    let top = |y: usize, x: usize| maps[(y * 4 + x) * 2].max(maps[(y * 4 + x + 1) * 2]);
    assert_eq!(pooled[0], top(0, 0).max(top(1, 0)));
    assert_eq!(views.last().unwrap().values, model.predict(input.into(), 2).unwrap());
}

#[test]
fn embeddings_and_normalization_give_the_same_bits_on_any_number_of_threads() {
    let layers = "[Embedding(input_dim: 900, output_dim: 50), PositionEmbedding, LayerNormalization()]";
    Case::check_threads(|| Case::new(layers, &[31], 40, 2).of_tokens(900));
}

#[test]
fn recurrent_layers_give_the_same_bits_on_any_number_of_threads() {
    for layers in [
        "[SimpleRNN(units: 33, return_sequences: true), Bidirectional(GRU(units: 19, return_sequences: true)), LSTM(units: 7)]",
        "[Bidirectional(LSTM(units: 40)), Dense(units: 3)]",
    ] {
        Case::check_threads(|| Case::new(layers, &[6, 5], 37, 1));
    }
}

#[test]
fn recurrent_weights_are_called_and_start_as_in_keras() {
    let model = model(
        "[LSTM(units: 5, return_sequences: true), LSTM(units: 4), Reshape(target_shape: [2, 2]), Bidirectional(GRU(units: 3))]",
        &[4, 2],
    );
    let mut weights = Vec::new();
    model.visit(&mut |path, param| weights.push((path, param.shape.clone(), param.values.to_vec())));
    let names: Vec<&str> = weights.iter().map(|(path, ..)| path.as_str()).collect();
    assert_eq!(
        names,
        [
            "lstm/kernel",
            "lstm/recurrent_kernel",
            "lstm/bias",
            "lstm_1/kernel",
            "lstm_1/recurrent_kernel",
            "lstm_1/bias",
            "bidirectional/forward_gru/kernel",
            "bidirectional/forward_gru/recurrent_kernel",
            "bidirectional/forward_gru/bias",
            "bidirectional/backward_gru/kernel",
            "bidirectional/backward_gru/recurrent_kernel",
            "bidirectional/backward_gru/bias",
        ]
    );
    let (_, shape, recurrent) = &weights[1];
    assert_eq!(shape, &[5, 20]);
    for a in 0..5 {
        for b in 0..5 {
            let dot: f32 = (0..20).map(|j| recurrent[a * 20 + j] * recurrent[b * 20 + j]).sum();
            assert!((dot - f32::from(u8::from(a == b))).abs() < 1e-5, "rows {a} and {b}: {dot}");
        }
    }
    assert_eq!(weights[2].2, [[0.0; 5], [1.0; 5], [0.0; 5], [0.0; 5]].concat());
    assert_eq!(weights[8].1, [2, 9]);
    assert_ne!(weights[6].2, weights[9].2, "the two directions start alike");
}

#[test]
fn a_stateful_layer_goes_on_where_the_last_batch_ended_until_it_is_reset() {
    let run = |model: &mut Model<Cpu>, input: &[f32]| {
        let device = Cpu::default();
        let mut pass = Pass::training(&device, 1);
        let input = Var::new(&device, input.to_vec().into(), 2, input.len() / 2, false).unwrap();
        model.forward(&mut pass, input).unwrap().values.to_vec()
    };
    // Two sequences of six steps, and their halves.
    let long = numbers(24, 9);
    let half = |at: usize| [&long[at..at + 6], &long[12 + at..18 + at]].concat();
    let mut whole = model("[LSTM(units: 3)]", &[6, 2]);
    let mut parts = model("[LSTM(units: 3, stateful: true)]", &[3, 2]);
    let expected = run(&mut whole, &long);
    let first = run(&mut parts, &half(0));
    // An inference pass in between has a carried state of its own.
    parts.predict(half(6).into(), 2).unwrap();
    let second = run(&mut parts, &half(6));
    assert!(second.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-6), "{second:?} {expected:?}");
    assert_ne!(run(&mut parts, &half(0)), first);
    parts.reset_state();
    assert_eq!(run(&mut parts, &half(0)), first);
}

#[test]
fn the_state_of_both_directions_goes_through_a_checkpoint() {
    let layers = "[Bidirectional(LSTM(units: 3, stateful: true))]";
    let input = numbers(12, 4);
    let run = |model: &mut Model<Cpu>| {
        let device = Cpu::default();
        let input = Var::new(&device, input.clone().into(), 2, 6, false).unwrap();
        model.forward(&mut Pass::training(&device, 1), input).unwrap().values.to_vec()
    };
    let (mut first, mut second) = (model(layers, &[3, 2]), model(layers, &[3, 2]));
    let fresh = run(&mut first);
    let mut saved = std::collections::BTreeMap::new();
    first
        .visit_carried(&mut |path, numbers| {
            saved.insert(path, numbers.to_vec());
        })
        .unwrap();
    assert_eq!(saved.len(), 4);
    second.restore_carried(&mut |path| saved.get(path).cloned()).unwrap();
    let after = run(&mut second);
    assert_ne!(after, fresh);
    assert_eq!(after, run(&mut first));
}

#[test]
fn truncation_reaches_the_recurrent_layers_inside_others() {
    let layers = "[Bidirectional(SimpleRNN(units: 3)), Dense(units: 2)]";
    let whole = Case::new(layers, &[6, 2], 2, 4).gradients();
    let cut = Case::new(layers, &[6, 2], 2, 4).truncated(3).gradients();
    let (input, cut_input) = (&whole[0].1, &cut[0].1);
    assert!(input.iter().all(|&d| d != 0.0));
    // Each direction's last state is cut off from its first three steps, so every step gets a gradient from one
    // direction only.
    assert!(input.iter().zip(cut_input).all(|(a, b)| a != b && *b != 0.0));
    let (dense, dense_cut) = (&whole.last().unwrap().1, &cut.last().unwrap().1);
    assert_eq!(dense, dense_cut);
}
