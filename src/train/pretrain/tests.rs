use dfdx::tensor::Cpu;

use super::*;
use crate::data;
use crate::preset::Networks;
use crate::train::Outcome;
use crate::train::metrics::Metric;
use crate::train::witness::{Witness, assert_resumes, assert_same_on_any_threads, draw_all};

fn prepare(preset: &Preset) -> Result<Pretraining<Cpu>, Error> {
    let experiment = preset.clone().on_built_in_data();
    let Networks::Pretraining(options) = &experiment.networks else { panic!("it is pretrained") };
    let splits = data::open(&preset.data, &preset.reading(), preset.seed)?;
    super::prepare(preset, options, splits.clone(), splits, &Cpu::default())
}

fn preset(method: &str, epochs: u32) -> Preset {
    let text = format!(
        r#"(name: "small", title: "", data: (source: mnist, train_samples: Some(1000)),
            layers: [Flatten, Dense(units: 64, activation: sigmoid), Dropout(rate: 0.1),
                     Dense(units: 32, activation: sigmoid), Dense(units: 10, activation: softmax)],
            loss: categorical_crossentropy, optimizer: Adam(learning_rate: 0.003),
            train: (epochs: {epochs}, batch_size: 50),
            procedure: pretraining(method: {method}, epochs: 2, unlabelled: false))"#
    );
    ron::from_str(&text).unwrap()
}

#[test]
fn layers_learn_in_turn_and_steps_and_epochs_count_on_through_the_second_phase() {
    let mut training = prepare(&preset("rbm()", 2)).unwrap();
    let mut heard = Witness::default();
    assert_eq!(heard.drive(&mut training).unwrap(), Outcome::Completed);
    assert_eq!(heard.lines.len(), 3, "{:?}", heard.lines);
    assert!(heard.lines[1].contains("dense_1, layer 2 of 2: a Boltzmann machine of 64 and 32 units"));
    let epochs: Vec<u32> = heard.epochs.iter().map(|epoch| epoch.epoch).collect();
    assert_eq!((epochs, training.epochs()), ((1..=6).collect(), 6));
    // 10 steps of 100 samples in each of 4 epochs, then 20 of 50 in each of 2.
    assert_eq!((heard.steps, training.steps()), ((1..=80).collect(), 80));
    let [first, second, .., tuned, last] = &heard.epochs[..] else { panic!("six epochs") };
    assert!(second.training.loss < first.training.loss);
    let held_out = first.validation.unwrap().metrics;
    assert!(
        held_out.get(Metric::FreeEnergyHeldOut).is_some() && held_out.get(Metric::PseudoLikelihood).is_some()
    );
    assert!(last.training.loss < tuned.training.loss && last.validation.unwrap().accuracy.is_some());
}

#[test]
fn the_network_starts_from_what_the_layers_learned() {
    for method in ["rbm()", "autoencoder()"] {
        let mut training = prepare(&preset(method, 1)).unwrap();
        assert_eq!(Witness::stopping_at(40).drive(&mut training).unwrap(), Outcome::Stopped);
        for hidden in &training.stack.hidden {
            let [kernel, bias] = hidden.learner.weights().unwrap();
            let mut found = 0;
            for tensor in training.weights().unwrap() {
                if tensor.name == format!("{}/kernel", hidden.name) {
                    assert!(tensor.values == kernel);
                    found += 1;
                } else if tensor.name == format!("{}/bias", hidden.name) {
                    assert!(tensor.values == bias);
                    found += 1;
                }
            }
            assert_eq!(found, 2, "{method}");
        }
    }
}

#[test]
fn a_training_that_goes_on_from_a_snapshot_of_either_phase_equals_one_that_never_stopped() {
    assert_resumes(&preset("rbm(persistent: true)", 1), &[7, 20, 33, 47]);
    assert_resumes(&preset("autoencoder()", 1), &[7, 33, 47]);
}

#[test]
fn the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
    assert_same_on_any_threads(&preset("rbm(gibbs_steps: 2)", 1));
}

#[test]
fn every_figure_can_be_drawn_at_any_time() {
    let mut training = prepare(&preset("rbm()", 1)).unwrap();
    for stop_at in [Some(0), Some(25), None] {
        Witness { stop_at, ..Witness::default() }.drive(&mut training).unwrap();
        assert_eq!(draw_all(&mut training)[..3], ["filters", "reconstructions", "gibbs-chains"]);
    }
}
