//! What numbers mean is what the loss and the network say, never the type in which a file has them: targets, their scale, the
//! metrics. Made after public reports on other tools, which are named with their numbers; the right values are Keras's and
//! scikit-learn's on the same files.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::kinds::bright_at_an_end;
use crate::program::{Desk, idx};

/// Trains a preset of the fixtures; the scores on its test set.
fn scores(fixture: &str, preset: &str) -> Value {
    let desk = Desk::with(fixture);
    tested(&desk, &["train", preset, "--json", "--no-save"])
}

/// The scores on the test set at the end of a training.
fn tested(desk: &Desk, words: &[&str]) -> Value {
    let lines = desk.lines(words, b"");
    let end = lines.iter().find(|line| line["event"] == "finished").expect("it says that it has finished");
    json!({ "loss": end["test_loss"], "accuracy": end["test_accuracy"], "metrics": end["test_metrics"] })
}

fn number(scores: &Value, name: &str) -> f64 {
    let value = if scores[name].is_null() { &scores["metrics"][name] } else { &scores[name] };
    value.as_f64().unwrap_or_else(|| panic!("{name} in {scores}"))
}

/// Float 0 and 1, float one-hot rows, several labels a row (keras #13926, mcfly #188): Keras's losses on these files are
/// 0.07, 0.107 and 0.055 and its accuracies 0.98, 0.967 and, of single labels, 0.98.
#[test]
fn float_targets_are_what_the_loss_compares() {
    for (preset, loss, accuracy) in
        [("bin.ron", 0.07, 0.98), ("onehot.ron", 0.107, 0.967), ("multi.ron", 0.055, 0.98)]
    {
        let scores = scores("float-targets", preset);
        let (own, right) = (number(&scores, "loss"), number(&scores, "accuracy"));
        assert!(own > 0.0 && (own - loss).abs() < 0.07, "{preset}: {scores}");
        assert!((right - accuracy).abs() < 0.03, "{preset}: {scores}");
    }
}

/// Three sigmoids (keras #2522): binary accuracy 0.979 and a mean absolute error of probabilities of 0.044.
#[test]
fn several_labels_have_a_binary_accuracy_and_errors_of_probabilities() {
    let desk = Desk::with("multi-label");
    let words = ["train", "ml.ron", "--json", "--no-save", "--set", "train.metrics=[mae, f1]"];
    let scores = &tested(&desk, &words);
    assert!((number(scores, "accuracy") - 0.979).abs() < 0.02, "{scores}");
    assert!((number(scores, "mae") - 0.044).abs() < 0.02, "{scores}");
    assert!(number(scores, "f1") > 0.95, "{scores}");
}

/// Labels 1 to 4 of five classes, all told apart (torchmetrics #295): the class that never occurs is in no average.
#[test]
fn a_class_that_does_not_occur_is_in_no_average() {
    let scores = scores("absent-class", "m.ron");
    for name in ["accuracy", "precision", "recall", "f1", "roc_auc"] {
        assert_eq!(number(&scores, name), 1.0, "{name}: {scores}");
    }
}

/// Two features of other scales along six steps: Keras's Normalization on the last axis gives 0.875.
#[test]
fn each_feature_of_a_sequence_is_scaled_by_itself() {
    let scores = scores("sequences-by-feature", "m.ron");
    assert!(number(&scores, "accuracy") >= 0.85, "{scores}");
}

/// Times in seconds since 1970 (mmdetection3d #296): in single precision before scaling, neighbours fall together.
#[test]
fn times_in_seconds_keep_their_digits() {
    assert_eq!(number(&scores("timestamps", "r_time.ron"), "accuracy"), 1.0);
}

/// Class weights and smoothed labels are for training alone (keras #5616). The right loss is worked out from the answers.
#[test]
fn a_test_loss_is_unweighted() {
    let desk = Desk::with("class-weights");
    let loss = number(&tested(&desk, &["train", "ls-cw.ron", "--json"]), "loss");
    let table = std::fs::read_to_string(desk.path("te3.csv")).expect("the table");
    let classes: Vec<usize> =
        table.lines().skip(1).map(|row| usize::from(row.as_bytes()[row.len() - 1] - b'a')).collect();
    let answers = desk.lines(&["predict", "last", "te3.csv", "--json"], b"");
    assert_eq!(answers.len(), classes.len());
    let of_class =
        |(answer, &class): (&Value, &usize)| answer["output"][class].as_f64().expect("a share").ln();
    let right = -answers.iter().zip(&classes).map(of_class).sum::<f64>() / classes.len() as f64;
    assert!((loss - right).abs() < 1e-5, "{loss} is not {right}");
}

