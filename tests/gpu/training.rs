//! Whole trainings on the double, with the losses of the CPU.

use dfdx::tensor::Cpu;
use trainyard::data::Targets;
use trainyard::nn::cases::numbers;
use trainyard::nn::graph::{Pass, Var};
use trainyard::nn::model::Model;
use trainyard::nn::ops::Backend;
use trainyard::nn::optim::Optimizer;
use trainyard::preset::parse::parse;
use trainyard::preset::{Clip, DeviceChoice, Layer, Loss, LossOptions, library};
use trainyard::train::{self, Progress};
use trainyard::worker;

use super::double;

/// The losses of the first steps of a preset on a device.
fn losses(name: &str, device: DeviceChoice, steps: usize) -> Vec<f64> {
    let library::Found { text, origin, .. } = library::find(name).unwrap();
    let experiment = worker::check(parse(&text, &origin).unwrap(), &origin, &text).unwrap();
    let mut training = train::prepare(&experiment, device).unwrap().training;
    let mut losses = Vec::new();
    while losses.len() < steps {
        match training.advance().unwrap() {
            Progress::Stepped(report) => losses.push(report.scores.loss),
            Progress::Done(_) => break,
            Progress::Validating | Progress::EpochEnded(_) | Progress::Noted(_) => {}
        }
    }
    losses
}

/// Trains a preset on both devices and compares the losses of the first steps.
fn compare(name: &str, steps: usize) {
    if double::gpu().is_none() {
        return;
    }
    let (ours, theirs) = (losses(name, DeviceChoice::Cuda(0), steps), losses(name, DeviceChoice::Cpu, steps));
    assert_eq!(ours.len(), theirs.len());
    for (step, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        let off = (ours - theirs).abs() / theirs.abs().max(1.0);
        assert!(off < 1e-3, "{name}, step {step}: {ours} is not {theirs}");
    }
}

macro_rules! presets {
    ($($test:ident = $name:literal, $steps:literal;)*) => {$(
        #[test]
        fn $test() {
            compare($name, $steps);
        }
    )*};
}

// The presets, each with the number of its steps: fewer where the double takes long for one.
presets! {
    breast_cancer_trains_as_on_the_cpu = "breast-cancer", 20;
    circles_trains_as_on_the_cpu = "circles", 20;
    diabetes_trains_as_on_the_cpu = "diabetes", 20;
    mnist_autoencoder_trains_as_on_the_cpu = "mnist-autoencoder", 20;
    mnist_cnn_trains_as_on_the_cpu = "mnist-cnn", 20;
    mnist_dbn_trains_as_on_the_cpu = "mnist-dbn", 20;
    mnist_dcgan_trains_as_on_the_cpu = "mnist-dcgan", 3;
    mnist_gan_trains_as_on_the_cpu = "mnist-gan", 20;
    mnist_lenet_trains_as_on_the_cpu = "mnist-lenet", 10;
    mnist_mlp_trains_as_on_the_cpu = "mnist-mlp", 20;
    mnist_rows_lstm_trains_as_on_the_cpu = "mnist-rows-lstm", 10;
    mnist_rows_rnn_trains_as_on_the_cpu = "mnist-rows-rnn", 20;
    mnist_transformer_trains_as_on_the_cpu = "mnist-transformer", 5;
    mnist_vae_trains_as_on_the_cpu = "mnist-vae", 20;
    moons_trains_as_on_the_cpu = "moons", 20;
    neuron_trains_as_on_the_cpu = "neuron", 20;
    shakespeare_char_trains_as_on_the_cpu = "shakespeare-char", 2;
    sp500_forecast_trains_as_on_the_cpu = "sp500-forecast", 10;
    spirals_trains_as_on_the_cpu = "spirals", 20;
    spoken_digits_trains_as_on_the_cpu = "spoken-digits", 5;
    word_language_trains_as_on_the_cpu = "word-language", 3;
    xor_trains_as_on_the_cpu = "xor", 20;
}

/// Networks of every family of layers, with the shape of their inputs. All end with 5 classes.
const NETWORKS: [(&str, &[usize]); 6] = [
    ("[Dense(units: 30, activation: gelu), Dropout(rate: 0.3), Dense(units: 5, activation: softmax)]", &[20]),
    (
        "[Conv2D(filters: 6, kernel_size: 3, activation: relu), MaxPooling2D(), BatchNormalization(), Activation(silu),
          Conv2D(filters: 4, kernel_size: 2, strides: 2, activation: gelu), GroupNormalization(groups: 2), Flatten,
          Dense(units: 5, activation: softmax)]",
        &[10, 9, 2],
    ),
    (
        "[LSTM(units: 7, return_sequences: true, stateful: true), GRU(units: 6, return_sequences: true),
          Bidirectional(SimpleRNN(units: 5)), Dense(units: 5, activation: softmax)]",
        &[6, 3],
    ),
    (
        "[Residual(layers: [LayerNormalization(), MultiHeadAttention(num_heads: 2, key_dim: 3, causal: true)]), Flatten,
          Dense(units: 5, activation: softmax)]",
        &[6, 4],
    ),
    (
        "[Branches(merge: concatenate, branches: [[Conv2D(filters: 3, kernel_size: 3, padding: same)], [],
          [Branches(merge: multiply, branches: [[Activation(sigmoid)], [], []])],
          [Branches(merge: average, branches: [[Conv2D(filters: 2, kernel_size: 1)], []])]]), Flatten,
          Branches(merge: dot, branches: [[Dense(units: 7)], [Dense(units: 7)]]), Dense(units: 5, activation: softmax)]",
        &[4, 5, 2],
    ),
    (
        "[ZeroPadding2D(padding: 2), SeparableConv2D(filters: 9, kernel_size: 3, depth_multiplier: 2), GaussianNoise(stddev: 0.1),
          LeakyReLU(negative_slope: 0.1), SpatialDropout2D(rate: 0.2), Cropping2D(cropping: 1), Dropout(rate: 0.1),
          DepthwiseConv2D(kernel_size: 3, strides: 2, activation: silu), PReLU(shared_axes: [1, 2]), RMSNormalization(),
          GlobalMaxPooling2D, RepeatVector(n: 4), SpatialDropout1D(rate: 0.3), Dense(units: 6), GlobalMaxPooling1D,
          Dense(units: 5, activation: softmax)]",
        &[9, 8, 3],
    ),
];

