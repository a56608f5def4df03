//! Whether generators make all digits: a classifier trained to 99% on real ones looks at 1,000 samples.
//!
//! It takes minutes, so it runs on demand, for one preset or both, with changes as `--set` takes them:
//!
//!     cargo test --release --test adversaries -- --ignored --nocapture
//!     PRESETS=mnist-gan SETS="train.epochs=20;seed=7" cargo test --test adversaries -- --ignored --nocapture
//!
//! The classifier's weights are kept among the build's temporary files.

use std::path::Path;
use std::time::Instant;

use trainyard::nn::buffer::Buffer;
use trainyard::nn::kernel::random::normals;
use trainyard::preset::parse::parse;
use trainyard::preset::{DeviceChoice, Experiment, library, overrides};
use trainyard::train::{Progress, Training};
use trainyard::worker;

const SAMPLES: usize = 1000;

const CLASSIFIER: &str = r#"(
    name: "digit-classifier", title: "", data: (source: mnist, validation: 0),
    layers: [
        Conv2D(filters: 32, kernel_size: 3, activation: relu), MaxPooling2D(),
        Conv2D(filters: 64, kernel_size: 3, activation: relu), MaxPooling2D(),
        Flatten, Dropout(rate: 0.4), Dense(units: 128, activation: relu), Dropout(rate: 0.4),
        Dense(units: 10, activation: softmax),
    ],
    loss: categorical_crossentropy, optimizer: Adam(learning_rate: 0.002),
    train: (epochs: 6, batch_size: 128, schedule: cosine()),
)"#;

fn prepare(experiment: &Experiment) -> Box<dyn Training> {
    trainyard::train::prepare(experiment, DeviceChoice::Cpu).unwrap().training
}

/// Trains to the end and prints epochs as they end.
fn train(training: &mut dyn Training) {
    loop {
        match training.advance().unwrap() {
            Progress::EpochEnded(epoch) => {
                let metrics = epoch.training.metrics.iter();
                let metrics: Vec<String> =
                    metrics.map(|(m, value)| format!("{} {value:.3}", m.title())).collect();
                let (number, loss, seconds) = (epoch.epoch, epoch.training.loss, epoch.seconds);
                println!("  epoch {number}: loss {loss:.4} {} in {seconds:.1} s", metrics.join(" "));
            }
            Progress::Done(_) => return,
            Progress::Stepped(_) | Progress::Validating | Progress::Noted(_) => {}
        }
    }
}

fn classifier() -> Box<dyn Training> {
    let mut training = prepare(&checked(CLASSIFIER, "classifier"));
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("digit-classifier.f32");
    let count = training.parameters() as usize;
    match std::fs::read(&kept) {
        Ok(bytes) if bytes.len() == 4 * count => {
            let mut numbers = bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap()));
            let mut weights = training.weights().unwrap();
            for tensor in &mut weights {
                tensor.values.iter_mut().zip(&mut numbers).for_each(|(w, x)| *w = x);
            }
            training.load(weights).unwrap();
        }
        _ => {
            train(&mut *training);
            let numbers = training.weights().unwrap().into_iter().flat_map(|tensor| tensor.values);
            let bytes: Vec<u8> = numbers.flat_map(f32::to_le_bytes).collect();
            std::fs::write(&kept, bytes).unwrap();
        }
    }
    let accuracy = training.evaluate_test().unwrap().accuracy.unwrap();
    println!("classifier: {accuracy:.4} on real digits");
    assert!(accuracy >= 0.99, "{accuracy}");
    training
}

fn checked(text: &str, origin: &str) -> Experiment {
    worker::check(parse(text, origin).unwrap(), origin, text).unwrap()
}

fn experiment(name: &str) -> Experiment {
    let library::Found { mut text, origin, .. } = library::find(name).unwrap();
    for set in std::env::var("SETS").unwrap_or_default().split(';').filter(|set| !set.is_empty()) {
        text = overrides::apply(&text, set).unwrap();
    }
    checked(&text, &origin)
}

#[test]
#[ignore = "trains a classifier and two adversarial pairs: minutes"]
fn generators_make_all_ten_digits_and_clear_ones() {
    let mut classifier = classifier();
    let names = std::env::var("PRESETS").unwrap_or_else(|_| "mnist-gan,mnist-dcgan".into());
    let mut failed = Vec::new();
    for name in names.split(',') {
        let since = Instant::now();
        let mut training = prepare(&experiment(name));
        train(&mut *training);
        let seconds = since.elapsed().as_secs();
        let generator = training.model_and_splits().0;
        let mut noise = vec![0.0; SAMPLES * generator.input_len()];
        normals(&mut noise, 2026);
        let samples = generator.predict(Buffer::from(noise), SAMPLES).unwrap();
        let said = classifier.model_and_splits().0.predict(Buffer::from(samples), SAMPLES).unwrap();
        let mut counts = [0; 10];
        let mut sure = 0;
        for row in said.chunks_exact(10) {
            let best = (0..10).max_by(|a, b| row[*a].total_cmp(&row[*b])).unwrap();
            counts[best] += 1;
            sure += usize::from(row[best] > 0.9);
        }
        println!("{name}: digits {counts:?}, surer than 0.9 of {sure} of {SAMPLES}, after {seconds} s");
        if counts.contains(&0) || counts.iter().any(|&count| count > SAMPLES / 4) || sure < SAMPLES * 7 / 10 {
            failed.push(name);
        }
    }
    assert!(failed.is_empty(), "not diverse or not clear enough: {failed:?}");
}
