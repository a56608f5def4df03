//! Draws every figure of small trainings and checks that its parts are consistent.

use super::*;
use crate::nn::layers::view::{LayerView, ViewKind};
use crate::train::figure::{Body, Knob, Panel};
use crate::train::metrics::Metric;
use crate::train::training::Training;
use crate::train::witness::{Witness, prepare};

fn trained(preset: &str, steps: u64) -> Box<dyn Training> {
    let preset: Preset = ron::from_str(preset).unwrap();
    let mut training = prepare(&preset).unwrap();
    Witness::stopping_at(steps).drive(&mut *training).unwrap();
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

/// Draws every figure with every item; returns the names of the figures.
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
fn a_convolutional_network_shows_its_maps_and_what_it_looks_at() {
    let mut training = trained(
        r#"(name: "cnn", title: "", data: (source: mnist, train_samples: Some(600)),
            layers: [Conv2D(filters: 4, kernel_size: 3, activation: relu), MaxPooling2D(),
                     Conv2D(filters: 5, kernel_size: 3, activation: relu), Flatten,
                     Dense(units: 10, activation: softmax)],
            loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 50))"#,
        4,
    );
    assert_eq!(draw_all(&mut *training), ["feature-maps", "saliency", "first-layer", "classes", "anatomy"]);
    // Position -1 is the last sample, and maps have the sizes that the network gives them.
    let at = Controls { position: -1, item: 2, ..Controls::default() };
    let drawn = training.figure("feature-maps", &at).unwrap().expect("it is listed");
    assert_eq!(drawn.at.position, 9_999);
    let Body::Images { shape, pixels, .. } = &drawn.panels[0].body else { panic!("{drawn:?}") };
    assert_eq!((*shape, pixels.len()), ([11, 11, 1], 5 * 121));
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
    assert_eq!(draw_all(&mut *training), ["surface", "threshold", "anatomy"]);
    // The output and eight hidden neurons.
    let [Knob::Item { count: 9, names, .. }] = &training.figures()[0].knobs[..] else { panic!("one knob") };
    assert_eq!((&*names[0], names.len()), ("the output", 9));
    let mut training = trained(
        r#"(name: "diabetes", title: "", data: (source: diabetes),
            layers: [Dense(units: 8, activation: tanh), Dense(units: 1)],
            loss: mean_squared_error, optimizer: Adam(), train: (epochs: 2, batch_size: 50))"#,
        10,
    );
    assert_eq!(draw_all(&mut *training), ["regression", "anatomy"]);
}

#[test]
fn a_recurrent_network_shows_its_state_which_ends_as_its_output_begins() {
    let mut training = trained(
        r#"(name: "rows", title: "", data: (source: mnist, train_samples: Some(300)),
            layers: [Reshape(target_shape: [28, 28]), LSTM(units: 6), Dense(units: 10, activation: softmax)],
            loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 50))"#,
        3,
    );
    let names = draw_all(&mut *training);
    assert!(names.contains(&"hidden-state".to_string()), "{names:?}");
    let drawn = training.figure("hidden-state", &Controls::default()).unwrap().expect("it is listed");
    let Body::Heatmap { values, columns, .. } = &drawn.panels[0].body else { panic!("{drawn:?}") };
    assert_eq!((values.len(), *columns), (6 * 28, 28));
    // The state after the last step equals the layer's output, which is the last state alone.
    let (model, splits) = training.model_and_splits();
    let mut batch = crate::data::Batch::default();
    splits.test.fill(&[0], &mut batch).unwrap();
    let views = model.activations(batch.inputs.into(), 1).unwrap();
    let is_output = |view: &&LayerView| view.layer == "lstm" && view.kind == ViewKind::Output;
    let last = &views.iter().find(is_output).expect("the layer is there").values;
    let ends: Vec<f32> = values.chunks(28).map(|unit| unit[27]).collect();
    assert_eq!(&ends, last);
}

#[test]
fn an_encoder_shows_what_each_step_attends_to_in_shares_that_add_up() {
    let mut training = trained(
        r#"(name: "attentive", title: "", data: (source: mnist, train_samples: Some(300)),
            layers: [Reshape(target_shape: [28, 28]), TransformerEncoder(num_heads: 2, key_dim: 8, ff_dim: 16),
                     GlobalAveragePooling1D, Dense(units: 10, activation: softmax)],
            loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 50))"#,
        2,
    );
    let names = draw_all(&mut *training);
    assert!(names.contains(&"attention".to_string()), "{names:?}");
    let drawn = training.figure("attention", &Controls::default()).unwrap().expect("it is listed");
    let Body::Heatmap { values, columns, .. } = &drawn.panels[1].body else { panic!("{drawn:?}") };
    assert_eq!((values.len(), *columns), (28 * 28, 28));
    assert!(values.chunks(28).all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-4));
}