/// The bits of all weights after some steps of a network, the last of them on a smaller batch.
fn bits<D: Backend>(device: &D, (layers, shape): (&str, &[usize])) -> Vec<u32> {
    let layers: Vec<Layer> = ron::from_str(layers).unwrap();
    let columns: usize = shape.iter().product();
    let loss = Loss::CategoricalCrossentropy;
    let mut model = Model::build(device, &layers, shape, loss, 1).unwrap();
    let mut optimizer = Optimizer::new(&ron::from_str("Adam()").unwrap(), &Clip::default());
    for step in 0..24 {
        let rows = if step % 4 == 3 { 3 } else { 8 };
        let mut pass = Pass::training(device, step);
        let input = Var::new(device, numbers(rows * columns, step).into(), rows, columns, false).unwrap();
        let output = model.forward(&mut pass, input).unwrap();
        let targets = Targets::Classes((0..rows as u32).map(|row| row % 5).collect());
        let options = LossOptions::default();
        let loss = D::loss(&mut pass, &output, 5, &targets, &[], loss, &options, model.form()).unwrap();
        let value = loss.value.clone();
        let mut gradients = pass.backward(loss).unwrap();
        optimizer.step_if_finite(&mut model, &mut gradients, 0.01, &[&value]).unwrap();
        assert!(value.read().unwrap().is_finite());
    }
    weights(&model).iter().map(|x| x.to_bits()).collect()
}

fn weights<D: Backend>(model: &Model<D>) -> Vec<f32> {
    let mut weights = Vec::new();
    model.visit(&mut |_, param| weights.extend(param.to_vec().unwrap()));
    weights
}

#[test]
fn recorded_and_launched_steps_give_the_same_bits() {
    for network in NETWORKS {
        let Some(recorded) = double::gpu() else { return };
        let launched = double::gpu().unwrap();
        launched.set_records(false);
        let ours = bits(&recorded, network);
        // Once memory has settled, a step of each batch size is done, recorded, and then repeated.
        assert!(recorded.replays() >= 10, "{} steps of {} were repeated", recorded.replays(), network.0);
        assert_eq!(launched.replays(), 0);
        assert!(ours == bits(&launched, network), "{}", network.0);
        assert_eq!(ours.len(), bits(&Cpu::default(), network).len());
    }
}

/// Learns from a batch, of which one number may be no number, in steps that are recorded; returns the losses, and after each
/// step the weights, the moments and the count of updates.
fn learned<D: Backend>(device: &D, broken: u64) -> Vec<(f64, Vec<f32>, u64)> {
    let layers: Vec<Layer> = ron::from_str("[Dense(units: 6, activation: tanh), Dense(units: 2)]").unwrap();
    let mut model = Model::build(device, &layers, &[3], Loss::MeanSquaredError, 1).unwrap();
    let mut optimizer = Optimizer::new(&ron::from_str("Adam()").unwrap(), &Clip::default());
    let mut all = Vec::new();
    for step in 0..8 {
        let mut inputs = numbers(12, step);
        if step == broken {
            inputs[5] = f32::NAN;
        }
        let mut pass = Pass::training(device, step);
        let input = Var::new(device, inputs.into(), 4, 3, false).unwrap();
        let output = model.forward(&mut pass, input).unwrap();
        let (targets, options) = (Targets::Values(numbers(8, 9)), LossOptions::default());
        let loss =
            D::loss(&mut pass, &output, 2, &targets, &[], Loss::MeanSquaredError, &options, model.form())
                .unwrap();
        let value = loss.value.clone();
        let mut gradients = pass.backward(loss).unwrap();
        optimizer.step_if_finite(&mut model, &mut gradients, 0.01, &[&value]).unwrap();
        let memory = optimizer.memory().unwrap();
        let mut numbers = weights(&model);
        numbers.extend(memory.moments.into_iter().flat_map(|(_, moment)| moment));
        all.push((value.read().unwrap(), numbers, memory.steps));
    }
    all
}

#[test]
fn nothing_is_learned_from_a_loss_that_is_not_finite() {
    let Some(gpu) = double::gpu() else { return };
    for broken in [0, 1, 5] {
        let (ours, theirs) = (learned(&gpu, broken), learned(&Cpu::default(), broken));
        for (step, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
            assert_eq!((ours.0.is_nan(), ours.2), (theirs.0.is_nan(), theirs.2), "step {step}");
            assert_eq!(ours.0.is_nan(), step as u64 == broken);
            // The first update makes the moments, with zeros in them where it learns nothing.
            let (ours, theirs) = (&ours.1, &theirs.1);
            let pairs = ours[..theirs.len()].iter().zip(theirs);
            assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-4), "step {step}");
        }
        if broken > 0 {
            assert!(ours[broken as usize].1 == ours[broken as usize - 1].1, "frozen");
        }
    }
}