#[test]
fn errors_of_a_regression_are_in_the_tables_unit() {
    let desk = Desk::with("units");
    desk.lines(&["train", "reg.ron", "--json"], b"");
    let scores = &desk.lines(&["eval", "last", "--data", "reg.csv", "--json"], b"")[0];
    let table = std::fs::read_to_string(desk.path("reg.csv")).expect("the table");
    let targets: Vec<f64> = table
        .lines()
        .skip(1)
        .map(|row| row.rsplit(',').next().and_then(|cell| cell.parse().ok()).expect("a number"))
        .collect();
    let said = desk.lines(&["predict", "last", "reg.csv", "--json"], b"");
    let value = |answer: &Value| answer["output"][0].as_f64().expect("a value");
    let right = said.iter().zip(&targets).map(|(answer, target)| (value(answer) - target).abs()).sum::<f64>()
        / targets.len() as f64;
    assert!((number(scores, "mae") - right).abs() < 1e-3 * right, "{scores}: {right}");
    let words =
        String::from_utf8(desk.run(&["eval", "last", "--data", "reg.csv"], b"").stdout).expect("text");
    assert!(words.contains("in the unit of 'y'"), "{words}");
}

/// An autoencoder, a variational one and a Boltzmann machine that compare a standardised table with probabilities (the
/// losses were -1608 and -5497): the table is brought to 0..1, which is told.
#[test]
fn inputs_that_are_compared_with_probabilities_are_brought_to_their_range() {
    let desk = Desk::with("probability-losses");
    for preset in ["ae.ron", "vae.ron", "rbm.ron"] {
        let output = desk.run(&["train", preset, "--no-save"], b"");
        let told =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && told.contains("the inputs are brought to 0..1"),
            "{preset}: {told}"
        );
        let lines = desk.lines(&["train", preset, "--json", "--no-save"], b"");
        let losses =
            lines.iter().filter(|line| line["event"] == "epoch").filter_map(|line| line["loss"].as_f64());
        assert!(losses.clone().count() > 4 && losses.fold(f64::INFINITY, f64::min) > 0.0, "{preset}");
        let (refused, code) = desk.failure(&["train", preset, "--no-save", "--set", "data.normalize=false"]);
        assert!(code == Some(1) && refused.contains("leave normalize: false out"), "{preset}: {refused}");
    }
}

/// A code and a reconstruction are not in the unit of a label that the network does not predict, and are not refused for it.
#[test]
fn an_autoencoder_has_nothing_to_do_with_the_label_of_its_table() {
    let desk = Desk::with("units");
    let network = |procedure: &str, data: &str, last: &str| {
        format!(
            "(name: \"code\", title: \"\", data: (source: csv(file: \"reg.csv\"){data}),
              layers: [Dense(units: 4, activation: relu), Dense(units: {last})], loss: binary_crossentropy,
              optimizer: Adam(learning_rate: 0.01), train: (epochs: 5, batch_size: 8){procedure})"
        )
    };
    let decoder = ", procedure: autoencoder(decoder: [Dense(units: 3, activation: sigmoid)])";
    desk.preset_text(&network(decoder, "", "1"));
    desk.lines(&["train", "own.ron", "--json"], b"");
    let code = &desk.lines(&["predict", "last", "q.csv", "--json"], b"")[0]["output"][0];
    assert!(code.as_f64().is_some_and(|code| code.abs() < 100.0), "{code}");
    desk.preset_text(&network("", ", targets: input", "3, activation: sigmoid"));
    let lines = desk.lines(&["train", "own.ron", "--json", "--no-save"], b"");
    let losses =
        lines.iter().filter(|line| line["event"] == "epoch").filter_map(|line| line["loss"].as_f64());
    assert!(losses.clone().count() == 5 && losses.fold(f64::INFINITY, f64::min) > 0.0);
}

/// Float 0 and 1 are two classes for the split, the weights and the sampling as well.
#[test]
fn two_classes_written_as_floats_have_weights_and_are_sampled() {
    let desk = Desk::with("float-targets");
    for set in ["loss_options.class_weights=balanced", "data.oversample=true"] {
        for preset in ["bin.ron", "onehot.ron"] {
            desk.lines(
                &["train", preset, "--json", "--no-save", "--set", set, "--set", "train.epochs=2"],
                b"",
            );
        }
    }
}

#[test]
fn a_run_without_a_test_set_has_no_test_scores_and_numbers_beyond_a_network_are_refused() {
    let desk = Desk::with("units");
    desk.lines(&["train", "reg.ron", "--json", "--set", "data.test=0.0"], b"");
    let (refused, code) = desk.failure(&["eval", "last"]);
    assert!(code == Some(1) && refused.contains("its test set is empty"), "{refused}");
    desk.put("far.csv", "a,b,c\n1,2,3\n1e300,2,3\n");
    let (refused, _) = desk.failure(&["predict", "last", "far.csv"]);
    assert!(refused.contains("a number is too large for a network"), "{refused}");
}

