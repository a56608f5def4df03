//! Whole trainings on the double, with the losses of the CPU.

use dfdx::tensor::Cpu;
use trainyard::data::Targets;
use trainyard::nn::graph::{Pass, Var};
use trainyard::nn::model::Model;
use trainyard::nn::ops::Backend;
use trainyard::nn::optim::Optimizer;
use trainyard::preset::parse::parse;
use trainyard::preset::{Clip, DeviceChoice, Layer, Loss, LossOptions, library};
use trainyard::train::{self, Progress};
use trainyard::worker;

use super::double;
use super::ops::numbers;

/// Presets whose layers the GPU has.
const PRESETS: [&str; 9] = [
    "breast-cancer",
    "circles",
    "diabetes",
    "mnist-autoencoder",
    "mnist-mlp",
    "mnist-vae",
    "moons",
    "spirals",
    "xor",
];

/// The losses of the first steps of a preset on a device.
fn losses(name: &str, device: DeviceChoice, steps: usize) -> Vec<f64> {
    let library::Found { text, origin, .. } = library::find(name).unwrap();
    let experiment = worker::check(parse(&text, &origin).unwrap(), &origin, &text).unwrap();
    let mut training = train::prepare(&experiment, device).unwrap();
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

#[test]
fn presets_train_with_the_losses_of_the_cpu() {
    if double::gpu().is_none() {
        return;
    }
    for name in PRESETS {
        let (ours, theirs) = (losses(name, DeviceChoice::Cuda(0), 20), losses(name, DeviceChoice::Cpu, 20));
        assert_eq!(ours.len(), theirs.len());
        for (step, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
            let off = (ours - theirs).abs() / theirs.abs().max(1.0);
            assert!(off < 1e-3, "{name}, step {step}: {ours} is not {theirs}");
        }
    }
}

/// The bits of all weights after some steps of a network with dropout, the last of them on a smaller batch.
fn bits<D: Backend>(device: &D) -> Vec<u32> {
    let layers =
        "[Dense(units: 30, activation: gelu), Dropout(rate: 0.3), Dense(units: 5, activation: softmax)]";
    let layers: Vec<Layer> = ron::from_str(layers).unwrap();
    let loss = Loss::CategoricalCrossentropy;
    let mut model = Model::build(device, &layers, &[20], loss, 1).unwrap();
    let mut optimizer = Optimizer::new(&ron::from_str("Adam()").unwrap(), &Clip::default());
    for step in 0..24 {
        let rows = if step % 4 == 3 { 3 } else { 8 };
        let mut pass = Pass::training(device, step);
        let input = Var::new(device, numbers(rows * 20, step).into(), rows, 20, false).unwrap();
        let output = model.forward(&mut pass, input).unwrap();
        let targets = Targets::Classes((0..rows as u32).map(|row| row % 5).collect());
        let options = LossOptions::default();
        let loss = D::loss(&mut pass, &output, 5, &targets, loss, &options, model.form()).unwrap();
        let mut gradients = pass.backward(loss).unwrap();
        optimizer.step(&mut model, &mut gradients, 0.01).unwrap();
    }
    let mut bits = Vec::new();
    model.visit(&mut |_, param| bits.extend(param.to_vec().unwrap().iter().map(|x| x.to_bits())));
    bits
}

#[test]
fn recorded_and_launched_steps_give_the_same_bits() {
    let Some(recorded) = double::gpu() else { return };
    let launched = double::gpu().unwrap();
    launched.set_records(false);
    let ours = bits(&recorded);
    assert!(recorded.replays() > 3, "{} steps were repeated", recorded.replays());
    assert_eq!(launched.replays(), 0);
    assert!(ours == bits(&launched));
    assert_eq!(ours.len(), bits(&Cpu::default()).len());
}
