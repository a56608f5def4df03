//! The anatomy of a step says what the step does, and nobody's look changes the training.

use super::NAME;
use crate::preset::Preset;
use crate::preset::library;
use crate::train::figure::{Body, Controls, Figure, Knob};
use crate::train::witness::{prepare, weights};
use crate::train::{Progress, Training};

fn built_in(name: &str) -> Preset {
    let found = library::find(name).unwrap();
    library::load(&found.text, name, None).unwrap().preset().clone()
}

fn preset(text: &str) -> Preset {
    ron::from_str(text).unwrap()
}

/// The figure for a layer, a unit and a sample, all from 0.
fn anatomy(training: &mut dyn Training, layer: usize, unit: usize, sample: i64) -> Figure {
    let at = Controls { item: layer, level: unit as f64 + 1.0, position: sample, ..Controls::default() };
    training.figure(NAME, &at).unwrap().unwrap()
}

fn text(figure: &Figure) -> String {
    let texts = figure.panels.iter().filter_map(|panel| match &panel.body {
        Body::Text(text) => Some(text.clone()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// A table by its first column's title.
fn rows<'a>(figure: &'a Figure, first: &str) -> &'a [Vec<String>] {
    let mut tables = figure.panels.iter().filter_map(|panel| match &panel.body {
        Body::Table { header, rows } if header[0] == first => Some(&rows[..]),
        _ => None,
    });
    tables.next_back().unwrap()
}

/// The number behind these words.
fn number(text: &str, behind: &str) -> f64 {
    let rest = text.split(behind).nth(1).unwrap_or_else(|| panic!("no {behind} in {text}"));
    let word: String = rest.chars().take_while(|c| c.is_ascii_digit() || "+-.e".contains(*c)).collect();
    word.trim_end_matches('.').parse().unwrap_or_else(|_| panic!("{behind}{word} in {text}"))
}

/// The number with which the line that begins so ends.
fn result(text: &str, line: &str) -> f64 {
    let line =
        text.lines().find(|other| other.starts_with(line)).unwrap_or_else(|| panic!("no {line} in {text}"));
    line.rsplit(" = ").next().unwrap().parse().unwrap_or_else(|_| panic!("{line}"))
}

/// What the unit gives, as the engine computed it.
fn told_y(text: &str) -> f64 {
    let mut lines = text.lines().filter(|line| line.starts_with("y = ") && !line.contains("z = "));
    lines.next_back().unwrap().rsplit(" = ").next().unwrap().parse().unwrap()
}

/// Equal in the four digits that are shown.
fn assert_near(shown: f64, right: f64, what: &str) {
    assert!((shown - right).abs() <= 6e-4 * right.abs().max(1e-3), "{what}: {shown}, not {right}");
}

/// The formulas are those that textbooks work out by hand for one sigmoid unit and the squared error, in the preset's own words.
#[test]
fn the_numbers_of_one_neuron_are_those_of_the_textbook() {
    let mut training = prepare(&built_in("neuron")).unwrap();
    for step in 0..30 {
        let all: Vec<f64> =
            training.weights().unwrap().iter().flat_map(|t| t.values.iter().map(|x| f64::from(*x))).collect();
        let [w1, w2, b] = all[..] else { panic!("{all:?}") };
        let figure = anatomy(&mut *training, 0, 0, 0);
        let told = text(&figure);
        let table = rows(&figure, "input");
        let cell = |input: &str, column: usize| -> f64 {
            table.iter().find(|row| row[0] == input).unwrap()[column].parse().unwrap()
        };
        let (x1, x2, t) = (cell("x1", 1), cell("x2", 1), number(&told, "t = "));
        assert_eq!(t, f64::from(u8::from(x1 == 1.0 && x2 == 1.0)), "AND of {x1} and {x2}");

        let z = w1 * x1 + w2 * x2 + b;
        let y = 1.0 / (1.0 + (-z).exp());
        let delta = 2.0 * (y - t) * y * (1.0 - y);
        assert_near(told_y(&told), y, "y");
        assert_near(number(&told, "(y - t)^2 = "), (y - t).powi(2), "the loss");
        for (input, x, w) in [("x1", x1, w1), ("x2", x2, w2), ("b", 1.0, b)] {
            assert_near(cell(input, 2), w, "a weight");
            assert_near(cell(input, 3), delta * x, "a gradient");
            assert_near(cell(input, 4), w - 0.5 * delta * x, "a weight after the step");
        }

        let Progress::Stepped(report) = training.advance().unwrap() else { panic!("a step was due") };
        assert_eq!(report.step, step + 1);
        assert_near(number(&figure.notes[0], "loss "), report.scores.loss, "the loss that the step reports");
        let after = training.weights().unwrap();
        assert_near(cell("x1", 4), f64::from(after[0].values[0]), "the weight that the step makes");
    }
}

#[test]
fn whoever_looks_at_the_anatomy_changes_no_bit() {
    let images = r#"data: (source: mnist, train_samples: Some(40), augment: (shift: 2), validation: 0.2),
        loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 2, batch_size: 6)"#;
    let convolutions = preset(&format!(
        r#"(name: "c", title: "", {images}, layers: [Conv2D(filters: 4, kernel_size: 3, activation: relu), MaxPooling2D(),
            BatchNormalization(), Flatten, Dropout(rate: 0.3), Dense(units: 10, activation: softmax)])"#
    ));
    let rows = preset(&format!(
        r#"(name: "r", title: "", {images}, layers: [Reshape(target_shape: [28, 28]), LSTM(units: 5, stateful: true),
            Dense(units: 10, activation: softmax)])"#
    ));
    let short = |name: &str| {
        let mut preset = built_in(name);
        (preset.data.train_samples, preset.train.epochs, preset.train.batch_size) = (Some(40), 2, 8);
        preset
    };
    for preset in [convolutions, rows, short("neuron"), short("mnist-vae"), short("mnist-autoencoder")] {
        let run = |looks: bool| {
            let mut training = prepare(&preset).unwrap();
            assert_eq!(training.figures().last().unwrap().name, NAME);
            let mut losses = Vec::new();
            loop {
                if looks && training.step().is_multiple_of(3) {
                    let layer = training.step() as usize;
                    anatomy(&mut *training, layer, 0, 1);
                }
                match training.advance().unwrap() {
                    Progress::Stepped(report) => losses.push(report.scores.loss.to_bits()),
                    Progress::EpochEnded(report) => {
                        losses.push(report.validation.map_or(0, |v| v.loss.to_bits()))
                    }
                    Progress::Done(_) => break,
                    _ => {}
                }
            }
            (weights(&*training), losses)
        };
        assert!(run(true) == run(false), "{}", preset.name);
    }
}

