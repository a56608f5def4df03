//! Every figure of small trainings is drawn and holds together.

use super::*;
use crate::train::figure::{Body, Knob, Panel};
use crate::train::training::{Observer, Training};
use crate::train::{StepSummary, Verdict, prepare};

/// Stops a training after some steps.
struct Few(u64);

impl Observer for Few {
    fn between_steps(&mut self, training: &mut dyn Training) -> Verdict {
        if training.step() < self.0 { Verdict::Continue } else { Verdict::Stop }
    }

    fn stepped(&mut self, _step: &StepSummary) {}
}

fn trained(preset: &str, steps: u64) -> Box<dyn Training> {
    let preset: Preset = ron::from_str(preset).unwrap();
    let mut training = prepare(&preset).unwrap();
    training.run(&mut Few(steps)).unwrap();
    training
}

fn check(panel: &Panel) {
    match &panel.body {
        Body::Images { shape, pixels, .. } => {
            assert_eq!(pixels.len() % shape.iter().product::<usize>(), 0, "{}", panel.title);
            assert!(!pixels.is_empty() && pixels.iter().all(|x| x.is_finite()), "{}", panel.title);
        }
        Body::Heatmap { values, columns, rows_named, columns_named, .. } => {
            assert_eq!(values.len(), rows_named.len() * columns, "{}", panel.title);
            assert_eq!(columns_named.len(), *columns, "{}", panel.title);
        }
        Body::Surface { classes, sureness, columns, points, .. } => {
            assert_eq!((classes.len(), classes.len() % columns), (sureness.len(), 0), "{}", panel.title);
            assert!(!points.is_empty(), "{}", panel.title);
        }
        Body::Lines { lines, .. } => {
            assert!(lines.iter().all(|line| !line.points.is_empty()), "{}", panel.title)
        }
        Body::Bars { bars, .. } => assert!(!bars.is_empty(), "{}", panel.title),
        Body::Scatter { points, .. } => assert!(!points.is_empty(), "{}", panel.title),
        Body::Text(words) => assert!(!words.is_empty()),
        Body::Table { header, rows } => {
            assert!(rows.iter().all(|row| row.len() == header.len()), "{}", panel.title);
        }
    }
}

/// Draws every figure with every item; the names of the figures.
fn draw_all(training: &mut dyn Training) -> Vec<String> {
    let step = training.step();
    let figures = training.figures();
    for figure in &figures {
        let mut at = Controls { position: -1, ..Controls::start(&figure.knobs) };
        let items = figure.knobs.iter().find_map(|knob| match knob {
            Knob::Item { count, .. } => Some(*count),
            _ => None,
        });
        for item in 0..items.unwrap_or(1) {
            at.item = item;
            let drawn = training.figure(&figure.name, &at).unwrap().expect("it is listed");
            assert_eq!((&drawn.name, drawn.step, drawn.at.item), (&figure.name, step, item));
            assert!(!drawn.panels.is_empty(), "{}", figure.name);
            drawn.panels.iter().for_each(check);
        }
    }
    figures.into_iter().map(|figure| figure.name).collect()
}

#[test]
fn a_convolutional_network_shows_what_it_looks_at() {
    let mut training = trained(
        r#"(name: "cnn", title: "", data: (source: mnist, train_samples: Some(600)),
            layers: [Conv2D(filters: 4, kernel_size: 3, activation: relu), MaxPooling2D(),
                     Conv2D(filters: 5, kernel_size: 3, activation: relu), Flatten,
                     Dense(units: 10, activation: softmax)],
            loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 50))"#,
        4,
    );
    assert_eq!(draw_all(&mut *training), ["saliency", "first-layer"]);
    // Position -1 is the last sample.
    let at = Controls { position: -1, ..Controls::default() };
    let drawn = training.figure("saliency", &at).unwrap().expect("it is listed");
    assert_eq!(drawn.at.position, 9_999);
    assert_eq!(training.figure("no such figure", &at).unwrap(), None);
}

#[test]
fn two_classes_have_a_threshold_and_one_value_has_its_truth() {
    let mut training = trained(
        r#"(name: "moons", title: "", data: (source: moons(), labels: binary),
            layers: [Dense(units: 8, activation: tanh), Dense(units: 1, activation: sigmoid)],
            loss: binary_crossentropy, optimizer: Adam(), train: (epochs: 2, batch_size: 50))"#,
        30,
    );
    assert!(draw_all(&mut *training).contains(&"threshold".to_string()));
    let mut training = trained(
        r#"(name: "diabetes", title: "", data: (source: diabetes),
            layers: [Dense(units: 8, activation: tanh), Dense(units: 1)],
            loss: mean_squared_error, optimizer: Adam(), train: (epochs: 2, batch_size: 50))"#,
        10,
    );
    assert_eq!(draw_all(&mut *training), ["regression"]);
}
