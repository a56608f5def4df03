//! A training that fails in each way is found out, and none of the built-in presets is accused of anything.

use super::{Diagnostics, Finding};
use crate::data;
use crate::preset::{DeviceChoice, Preset, library, parse};
use crate::train::{self, EpochReport, Progress, Scores, StepTime, Training};

/// Trains for so many steps at most, measures every fifth step, and gives what was found.
fn found_in(mut training: Box<dyn Training>, steps: u64) -> Vec<Finding> {
    let mut diagnostics = Diagnostics::default();
    let mut found = diagnostics.begin(&*training);
    while training.step() < steps {
        let is_measured = training.step() % 5 == 4;
        if is_measured {
            training.watch_next_step(false);
        }
        match training.advance() {
            Ok(Progress::Stepped(step)) if is_measured => {
                let probe = training.probe(true).unwrap();
                found.extend(probe.into_iter().flat_map(|probe| diagnostics.on_probe(&probe, &step)));
            }
            Ok(Progress::EpochEnded(epoch)) => found.extend(diagnostics.on_epoch(&epoch)),
            Ok(Progress::Stepped(_) | Progress::Validating | Progress::Noted(_)) => {}
            // A loss that is not finite ends a training with an error of its own.
            Ok(Progress::Done(_)) | Err(_) => break,
        }
    }
    found
}

fn found(preset: &str) -> Vec<Finding> {
    let preset = parse::parse(preset, "x").unwrap();
    let offers = data::offers(&preset.data.source).unwrap();
    let experiment = preset.fit(&offers).unwrap_or_else(|problem| panic!("{problem}"));
    found_in(train::prepare(&experiment, DeviceChoice::Cpu).unwrap().training, 5000)
}

/// Trains these layers on Iris, whose classes are told apart by a few hidden units.
fn on_iris(layers: &str, optimizer: &str, epochs: u32) -> Vec<Finding> {
    found(&format!(
        r#"(name: "x", title: "", data: (source: iris, validation: 0.1),
            layers: [{layers} Dense(units: 3, activation: softmax)],
            loss: categorical_crossentropy, optimizer: {optimizer}, train: (epochs: {epochs}, batch_size: 40))"#
    ))
}

fn names(found: &[Finding]) -> Vec<&'static str> {
    found.iter().map(Finding::name).collect()
}

macro_rules! assert_found {
    ($found:expr, $name:literal) => {
        let found = $found;
        assert!(names(&found).contains(&$name), "{found:?}");
    };
}

#[test]
fn dead_relus() {
    let thrown = r#"(name: "x", title: "", data: (source: diabetes), layers: [Dense(units: 32, activation: relu), Dense(units: 1)],
        loss: mean_squared_error, optimizer: SGD(learning_rate: 100.0), train: (epochs: 10, batch_size: 32, clip: (norm: 1.0)))"#;
    assert_found!(found(thrown), "dead_relus");
}

#[test]
fn vanishing_gradients() {
    let deep = "Dense(units: 8, activation: sigmoid),".repeat(12);
    assert_found!(on_iris(&deep, "SGD(learning_rate: 0.1)", 20), "vanishing_gradients");
}

#[test]
fn exploding_gradients() {
    let steep = r#"(name: "x", title: "", data: (source: diabetes), layers: [Dense(units: 1)],
        loss: mean_squared_error, optimizer: SGD(learning_rate: 0.4), train: (epochs: 40, batch_size: 32))"#;
    assert_found!(found(steep), "exploding_gradients");
}

#[test]
fn saturated_gates() {
    let rate = "SGD(learning_rate: 300.0)";
    assert_found!(on_iris("Dense(units: 32, activation: tanh),", rate, 20), "saturated_gates");
    let rows = "Reshape(target_shape: [4, 1]), SimpleRNN(units: 8),";
    assert_found!(on_iris(rows, "SGD(learning_rate: 3000.0)", 60), "saturated_gates");
}

#[test]
fn overfitting() {
    let few = r#"(name: "x", title: "", data: (source: diabetes, validation: 0.3, train_samples: 40),
        layers: [Dense(units: 128, activation: relu), Dense(units: 128, activation: relu), Dense(units: 1)],
        loss: mean_squared_error, optimizer: Adam(learning_rate: 0.003), train: (epochs: 100, batch_size: 20))"#;
    assert_found!(found(few), "overfitting");
}