/// The numbers that are put into the equations give what the engine gives, which is compared with Keras elsewhere.
#[test]
fn the_equations_give_what_the_layers_give() {
    let images = preset(
        r#"(name: "c", title: "", data: (source: mnist, train_samples: Some(100)),
            loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 20),
            layers: [Conv2D(filters: 4, kernel_size: (3, 4), strides: 2, padding: same, activation: tanh),
                     Conv2D(filters: 6, kernel_size: 3, dilation_rate: 2, groups: 2, activation: sigmoid),
                     BatchNormalization(), LayerNormalization(), Flatten, Dense(units: 10, activation: softmax)])"#,
    );
    let mut training = prepare(&images).unwrap();
    for _ in 0..3 {
        training.advance().unwrap();
    }
    for unit in 0..4 {
        let told = text(&anatomy(&mut *training, 0, unit, 2));
        assert_near(result(&told, "z = ").tanh(), told_y(&told), "strided");
        let told = text(&anatomy(&mut *training, 1, unit + 1, 2));
        let z = result(&told, "z = ");
        assert_near(1.0 / (1.0 + (-z).exp()), told_y(&told), "a dilated convolution in groups");
        for (layer, epsilon) in [(2, 1e-3), (3, 1e-3)] {
            let told = text(&anatomy(&mut *training, layer, unit, 2));
            let line = told.lines().nth(1).unwrap();
            let (gamma, x) = (number(line, "y = "), number(line, " ("));
            let (mean, variance) = (number(line, " - "), number(line, "sqrt("));
            let beta = number(line, ") + ");
            let shown: f64 = line.rsplit(" = ").next().unwrap().parse().unwrap();
            let right = gamma * (x - mean) / (variance + epsilon).sqrt() + beta;
            assert!((right - shown).abs() < 5e-3 * shown.abs().max(0.1), "layer {layer}: {line}: {right}");
        }
    }

    let cells = |cell: &str| {
        preset(&format!(
            r#"(name: "r", title: "", data: (source: mnist, train_samples: Some(100)),
                loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 20),
                layers: [Reshape(target_shape: [28, 28]), {cell}, Dense(units: 10, activation: softmax)])"#
        ))
    };
    for (cell, is_lstm) in [
        ("LSTM(units: 6)", true),
        ("LSTM(units: 6, go_backwards: true, return_sequences: true), LSTM(units: 3)", true),
        ("GRU(units: 6)", false),
        ("GRU(units: 6, go_backwards: true)", false),
    ] {
        let mut training = prepare(&cells(cell)).unwrap();
        for _ in 0..5 {
            training.advance().unwrap();
        }
        for unit in 0..3 {
            let told = text(&anatomy(&mut *training, 0, unit, 4));
            let h = told.lines().last().unwrap();
            let shown: f64 = h.rsplit(" = ").next().unwrap().parse().unwrap();
            let right = match is_lstm {
                true => number(h, "h = ") * number(h, "tanh(").tanh(),
                false => {
                    let z = number(h, "h = ");
                    z * number(h, " * ") + (1.0 - z) * number(h, ") * ")
                }
            };
            assert!((right - shown).abs() < 2e-3 * shown.abs().max(0.05), "{cell}: {told}: {right}");
        }
    }
}

