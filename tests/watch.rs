//! `trainyard watch` on event files that PyTorch, Keras and `tf.summary` wrote (`tests/fixtures/events`).

use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn fixtures() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/events"))
}

fn watch(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_trainyard"))
        .arg("watch")
        .arg(fixtures())
        .args(arguments)
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the output is text")
}

#[test]
fn several_folders_are_one_list() {
    let folders = ["torch/fast", "torch/slow"].map(|name| fixtures().join(name));
    let output = Command::new(env!("CARGO_BIN_EXE_trainyard"))
        .arg("watch")
        .args(&folders)
        .arg("--json")
        .output()
        .expect("the program starts");
    let text = String::from_utf8(output.stdout).expect("the output is text");
    let names: Vec<String> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON")["run"].to_string())
        .collect();
    assert_eq!(names.len(), 8, "{names:?}");
    assert!(names[0] == "\"fast\"" && names[4] == "\"slow\"", "{names:?}");
}

#[test]
fn a_file_of_another_kind_is_called_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("notes.csv");
    std::fs::write(&file, "a,b\n1,2\n".repeat(50)).expect("a file");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trainyard"));
        let output = command.arg("watch").arg(&file).args(arguments).output().expect("the program starts");
        String::from_utf8(output.stdout).expect("the output is text")
    };
    let told = run(&["--once"]);
    assert!(told.contains("no event file") && !told.contains("damaged"), "{told}");
}

/// The line about a run.
fn run(name: &str) -> Value {
    let lines = watch(&["--json"]);
    let mut lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"));
    lines.find(|line| line["run"] == name).expect("the run is listed")
}

fn is_about(value: &Value, expected: f64) -> bool {
    value.as_f64().is_some_and(|value| (value - expected).abs() < 1e-6 * expected.abs())
}

#[test]
fn scalars_and_hyperparameters_of_pytorch_are_listed() {
    let fast = run("torch/fast");
    assert_eq!((&fast["step"], &fast["damaged"]), (&59.into(), &0.into()));
    let loss = 2.0 * 0.9_f64.powi(59) + 0.125;
    assert!(is_about(&fast["values"]["train/loss"]["value"], loss), "{fast}");
    assert!(is_about(&fast["values"]["val/accuracy"]["value"], 1.0 - loss / 4.0), "{fast}");
    assert!(is_about(&run("torch/fast/both_b")["values"]["both"]["value"], 4.25));
    let hparams = run("torch/slow/hparams");
    assert_eq!(hparams["hparams"]["lr"], "0.01");
    assert_eq!(hparams["hparams"]["optimizer"], "adam");
    assert!(is_about(&hparams["values"]["hparam/loss"]["value"], 2.0 * 0.99_f64.powi(59) + 0.125));
}

#[test]
fn tensors_of_keras_and_tf_summary_are_listed() {
    let training = run("keras/fit/train");
    assert_eq!(training["values"]["epoch_loss"]["step"], 3);
    assert!(training["values"]["epoch_mae"]["value"].is_number());
    assert!(run("keras/fit/validation")["values"]["epoch_loss"]["value"].is_number());
    let custom = run("keras/custom");
    assert!(is_about(&custom["values"]["metric"]["value"], 0.05), "{custom}");
    assert_eq!(custom["hparams"]["dropout"], "0.25");
    assert_eq!(custom["hparams"]["cell"], "gru");
}

#[test]
fn the_table_has_a_row_for_each_run_and_the_figure_that_was_asked_for() {
    let table = watch(&["--tag", "metric"]);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 12, "{table}");
    assert!(lines[0].contains("RUN") && lines[0].contains("metric"), "{table}");
    let custom = lines.iter().find(|line| line.starts_with("keras/custom")).expect("the run is listed");
    assert!(custom.contains("0.05") && custom.contains("cell=gru dropout=0.25 units=3"), "{table}");
}
