//! The layers over sequences: gradients by differences, bits by threads, names and starts of weights.

use dfdx::tensor::Cpu;
use proptest::prelude::*;

use crate::nn::differences::{Case, numbers};
use crate::nn::graph::{Pass, Var};
use crate::nn::model::{CpuModel, Model};
use crate::preset::{self, Loss};

fn model(layers: &str, input: &[usize]) -> CpuModel {
    let layers: Vec<preset::Layer> = ron::from_str(layers).unwrap();
    Model::build(&Cpu::default(), &layers, input, Loss::MeanSquaredError, 3).unwrap()
}

/// A recurrent layer in a preset's words.
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
    model.visit(&mut |path, param| weights.push((path, param.shape.clone(), param.to_vec())));
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
    let run = |model: &mut CpuModel, input: &[f32]| {
        let device = Cpu::default();
        let mut pass = Pass::training(&device, 1);
        let input = Var::new(&device, input.to_vec().into(), 2, input.len() / 2, false).unwrap();
        model.forward(&mut pass, input).unwrap().to_vec()
    };
    // Two sequences of six steps, and their halves.
    let long = numbers(24, 9);
    let half = |at: usize| [&long[at..at + 6], &long[12 + at..18 + at]].concat();
    let mut whole = model("[LSTM(units: 3)]", &[6, 2]);
    let mut parts = model("[LSTM(units: 3, stateful: true)]", &[3, 2]);
    let expected = run(&mut whole, &long);
    let first = run(&mut parts, &half(0));
    // An inference pass in between keeps a state of its own.
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
    let run = |model: &mut CpuModel| {
        let device = Cpu::default();
        let input = Var::new(&device, input.clone().into(), 2, 6, false).unwrap();
        model.forward(&mut Pass::training(&device, 1), input).unwrap().to_vec()
    };
    let (mut first, mut second) = (model(layers, &[3, 2]), model(layers, &[3, 2]));
    let fresh = run(&mut first);
    let mut saved = std::collections::BTreeMap::new();
    first.visit_kept(&mut |path, numbers| {
        saved.insert(path, numbers.to_vec());
    });
    assert_eq!(saved.len(), 4);
    second.restore_kept(&mut |path| saved.get(path).cloned());
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
    // Each direction's last state is cut off from its first three steps, so every step hears from one direction only.
    assert!(input.iter().zip(cut_input).all(|(a, b)| a != b && *b != 0.0));
    let (dense, dense_cut) = (&whole.last().unwrap().1, &cut.last().unwrap().1);
    assert_eq!(dense, dense_cut);
}
