//! A loss that is not finite, and a result that is used: from the command line.

use std::fs;

use trainyard::run::Status;

use crate::program::Home;

/// A training whose loss grows at every step.
const STEEP: &str = r#"(name: "steep", title: "", data: (source: diabetes), layers: [Dense(units: 8), Dense(units: 1)],
    loss: mean_squared_error, optimizer: SGD(learning_rate: 20.0), train: (epochs: 8, batch_size: 32))"#;

fn said(home: &Home, words: &[&str]) -> (bool, String) {
    let output = home.command(words).output().expect("the program starts");
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

#[test]
fn a_run_that_diverged_goes_on_only_at_another_rate() {
    let home = Home::new();
    fs::write(home.folder.join("presets/steep.ron"), STEEP).expect("a preset");
    let (done, text) = said(&home, &["train", "steep", "--quiet"]);
    assert!(!done && text.contains("at step") && text.contains("first not finite"), "{text}");
    assert!(matches!(home.run().manifest().unwrap().status, Status::Failed { diverged: true, .. }));
    let (done, text) = said(&home, &["resume", "last"]);
    assert!(!done && text.contains("--learning-rate goes back with a smaller rate"), "{text}");
    let (done, text) = said(&home, &["resume", "last", "--learning-rate", "0.02", "--quiet"]);
    assert!(done && text.contains("test loss"), "{text}");
    assert!(matches!(home.run().manifest().unwrap().status, Status::Finished { .. }));
}

#[test]
fn a_run_is_scored_on_a_file_in_its_own_scale() {
    let home = Home::new();
    let table = |from: i32, to: i32| {
        let rows = (from..to)
            .map(|i| format!("{},{},{}\n", i, 500 - 7 * i, if i % 40 < 20 { "low" } else { "high" }));
        format!("a,b,kind\n{}", rows.collect::<String>())
    };
    let at = |name: &str| home.folder.join(name).to_string_lossy().into_owned();
    let (train, test, odd) = (at("train.csv"), at("test.csv"), at("odd.csv"));
    fs::write(&train, table(0, 200)).expect("a table");
    fs::write(&test, table(200, 280)).expect("a table");
    fs::write(&odd, "a,b,kind\n1,2,low\n3,4,middle\n").expect("a table");
    let preset = |more: &str| {
        format!(
            r#"(name: "own", title: "", data: (source: csv(file: {train:?}, label: "kind"{more})),
                layers: [Dense(units: 8, activation: tanh), Dense(units: 2, activation: softmax)],
                loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 3, batch_size: 32))"#
        )
    };
    // With the file as the preset's test set the training itself scores it.
    fs::write(home.folder.join("presets/own.ron"), preset(&format!(", test_file: Some({test:?})")))
        .expect("a preset");
    let (done, text) = said(&home, &["train", "own", "--json"]);
    assert!(done, "{text}");
    let scored = |text: &str, key: &str| {
        let line = text.lines().last().and_then(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        line.and_then(|line| line[key].as_f64()).unwrap_or_else(|| panic!("{text}"))
    };
    let expected = scored(&text, "test_loss");
    let (done, text) = said(&home, &["eval", "last", "--checkpoint", "last", "--json", "--data", &test]);
    assert!(done, "{text}");
    assert!((scored(&text, "loss") - expected).abs() < 1e-9, "{text} {expected}");
    let (done, text) = said(&home, &["eval", "last", "--data", &odd]);
    assert!(!done && text.contains("class 'middle' is none of this network's"), "{text}");
    let (done, text) = said(&home, &["eval", "last", "--data", &at("nothing.csv")]);
    assert!(!done && text.contains("there is no such file"), "{text}");
}

#[test]
fn more_threads_than_processors_are_not_started_and_one_line_says_so() {
    let home = Home::new();
    let processors = std::thread::available_parallelism().expect("a number").get();
    let asked = (processors + 60).to_string();
    let words = ["train", "small", "--set", "train.epochs=1", "--json"];
    let output = home.command(&words).env("RAYON_NUM_THREADS", &asked).output().expect("the program starts");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    assert_eq!(
        told.matches(&format!("RAYON_NUM_THREADS asks for {asked} threads; {processors} ")).count(),
        1,
        "{told}"
    );
    let trained = String::from_utf8_lossy(&output.stdout).into_owned();
    let plural = if processors == 1 { "" } else { "s" };
    assert!(trained.contains(&format!("cpu, {processors} thread{plural}")), "{trained}");
    let first = trained.lines().next().unwrap_or_default();
    assert!(first.contains(r#""event":"log""#) && first.contains("RAYON_NUM_THREADS asks"), "{first}");
}