#[test]
fn augmented_images_are_shown_before_and_after() {
    let mut training = trained(
        r#"(name: "augmented", title: "",
            data: (source: mnist, train_samples: Some(200), augment: (shift: 2.0, rotate: 10.0)),
            layers: [Flatten, Dense(units: 10, activation: softmax)],
            loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 50))"#,
        1,
    );
    assert_eq!(draw_all(&mut *training), ["saliency", "first-layer", "augmentation", "classes", "anatomy"]);
    let drawn = training.figure("augmentation", &Controls::default()).unwrap().expect("it is listed");
    let pixels = |panel: usize| match &drawn.panels[panel].body {
        Body::Images { pixels, .. } => pixels.clone(),
        other => panic!("{other:?}"),
    };
    assert_ne!(pixels(0), pixels(1));
    assert_ne!(pixels(1), pixels(2));
}

#[test]
fn a_word_is_judged_letter_by_letter() {
    let mut training = trained(
        r#"(name: "words", title: "", data: (source: words, train_samples: Some(300)),
            layers: [Embedding(input_dim: 51, output_dim: 4), LSTM(units: 6),
                     Dense(units: 6, activation: softmax)],
            loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 50))"#,
        2,
    );
    let at = Controls { text: "a1b".into(), ..Controls::default() };
    let drawn = training.figure("letters", &at).unwrap().expect("it is listed");
    let Body::Heatmap { values, columns, rows_named, columns_named, .. } = &drawn.panels[0].body else {
        panic!("{drawn:?}")
    };
    assert_eq!((*columns, rows_named.len()), (2, 6));
    assert_eq!(*columns_named, ["a", "b"]);
    assert!((0..2).all(|letter| (values.iter().skip(letter).step_by(2).sum::<f32>() - 1.0).abs() < 1e-4));
    assert!(drawn.notes[1].contains("does not have them: 1"));
}

#[test]
fn a_sound_of_ones_own_is_shown_and_judged_and_a_wrong_path_is_said() {
    let mut training = trained(
        r#"(name: "sounds", title: "", data: (source: spoken_digits, train_samples: Some(60)),
            layers: [Flatten, Dense(units: 10, activation: softmax)],
            loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 20))"#,
        2,
    );
    assert_eq!(draw_all(&mut *training)[0], "spectrogram");
    let file = tempfile::Builder::new().suffix(".wav").tempfile().unwrap();
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(file.path(), spec).unwrap();
    (0..4000).for_each(|n| writer.write_sample((9000.0 * (n as f32 * 0.3).sin()) as i16).unwrap());
    writer.finalize().unwrap();
    let mut draw = |text: &str| {
        let at = Controls { text: text.into(), ..Controls::default() };
        training.figure("spectrogram", &at).unwrap().expect("it is listed")
    };
    let (own, sample) = (draw(&file.path().to_string_lossy()), draw(""));
    own.panels.iter().for_each(check);
    assert_ne!(own.panels[0], sample.panels[0]);
    assert!(own.notes[0].contains(".wav"), "{:?}", own.notes);
    let wrong = draw("/no/such/file.wav");
    assert_eq!(wrong.panels, sample.panels);
    assert!(wrong.notes[0].contains("no such file"), "{:?}", wrong.notes);
}

/// What Train shows and what Inspect shows are one number, in the target's own unit.
#[test]
fn the_error_of_a_regression_is_the_same_in_scores_and_figure() {
    let mut training = trained(
        r#"(name: "diabetes", title: "", data: (source: diabetes), layers: [Dense(units: 1)],
            loss: mean_squared_error, optimizer: Adam(learning_rate: 0.02), train: (epochs: 5, batch_size: 20))"#,
        60,
    );
    let scores = training.evaluate_test().unwrap();
    let figure = training.figure("regression", &Controls::default()).unwrap().expect("it is listed");
    let [rmse, mae] =
        [Metric::Rmse, Metric::Mae].map(|metric| scores.metrics.get(metric).expect("a regression has it"));
    let said = format!("root mean squared error {rmse:.3}   mean absolute error {mae:.3}");
    assert!(rmse > 20.0 && figure.notes[0].contains(&said), "{said}: {:?}", figure.notes);
}

