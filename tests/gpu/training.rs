//! Whole trainings on the double, with the losses of the CPU.

use trainyard::preset::parse::parse;
use trainyard::preset::{DeviceChoice, library};
use trainyard::train::{self, Progress};
use trainyard::worker;

use super::double;

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
    for name in ["mnist-mlp"] {
        let (ours, theirs) = (losses(name, DeviceChoice::Cuda(0), 20), losses(name, DeviceChoice::Cpu, 20));
        assert_eq!(ours.len(), theirs.len());
        for (step, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
            let off = (ours - theirs).abs() / theirs.abs().max(1.0);
            assert!(off < 1e-3, "{name}, step {step}: {ours} is not {theirs}");
        }
    }
}
