//! Which weights answer, and what their errors are measured against.

use serde_json::Value;

use super::answers::{desk_with_classes, done};
use crate::program::Desk;

#[test]
fn answers_after_a_pretraining_are_those_of_the_network_that_learned_the_classes() {
    let desk = desk_with_classes();
    desk.preset_text(
        "(name: \"own\", title: \"\", data: (source: csv(file: \"pets.csv\"), test: 0.25, validation: 0.2),
          layers: [Dense(units: 8, activation: sigmoid), Dense(units: 2, activation: softmax)],
          loss: categorical_crossentropy, optimizer: Adam(learning_rate: 0.05),
          train: (epochs: 12, batch_size: 16), procedure: pretraining(epochs: 3))",
    );
    // The loss of the Boltzmann machine is far below any that the classes have.
    let (told, _) = done(&desk, &["train", "own.ron", "--json"]);
    let events: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).expect("an event")).collect();
    let begin = events.iter().filter(|event| event["event"] == "epoch").nth(2).expect("it was pretrained");
    let (shown, _) = done(&desk, &["runs", "show", "last", "--json"]);
    let shown: Value = serde_json::from_str(&shown).expect("a run");
    let best = shown["best_step"].as_u64().unwrap_or_else(|| panic!("{shown}"));
    assert!(best > begin["step"].as_u64().expect("a step"), "{begin} {shown}");
    let accuracy = |checkpoint: &[&str]| -> f64 {
        let (scores, _) = done(&desk, &[&["eval", "last", "--json"], checkpoint].concat());
        let scores: Value = serde_json::from_str(scores.lines().last().unwrap_or_default()).expect("scores");
        scores["accuracy"].as_f64().unwrap_or_else(|| panic!("{scores}"))
    };
    assert!(accuracy(&[]) > 0.8, "{} {}", accuracy(&[]), accuracy(&["--checkpoint", "last"]));

    // An export does not write over the table from which it learned.
    let table = std::fs::read(desk.path("pets.csv")).expect("the table");
    let (said, code) = desk.failure(&["export", "last", "--to", "onnx", "-o", "pets.csv"]);
    assert!(code == Some(2) && said.contains("pets.csv is data that is read"), "{said}");
    assert_eq!(std::fs::read(desk.path("pets.csv")).expect("the table"), table);
}

#[test]
fn errors_beyond_what_a_sigmoid_reaches_are_those_of_the_true_values() {
    let desk = Desk::new();
    let rows = |more: i32| (0..60).map(|x| format!("{x},{}\n", 2 * x + more)).collect::<String>();
    desk.put("t.csv", format!("x,y\n{}", rows(0)));
    desk.put("later.csv", format!("x,y\n{}", rows(1000)));
    desk.preset_text(
        "(name: \"own\", title: \"\", data: (source: csv(file: \"t.csv\", test_file: \"later.csv\")),
          layers: [Dense(units: 4, activation: relu), Dense(units: 1, activation: sigmoid)],
          loss: mean_squared_error, optimizer: Adam(learning_rate: 0.05), train: (epochs: 5, batch_size: 16))",
    );
    done(&desk, &["train", "own.ron", "--quiet"]);
    let (scores, _) = done(&desk, &["eval", "last", "--json", "--predictions", "said.csv"]);
    let scores: Value = serde_json::from_str(scores.lines().last().unwrap_or_default()).expect("scores");
    let mut said = csv::Reader::from_path(desk.path("said.csv")).expect("predictions");
    let head = said.headers().expect("a head").clone();
    let column =
        |name: &str| head.iter().position(|known| known == name).unwrap_or_else(|| panic!("{head:?}"));
    let (truth, answer) = (column("truth"), column("prediction"));
    let rows: Vec<csv::StringRecord> = said.records().collect::<Result<_, _>>().expect("rows");
    let number = |row: &csv::StringRecord, at: usize| row[at].parse::<f64>().expect("a number");
    assert!(rows.iter().zip(0..).all(|(row, x)| number(row, truth) == f64::from(2 * x + 1000)), "{rows:?}");
    let mae = rows.iter().map(|row| (number(row, truth) - number(row, answer)).abs()).sum::<f64>() / 60.0;
    let told =
        scores["metrics"]["mae"].as_f64().or(scores["mae"].as_f64()).unwrap_or_else(|| panic!("{scores}"));
    assert!(mae > 900.0 && (told - mae).abs() < 1e-3 * mae, "{told}, by hand {mae}");
}