#[test]
fn inputs_are_called_what_they_are_in_the_data() {
    let table = |name: &str, layer| {
        let mut training = prepare(&built_in(name)).unwrap();
        rows(&anatomy(&mut *training, layer, 0, 0), "input").to_vec()
    };
    // The columns of scikit-learn's table, in its order.
    let names = ["mean radius", "mean texture", "mean perimeter", "mean area", "mean smoothness"];
    for row in table("breast-cancer", 0) {
        let number = row[0].strip_prefix('x').and_then(|number| number.parse::<usize>().ok());
        if let Some(name) = number.and_then(|number| names.get(number - 1)) {
            assert_eq!(row[5], *name, "{row:?}");
        }
        assert!(!row[5].is_empty(), "{row:?}");
    }
    // A row has 28 pixels: x29 would be the first one of the second row.
    for row in table("mnist-mlp", 0) {
        let Some(number) = row[0].strip_prefix('x').and_then(|number| number.parse::<usize>().ok()) else {
            continue;
        };
        assert_eq!(row[5], format!("row {}, column {}", (number - 1) / 28 + 1, (number - 1) % 28 + 1));
    }
    assert_eq!(table("breast-cancer", 2)[0].len(), 5, "another layer's inputs are none of the data");
    let mut training = prepare(&built_in("word-language")).unwrap();
    let told = text(&anatomy(&mut *training, 0, 0, 0));
    assert!(told.contains(" (\"") || told.contains(" (nothing"), "{told}");
}

#[test]
fn every_layer_of_the_built_in_presets_can_be_looked_at() {
    let small = ["xor", "breast-cancer", "sp500-forecast", "word-language"];
    let images = ["mnist-lenet", "mnist-transformer", "mnist-vae", "mnist-dbn", "mnist-gan"];
    for name in [&small[..], &images[..]].concat() {
        let mut preset = built_in(name);
        preset.train.batch_size = 4;
        let mut training = prepare(&preset).unwrap();
        let Some(info) = training.figures().into_iter().find(|info| info.name == NAME) else {
            assert!(name.contains("gan"), "{name}");
            continue;
        };
        let Knob::Item { count, .. } = &info.knobs[1] else { panic!("{info:?}") };
        for layer in 0..*count {
            let figure = anatomy(&mut *training, layer, 3, -5);
            assert!(figure.panels.len() >= 2, "{name}, layer {layer}: {figure:?}");
            assert!(!text(&figure).contains("NaN"), "{name}, layer {layer}: {}", text(&figure));
        }
    }
}
