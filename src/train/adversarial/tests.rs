use dfdx::tensor::Cpu;

use super::*;
use crate::data;
use crate::preset::Networks;
use crate::train::witness::{Witness, assert_resumes, assert_same_on_any_threads, draw_all};

fn prepare(preset: &Preset) -> Result<TrainingLoop<Adversaries<Cpu>>, Error> {
    let experiment = preset.clone().on_built_in_data();
    let Networks::Adversarial(networks) = &experiment.networks else { panic!("they are adversaries") };
    super::prepare(
        preset,
        networks,
        data::open(&preset.data, &preset.reading(), preset.seed)?,
        &Cpu::default(),
    )
}

fn preset(steps: u32, epochs: u32) -> Preset {
    let text = format!(
        r#"(name: "small", title: "", data: (source: mnist, train_samples: Some(1000), validation: 0.01),
            layers: [Dense(units: 32), BatchNormalization(), Activation(relu), Dense(units: 784, activation: sigmoid)],
            loss: binary_crossentropy, optimizer: Adam(learning_rate: 0.001, beta_1: 0.5),
            train: (epochs: {epochs}, batch_size: 100),
            procedure: adversarial(latent: 8, label_smoothing: 0.1, discriminator_steps: {steps},
                discriminator_optimizer: Some(Adam(learning_rate: 0.0005, beta_1: 0.5)),
                discriminator: [Flatten, Dense(units: 32, activation: leaky_relu), Dropout(rate: 0.2),
                                Dense(units: 1, activation: sigmoid)]))"#
    );
    ron::from_str(&text).unwrap()
}

#[test]
fn each_learns_only_in_its_own_turn() {
    let mut training = prepare(&preset(1, 1)).unwrap();
    let numbers = |parts: &Adversaries<Cpu>, which: usize| {
        let mut all = Vec::new();
        parts.networks[which].model.visit(&mut |_, param| {
            if param.trainable {
                all.extend(param.values.iter().copied());
            }
        });
        all
    };
    let parts = &mut training.procedure;
    let mut batch = Batch { inputs: vec![0.5; 784 * 10], rows: 10, ..Batch::default() };
    // With a learning rate of zero for one network, only the other one changes.
    let (generator, discriminator) = (numbers(parts, 0), numbers(parts, 1));
    parts.rate_share = 0.0;
    parts.step(&mut batch, StepContext { step: 0, seed: 1, learning_rate: 0.01 }).unwrap();
    assert!(numbers(parts, 1) == discriminator && numbers(parts, 0) != generator);
    let generator = numbers(parts, 0);
    parts.rate_share = 1e300;
    parts.step(&mut batch, StepContext { step: 1, seed: 2, learning_rate: 1e-302 }).unwrap();
    assert!(numbers(parts, 0) == generator && numbers(parts, 1) != discriminator);
}

#[test]
fn scores_are_those_of_the_game() {
    let mut training = prepare(&preset(2, 3)).unwrap();
    let mut heard = Witness::default();
    heard.drive(&mut training).unwrap();
    let metrics = heard.epochs[2].training.metrics;
    let get = |metric| metrics.get(metric).unwrap();
    // The discriminator tells noise from digits after a few steps.
    assert!(get(Metric::ScoreReal) > 0.6 && get(Metric::ScoreGenerated) < 0.4, "{metrics:?}");
    let sum = get(Metric::GeneratorLoss) + get(Metric::DiscriminatorLoss);
    assert!((heard.epochs[2].training.loss - sum).abs() < 1e-9);
    let held_out = heard.epochs[2].validation.unwrap().metrics;
    // -ln D(G(z)) is at least -ln of the mean of D(G(z)).
    let bound = -held_out.get(Metric::ScoreGenerated).unwrap().ln();
    assert!(held_out.get(Metric::GeneratorLoss).unwrap() >= bound - 1e-6);
    assert_eq!(draw_all(&mut training), ["samples", "latent-walk"]);
}

#[test]
fn a_training_that_goes_on_from_a_snapshot_equals_one_that_never_stopped() {
    assert_resumes(&preset(2, 2), &[0, 3, 10, 14]);
}

#[test]
fn the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
    assert_same_on_any_threads(&preset(1, 1));
}