#[test]
fn underfitting() {
    let linear = r#"(name: "x", title: "", data: (source: logic(), labels: binary), layers: [Dense(units: 1, activation: sigmoid)],
        loss: binary_crossentropy, optimizer: Adam(learning_rate: 0.01), train: (epochs: 8, batch_size: 20))"#;
    assert_found!(found(linear), "underfitting");
}

#[test]
fn a_rate_that_is_too_high_or_too_low_and_a_plateau() {
    let hidden = "Dense(units: 16, activation: tanh),";
    assert_found!(on_iris(hidden, "Adam(learning_rate: 20.0)", 30), "rate_too_high");
    assert_found!(on_iris(hidden, "SGD(learning_rate: 1e-9)", 12), "rate_too_low");
    assert_found!(on_iris(hidden, "SGD(learning_rate: 1e-9)", 12), "plateau");
}

/// The loss falls in every one of these epochs, but by little of what is left.
#[test]
fn a_rate_far_too_low_is_found_although_the_loss_falls() {
    for name in ["moons", "xor", "diabetes", "mnist-mlp", "word-language", "mnist-autoencoder"] {
        let mut preset = parse::parse(&library::find(name).unwrap().text, name).unwrap();
        preset.optimizer.set_learning_rate(1e-6);
        preset.train.epochs = 6;
        preset.data.train_samples = Some(400);
        let training = train::prepare(&preset.on_built_in_data(), DeviceChoice::Cpu).unwrap().training;
        let found = found_in(training, 5000);
        assert!(names(&found).contains(&"rate_too_low"), "{name}: {found:?}");
    }
}

/// Full batches of a line through noise: gradients and steps vanish at its best, where most of the loss is left.
#[test]
fn what_has_learned_all_it_can_is_not_told_to_have_a_low_rate() {
    let line = r#"(name: "x", title: "", data: (source: diabetes), layers: [Dense(units: 1)],
        loss: mean_squared_error, optimizer: SGD(learning_rate: 0.1), train: (epochs: 2000, batch_size: 1000))"#;
    assert!(!names(&found(line)).contains(&"rate_too_low"), "{:?}", found(line));
}

/// Findings in a table of 60 rows: a class, the class again, an input that never changes, and noise.
fn in_table(row: impl Fn(usize) -> String) -> Vec<Finding> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("t.csv");
    let rows: Vec<String> = (0..60).map(row).collect();
    std::fs::write(&file, format!("noise,copy,still,kind\n{}\n", rows.join("\n"))).unwrap();
    found(&format!(
        r#"(name: "x", title: "", data: (source: csv(file: {file:?})), layers: [Dense(units: 2, activation: softmax)],
            loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 20))"#
    ))
}

#[test]
fn a_label_that_predicts_itself_and_an_input_that_never_changes() {
    let noise = |row: usize| (row * 7919) % 101;
    let kind = |row: usize| ["no", "yes"][row % 2];
    let leak =
        in_table(|row| format!("{},{},{},{}", noise(row), row % 2 * 5 + row / 30, noise(row + 1), kind(row)));
    let told = leak.iter().find(|finding| finding.name() == "leak").map(ToString::to_string);
    assert!(told.as_ref().is_some_and(|told| told.contains("the input 'copy' alone")), "{leak:?}");
    let still = in_table(|row| format!("{},{},3,{}", noise(row), noise(row + 5), kind(row)));
    let told = still.iter().find(|finding| finding.name() == "constant_input").map(ToString::to_string);
    assert!(told.as_ref().is_some_and(|told| told.contains("still")), "{still:?}");
    assert!(!names(&still).contains(&"leak"), "{still:?}");
}

#[test]
fn losses_from_before_a_change_accuse_those_after_it_of_nothing() {
    let report = |epoch: u32, loss: f64| EpochReport {
        epoch,
        step: u64::from(epoch),
        training: Scores { loss, accuracy: Some(0.95), ..Scores::default() },
        validation: None,
        learning_rate: 0.1,
        samples: 10,
        seconds: 0.1,
        parts: StepTime::default(),
    };
    let mut diagnostics = Diagnostics::default();
    let mut found = |change: Option<&str>, losses: &[f64]| {
        change.iter().for_each(|path| diagnostics.on_changed(path));
        let found =
            losses.iter().zip(1..).flat_map(|(loss, epoch)| diagnostics.on_epoch(&report(epoch, *loss)));
        names(&found.collect::<Vec<_>>())
    };
    assert!(found(None, &[1.0, 0.3, 0.05]).is_empty());
    // The first epoch afterwards began with the loss from before.
    assert!(found(Some("loss_options.label_smoothing"), &[0.2, 0.7, 0.71, 0.7]).is_empty());
    assert!(found(Some("layers[1].rate"), &[0.8, 1.0, 0.99]).is_empty());
    // Another rate makes no other loss.
    assert_eq!(found(Some("optimizer.learning_rate"), &[1.5, 1.6]), ["rate_too_high"]);
}