/// Letters are text, columns have their names, and what augmentation adds to the loudness of sounds is not cut off.
#[test]
fn samples_are_shown_as_what_they_are() {
    let splits = |text: &str| {
        let preset: Preset = ron::from_str(text).unwrap();
        crate::data::open(&preset.data, &preset.reading(), preset.seed).unwrap()
    };
    let rest = "loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 20)";
    let words = splits(include_str!("../../../presets/word-language.ron"));
    let mut batch = crate::data::Batch::default();
    words.test.fill(&[0], &mut batch).unwrap();
    let text = text_of(&*words.test, &batch.inputs).expect("it is a text");
    assert!(!text.is_empty() && text.chars().all(char::is_alphabetic), "{text:?}");
    let tumours = splits(include_str!("../../../presets/breast-cancer.ron"));
    assert_eq!(tumours.test.columns()[0].to_lowercase(), "mean radius", "{:?}", tumours.test.columns());
    let sounds = format!(
        r#"(name: "sounds", title: "", data: (source: spoken_digits, train_samples: Some(60), augment: (noise: 0.5)),
            layers: [Flatten, Dense(units: 10, activation: softmax)], {rest})"#
    );
    let mut training = trained(&sounds, 1);
    let figure = training.figure("augmentation", &Controls::default()).unwrap().expect("it is listed");
    for panel in figure.panels {
        let Body::Images { pixels, range, shape, .. } = panel.body else { panic!("{}", panel.title) };
        // Bands from top to bottom, moments to the right: more moments than bands.
        assert!(shape[1] > shape[0], "{shape:?}");
        let outside = pixels.iter().filter(|x| **x < range.0 || **x > range.1).count();
        assert!(outside * 20 < pixels.len(), "{outside} of {} saturate in {}", pixels.len(), panel.title);
    }
}

/// The test words are sorted by language, 1,200 of each.
#[test]
fn classes_are_judged_by_the_whole_test_set() {
    let text = crate::preset::library::find("word-language").unwrap().text;
    let mut training = prepare(&crate::preset::parse::parse(&text, "x").unwrap()).unwrap();
    let drawn = training.figure("classes", &Controls::default()).unwrap().expect("it is listed");
    let Body::Table { rows, .. } = &drawn.panels[0].body else { panic!("{drawn:?}") };
    let counts: Vec<&str> = rows.iter().map(|row| row[4].as_str()).collect();
    assert_eq!(counts, ["1200"; 6]);
    let test = &*training.splits().test;
    let chosen = super::subject::spread(test, 600);
    let of_first = chosen.iter().filter(|index| test.class_of(**index as usize) == Some(0)).count();
    assert_eq!((chosen.len(), of_first), (600, 100));
}

/// scikit-learn's description of the data: the target goes from 25 to 346, ages from 19 to 79; breast cancer's mean radius from 6.981
/// to 28.11.
#[test]
fn what_a_regression_misses_most_and_samples_of_tables_are_told_in_the_units_of_the_data() {
    let mut training = trained(
        r#"(name: "diabetes", title: "", data: (source: diabetes), layers: [Dense(units: 1)],
            loss: mean_squared_error, optimizer: Adam(), train: (epochs: 2, batch_size: 50))"#,
        10,
    );
    let drawn = training.figure("regression", &Controls::default()).unwrap().expect("it is listed");
    let Body::Table { header, rows } = &drawn.panels[2].body else { panic!("{drawn:?}") };
    assert_eq!(header[..5], ["sample", "error", "true", "predicted", "age"]);
    let numbers: Vec<Vec<f64>> =
        rows.iter().map(|row| row.iter().map(|cell| cell.parse().unwrap()).collect()).collect();
    assert!(numbers.is_sorted_by(|a, b| a[1].abs() >= b[1].abs() - 0.1));
    for row in &numbers {
        assert!((25.0..=346.0).contains(&row[2]) && (19.0..=79.0).contains(&row[4]), "{row:?}");
        assert!((row[3] - row[2] - row[1]).abs() < 0.2, "{row:?}");
    }
    let training = trained(
        r#"(name: "cancer", title: "", data: (source: breast_cancer), layers: [Dense(units: 2, activation: softmax)],
            loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 50))"#,
        1,
    );
    let test = &*training.splits().test;
    let mut batch = crate::data::Batch::default();
    let radius = (0..test.len()).map(|index| {
        test.fill(&[index as u32], &mut batch).unwrap();
        in_own_units(test, index, &batch.inputs).unwrap()[0]
    });
    let (low, high) =
        radius.fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), x| (low.min(x), high.max(x)));
    assert!((6.98..12.0).contains(&low) && (18.0..28.12).contains(&high), "{low} to {high}");
}

#[test]
fn maps_of_a_sound_lie_as_its_spectrogram_does() {
    let mut training = trained(
        r#"(name: "sounds", title: "", data: (source: spoken_digits, train_samples: Some(40)),
            layers: [Conv2D(filters: 2, kernel_size: (1, 3), padding: same), Flatten, Dense(units: 10, activation: softmax)],
            loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 20))"#,
        1,
    );
    let shape = |training: &mut dyn Training, name: &str| {
        let drawn = training.figure(name, &Controls::default()).unwrap().expect("it is listed");
        let Body::Images { shape, .. } = &drawn.panels[0].body else { panic!("{drawn:?}") };
        *shape
    };
    assert_eq!(shape(&mut *training, "feature-maps"), [40, 56, 1]);
    // A kernel of one moment and three bands stands upright.
    assert_eq!(shape(&mut *training, "first-layer"), [3, 1, 1]);
}