#[test]
fn the_best_epoch_is_the_one_that_early_stopping_restores() {
    let desk = desk_with_classes();
    for (monitor, min_delta) in [("val_accuracy", 0.0), ("val_loss", 0.05)] {
        desk.preset_text(&format!(
            "(name: \"own\", title: \"\",
              data: (source: csv(file: \"pets.csv\"), test: 0.25, validation: 0.2),
              layers: [Dense(units: 8, activation: relu), Dense(units: 2, activation: softmax)],
              loss: categorical_crossentropy, optimizer: Adam(learning_rate: 0.03),
              train: (epochs: 40, batch_size: 16,
                      early_stopping: (monitor: {monitor}, patience: 60, min_delta: {min_delta})))"
        ));
        let (told, _) = done(&desk, &["train", "own.ron", "--json"]);
        let events: Vec<Value> =
            told.lines().map(|line| serde_json::from_str(line).expect("an event")).collect();
        let number = |event: &Value, name: &str| {
            event[name].as_f64().unwrap_or_else(|| panic!("{event} has no {name}"))
        };
        let epochs: Vec<&Value> = events.iter().filter(|event| event["event"] == "epoch").collect();
        let lowest = epochs
            .iter()
            .min_by(|a, b| number(a, "validation_loss").total_cmp(&number(b, "validation_loss")))
            .expect("epochs");
        // As Keras's EarlyStopping: the first epoch that is better by more than the least change.
        let score = |event: &Value| match monitor {
            "val_loss" => number(event, "validation_loss"),
            _ => -number(event, "validation_accuracy"),
        };
        let restored = epochs.iter().fold(None, |best: Option<&&Value>, epoch| match best {
            Some(best) if score(epoch) >= score(best) - min_delta => Some(best),
            _ => Some(epoch),
        });
        let restored = restored.expect("epochs");
        assert_ne!(restored["step"], lowest["step"], "{monitor}: the two ways must differ here");

        let (shown, _) = done(&desk, &["runs", "show", "last", "--json"]);
        let shown: Value = serde_json::from_str(&shown).expect("a run");
        assert_eq!(shown["best_step"], restored["step"], "{monitor}");
        let (words, _) = done(&desk, &["runs", "show", "last"]);
        assert_eq!(words.contains("validation accuracy"), monitor == "val_accuracy", "{words}");
        let scores = |checkpoint: &[&str]| {
            let (scores, _) = done(&desk, &[&["eval", "last", "--json"], checkpoint].concat());
            let scores: Value =
                serde_json::from_str(scores.lines().last().unwrap_or_default()).expect("scores");
            (number(&scores, "loss"), number(&scores, "accuracy"))
        };
        assert_eq!(scores(&[]), scores(&["--checkpoint", "last"]), "{monitor}");
    }
}

#[test]
fn what_is_rebuilt_is_measured_against_the_file_also_beyond_the_range_of_a_probability() {
    let desk = Desk::new();
    let value = |x: i32, more: i32| format!("{}.1234567", 1_700_000_000 + 3 * x + more);
    let rows = |count, more| (0..count).map(|x| format!("{x},{}\n", value(x, more))).collect::<String>();
    desk.put("t.csv", format!("x,y\n{}", rows(60, 0)));
    desk.put("later.csv", format!("x,y\n{}", rows(40, 1000)));
    let source = "(source: csv(file: \"t.csv\", test_file: \"later.csv\", task: none)";
    let end =
        "loss: binary_crossentropy, optimizer: Adam(learning_rate: 0.05), train: (epochs: 5, batch_size: 16)";
    let supervised = format!(
        "(name: \"own\", title: \"\", data: {source}, targets: input),
          layers: [Dense(units: 2, activation: relu), Dense(units: 2, activation: sigmoid)], {end})"
    );
    let autoencoder = format!(
        "(name: \"own\", title: \"\", data: {source}), layers: [Dense(units: 2, activation: relu)],
          procedure: autoencoder(decoder: [Dense(units: 2, activation: sigmoid)]), {end})"
    );
    for (preset, has_mae) in [(supervised, true), (autoencoder, false)] {
        desk.preset_text(&preset);
        let (_, told) = done(&desk, &["train", "own.ron"]);
        assert!(told.contains("cut off, but not in the errors that are told"), "{told}");
        let (scores, _) = done(&desk, &["eval", "last", "--json", "--report", "--predictions", "said.csv"]);
        let scores: Value = serde_json::from_str(scores.lines().last().unwrap_or_default()).expect("scores");
        let mut said = csv::Reader::from_path(desk.path("said.csv")).expect("predictions");
        let head = said.headers().expect("a head").clone();
        let rows: Vec<csv::StringRecord> = said.records().collect::<Result<_, _>>().expect("rows");
        let column = |name: &str| {
            let place = head.iter().position(|known| known == name);
            let place = place.unwrap_or_else(|| panic!("no {name} in {head:?}"));
            rows.iter().map(move |row| row[place].parse::<f64>().expect("a number"))
        };
        let truths: Vec<f64> = (0..40).map(|x| value(x, 1000).parse().expect("a number")).collect();
        assert_eq!(column("truth y").collect::<Vec<_>>(), truths);
        let mae = |name: &str| {
            let pairs = column(&format!("truth {name}")).zip(column(&format!("prediction {name}")));
            pairs.map(|(truth, said)| (truth - said).abs()).sum::<f64>() / 40.0
        };
        assert!(mae("y") > 900.0, "{}", mae("y"));
        let is_near = |told: &Value, wanted: f64| {
            told.as_f64().is_some_and(|told| (told - wanted).abs() < 1e-5 * wanted.abs())
        };
        let mean = f64::midpoint(mae("x"), mae("y"));
        let report = &scores["report"]["all"]["mae"];
        assert!(is_near(report, mean), "{report}, by hand {mean}: {scores}");
        if has_mae {
            assert!(is_near(&scores["metrics"]["mae"], mean), "by hand {mean}: {scores}");
        }
    }
}