#[test]
fn class_imbalance() {
    let rare = in_table(|row| {
        let noise = (row * 7919) % 101;
        format!("{noise},{},{},{}", noise % 7, noise % 5, if row % 10 == 0 { "rare" } else { "common" })
    });
    let told = rare.iter().find(|finding| finding.name() == "class_imbalance").map(ToString::to_string);
    assert!(told.as_ref().is_some_and(|told| told.contains("'common'")), "{rare:?}");
}

#[test]
fn a_discriminator_that_wins() {
    let beaten = r#"(name: "x", title: "", data: (source: mnist, train_samples: 300), layers: [Dense(units: 784, activation: sigmoid)],
        loss: binary_crossentropy, optimizer: SGD(learning_rate: 1e-9), train: (epochs: 8, batch_size: 20),
        procedure: adversarial(latent: 4, discriminator_optimizer: Adam(learning_rate: 0.003),
            discriminator: [Flatten, Dense(units: 1, activation: sigmoid)]))"#;
    assert_found!(found(beaten), "discriminator_winning");
}

#[test]
fn a_posterior_that_collapses() {
    let collapsed = r#"(name: "x", title: "", data: (source: mnist, train_samples: 300), layers: [Flatten, Dense(units: 4)],
        loss: binary_crossentropy, optimizer: Adam(learning_rate: 0.01), train: (epochs: 10, batch_size: 20),
        procedure: variational(kl_weight: 1000.0, decoder: [Dense(units: 784, activation: sigmoid)]))"#;
    assert_found!(found(collapsed), "posterior_collapse");
}

#[test]
fn a_measurement_changes_no_bit() {
    let preset: Preset = ron::from_str(
        r#"(name: "x", title: "", data: (source: iris), layers: [Reshape(target_shape: [4, 1]), LSTM(units: 5, stateful: true),
            Dense(units: 8, activation: relu), BatchNormalization(), Dropout(rate: 0.2), Dense(units: 3, activation: softmax)],
            loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 6, batch_size: 40))"#,
    )
    .unwrap();
    let [measured, left_alone] = [true, false].map(|is_measured| {
        let mut training = train::witness::prepare(&preset).unwrap();
        loop {
            if is_measured {
                training.watch_next_step(true);
            }
            match training.advance().unwrap() {
                Progress::Stepped(_) if is_measured => {
                    let probe = training.probe(true).unwrap().unwrap();
                    assert!(probe.weights.iter().any(|seen| seen.update > 0.0), "{probe:?}");
                }
                Progress::Done(_) => break train::witness::weights(&*training),
                _ => {}
            }
        }
    });
    assert!(measured == left_alone);
}

/// What is found in the built-in presets, of those that are wanted.
fn accused(is_wanted: impl Fn(&str) -> bool, steps: u64) -> Vec<(String, Vec<Finding>)> {
    let entries = library::list().into_iter().filter(|entry| entry.file.is_none() && is_wanted(&entry.name));
    let found = entries.map(|entry| {
        let experiment = entry.loaded.unwrap().preset().clone().on_built_in_data();
        let training = train::prepare(&experiment, DeviceChoice::Cpu).unwrap().training;
        (entry.name, found_in(training, steps))
    });
    found.filter(|(_, found)| !found.is_empty()).collect()
}

#[test]
fn small_built_in_presets_are_accused_of_nothing() {
    let small = ["xor", "circles", "moons", "breast-cancer", "diabetes"];
    let accused = accused(|name| small.contains(&name), 2000);
    assert!(accused.is_empty(), "{accused:?}");
}

#[test]
#[ignore = "trains all built-in presets to their ends, which takes an hour"]
fn no_built_in_preset_is_accused_of_anything() {
    let accused = accused(|_| true, u64::MAX);
    assert!(accused.is_empty(), "{accused:?}");
}