/// What is wrong with a preset may be what a change mends.
#[test]
fn a_change_may_mend_a_preset() {
    let desk = Desk::with("units");
    let preset = std::fs::read_to_string(desk.path("reg.ron")).expect("the preset");
    desk.put("wrong.ron", preset.replace("epochs:2", "epochs:0"));
    desk.lines(&["train", "wrong.ron", "--json", "--no-save", "--set", "train.epochs=2"], b"");
    assert_eq!(desk.failure(&["train", "wrong.ron"]).1, Some(2));
}

#[test]
fn targets_that_a_loss_does_not_compare_are_refused_with_the_way_out() {
    let desk = Desk::with("units");
    let (refused, _) = desk.failure(&["train", "reg.ron", "--set", "loss=binary_crossentropy"]);
    assert!(
        refused.contains("not all targets lie between 0 and 1") && refused.contains("use mean_squared_error"),
        "{refused}"
    );
    let (refused, _) = desk.failure(&["train", "reg.ron", "--set", "train.metrics=[f1]"]);
    assert!(
        refused.contains("this training has no f1") && refused.contains("mae, rmse, r_squared"),
        "{refused}"
    );
    let (refused, _) = desk.failure(&["train", "reg.ron", "--set", "loss_options.label_smoothing=0.1"]);
    assert!(refused.contains("has no labels to smooth"), "{refused}");
}

/// Whole numbers are classes where the loss compares classes, however many there are, and values where it compares values.
#[test]
fn whole_numbers_are_classes_or_values_as_the_network_wants_them() {
    let desk = Desk::with("tables");
    let letters = tested(&desk, &["train", "r_letters26.ron", "--json", "--no-save"]);
    assert!(letters["accuracy"].is_number(), "{letters}");
    let mut rooms = String::from("area,rooms\n");
    for row in 0..60 {
        writeln!(rooms, "{},{}", 20 + 17 * (row % 5), 1 + row % 5).expect("a row");
    }
    desk.put("rooms.csv", rooms);
    desk.preset_text(
        "(name: \"rooms\", title: \"\", data: (source: csv(file: \"rooms.csv\")), layers: [Dense(units: 1)],
          loss: mean_squared_error, optimizer: Adam(learning_rate: 0.1), train: (epochs: 30, batch_size: 8))",
    );
    let scores = &tested(&desk, &["train", "own.ron", "--json", "--no-save"]);
    assert!(number(scores, "mae") < 0.2 && scores["accuracy"].is_null(), "{scores}");
}

/// A tenth of each of ten classes of four is none: four of all are held out, and a set that stays empty is told.
#[test]
fn small_classes_are_held_out_together_and_empty_sets_are_told() {
    let desk = Desk::with("tables");
    let told = |preset: &str| {
        let output = desk.run(&["train", preset, "--no-save"], b"");
        assert!(output.status.success());
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    };
    let few = told("few.ron");
    assert!(few.contains("36 training, 4 validation and 0 test samples"), "{few}");
    assert!(few.contains("the test set is empty") && !few.contains("0.0000 accuracy"), "{few}");
    assert!(told("r_tworows.ron").contains("validation: 0.1 of 2 samples rounds to none"));
}

/// A network that learned from bytes gets the same from bytes and from shares of full brightness.
#[test]
fn pixels_may_be_bytes_or_shares() {
    let desk = Desk::new();
    let (images, labels) = bright_at_an_end();
    desk.put("x", idx(&[60, 5, 4], &images));
    desk.put("y", idx(&[60], &labels));
    desk.preset("idx(inputs: \"x\", labels: \"y\")", "Flatten,");
    assert!(desk.trained() > 0.9);
    let pixels: Vec<&[u8]> = images.chunks_exact(20).take(20).collect();
    let table = |write: &dyn Fn(u8) -> String| -> String {
        pixels
            .iter()
            .map(|image| image.iter().map(|&byte| write(byte)).collect::<Vec<_>>().join(",") + "\n")
            .collect()
    };
    desk.put("bytes.csv", table(&|byte| byte.to_string()));
    desk.put("shares.csv", table(&|byte| (f64::from(byte) / 255.0).to_string()));
    let of_bytes = desk.classes("bytes.csv", b"");
    assert!(
        of_bytes.len() == 20 && of_bytes.contains(&"0".to_string()) && of_bytes.contains(&"1".to_string())
    );
    assert_eq!(desk.classes("shares.csv", b""), of_bytes);
    desk.put("odd.csv", table(&|byte| (f64::from(byte) - 128.0).to_string()));
    let (refused, _) = desk.failure(&["predict", "last", "odd.csv"]);
    assert!(refused.contains("learned from pixels, which go from 0 to 255, or from 0 to 1"), "{refused}");
}
