use dfdx::tensor::Cpu;

use super::*;
use crate::data;
use crate::preset::Networks;
use crate::train::training::Training;
use crate::train::witness::{assert_resumes, assert_same_on_any_threads, draw_all};

fn prepare(preset: &Preset, device: &Cpu) -> Result<TrainingLoop<Autoencoder<Cpu>>, Error> {
    let experiment = preset.clone().on_built_in_data();
    let splits = data::open(&preset.data, &preset.reading(), preset.seed)?;
    match &experiment.networks {
        Networks::Autoencoder(networks) => super::plain(preset, networks, splits, device),
        Networks::Variational(networks) => super::variational(preset, networks, splits, device),
        other => panic!("{other:?}"),
    }
}

fn preset(code: usize, loss: &str, procedure: &str, epochs: u32) -> Preset {
    let text = format!(
        r#"(name: "small", title: "", data: (source: mnist, train_samples: Some(2000)),
            layers: [Flatten, Dense(units: 64, activation: relu), Dense(units: {code})],
            loss: {loss}, optimizer: Adam(learning_rate: 0.003), train: (epochs: {epochs}, batch_size: 100),
            procedure: {procedure})"#
    );
    ron::from_str(&text).unwrap()
}

const DECODER: &str = "decoder: [Dense(units: 64, activation: relu), Dense(units: 784, activation: sigmoid)]";

fn plain(epochs: u32) -> Preset {
    preset(16, "mean_squared_error", &format!("autoencoder({DECODER}, noise: 0.2)"), epochs)
}

fn variational(epochs: u32) -> Preset {
    preset(4, "binary_crossentropy", &format!("variational({DECODER})"), epochs)
}

#[test]
fn both_kinds_learn_to_rebuild_digits() {
    for (preset, worst) in [(plain(10), 0.035), (variational(10), 0.06)] {
        let mut training = prepare(&preset, &Cpu::default()).unwrap();
        training.run().unwrap();
        let scores = training.evaluate_test().unwrap();
        // The mean of all digits has an error of 0.067.
        let error = scores.metrics.get(Metric::ReconstructionError).unwrap();
        assert!(error < worst, "{error}");
        if let Some(divergence) = scores.metrics.get(Metric::KlDivergence) {
            // The loss is in nats per image: that of the pixels plus the divergence.
            assert!(divergence > 0.5 && scores.loss > 100.0 && scores.loss < 260.0, "{scores:?}");
        } else {
            assert!((scores.loss - error).abs() < 1e-5, "{scores:?}");
        }
        assert_eq!(draw_all(&mut training), ["reconstructions", "codes", "code-plane", "anatomy"]);
    }
}

#[test]
fn a_training_that_goes_on_from_a_snapshot_equals_one_that_never_stopped() {
    assert_resumes(&plain(2), &[5, 20, 31]);
    let mut watched = variational(3);
    watched.train.early_stopping = Some(ron::from_str("(patience: 1)").unwrap());
    assert_resumes(&watched, &[0, 25, 40]);
}

#[test]
fn the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
    assert_same_on_any_threads(&variational(1));
}
