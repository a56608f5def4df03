//! Runs that are finished are trained further.

use std::process::Output;

use trainyard::run::{RunDirectory, Status};

use crate::program::{Home, bits, newest};

fn run(home: &Home, words: &[&str]) -> Output {
    home.command(words).output().expect("the program starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn done(home: &Home, words: &[&str]) -> String {
    let output = run(home, words);
    assert!(output.status.success(), "{words:?}: {}", said(&output));
    said(&output)
}

fn refusal(home: &Home, words: &[&str], code: i32) -> String {
    let output = run(home, words);
    assert_eq!(output.status.code(), Some(code), "{words:?}: {}", said(&output));
    said(&output)
}

fn trained(home: &Home, epochs: &str, more: &[&str]) -> RunDirectory {
    done(home, &[&["train", "xor", "--quiet", "--epochs", epochs], more].concat());
    home.run()
}

#[test]
fn a_finished_run_that_is_trained_further_equals_one_that_was_longer_from_the_start() {
    let home = Home::new();
    let long = newest(&trained(&home, "5", &[])).expect("a checkpoint");
    let short = trained(&home, "3", &[]);
    let told = refusal(&home, &["resume", "last"], 1);
    assert!(
        told.contains("nothing is left to do") && told.contains("--epochs +5` trains it further"),
        "{told}"
    );
    let told = done(&home, &["resume", "last", "--epochs", "+2"]);
    assert!(told.contains("trained further, to epoch 5: train.epochs=5"), "{told}");
    let end = newest(&short).expect("a checkpoint");
    assert_eq!(end.step, long.step);
    assert!([bits(&end.weights), bits(&end.optimizer)] == [bits(&long.weights), bits(&long.optimizer)]);

    let manifest = short.manifest().expect("a manifest");
    let [extension] = &manifest.extensions[..] else { panic!("{:?}", manifest.extensions) };
    assert_eq!((extension.epochs, extension.steps), (3, end.step / 5 * 3));
    assert_eq!(extension.changes, ["train.epochs=5"]);
    assert!(matches!(extension.status, Status::Finished { .. }), "{extension:?}");
    assert_eq!(manifest.preset.train.epochs, 5);
    assert!(matches!(manifest.status, Status::Finished { steps, .. } if steps == end.step));
}

#[test]
fn early_stopping_starts_anew_and_the_schedule_runs_over_all_epochs() {
    let home = Home::new();
    let stopping = [
        "--set",
        "train.early_stopping=(patience: 1, min_delta: 100)",
        "--set",
        "train.schedule=cosine()",
        "--set",
        "data.validation=0.2",
    ];
    let stopped = trained(&home, "40", &stopping);
    let before = newest(&stopped).expect("a checkpoint").step;
    let told = done(&home, &["resume", "last", "--epochs", "+3", "--set", "train.early_stopping.patience=9"]);
    let epochs = stopped.manifest().expect("a manifest").preset.train.epochs;
    assert!(epochs < 40, "counted from the epochs that are done, {epochs}");
    for line in [
        &format!("the schedule runs over all {epochs} epochs; the next learning rate is"),
        "early stopping starts anew",
    ] {
        assert!(told.contains(line), "{told}");
    }
    let after = newest(&stopped).expect("a checkpoint").step;
    assert_eq!(after, before / u64::from(epochs - 3) * u64::from(epochs));
}

#[test]
fn a_run_that_is_killed_while_it_is_trained_further_goes_on_so() {
    let home = Home::new();
    let stopping =
        ["--set", "train.early_stopping=(patience: 1, min_delta: 100)", "--set", "data.validation=0.2"];
    let run = trained(&home, "2", &stopping);
    // As a kill leaves it before the first checkpoint: the manifest alone says what is to be done.
    let mut manifest = run.manifest().expect("a manifest");
    let mut preset = manifest.preset.clone();
    preset.train.epochs = 4;
    preset.train.early_stopping = None;
    let before = newest(&run).expect("a checkpoint").step;
    manifest.extend(preset, vec!["train.epochs=4".into()], before);
    manifest.save(run.path()).expect("a manifest");
    done(&home, &["resume", "last", "--quiet"]);
    let manifest = run.manifest().expect("a manifest");
    assert_eq!((newest(&run).expect("a checkpoint").step, manifest.extensions.len()), (before * 2, 1));
}

#[test]
fn what_cannot_be_trained_further_is_refused_and_changes_nothing() {
    let home = Home::new();
    let of = trained(&home, "2", &[]);
    let before = std::fs::read(of.path().join("run.ron")).expect("a manifest");
    for (words, why) in [
        (&["--epochs", "2"][..], "has done 2 epochs, and is to have 2 in all"),
        (&["--epochs", "many"], "use +5 for five epochs more"),
        (&["--epochs", "-5"], "use +5 for five epochs more"),
        (
            &["--epochs", "+1", "--set", "layers.0.units=99"],
            "--set layers.0.units=99: a run is trained further with",
        ),
        (&["--epochs", "+1", "--set", "optimizer=SGD()"], "the state of one optimizer does not fit another"),
        (&["--epochs", "+1", "--set", "optimizer.learning_rate=-1"], "--set optimizer.learning_rate=-1"),
        (&["--set", "optimizer.learning_rate=0.001"], "--epochs +5 trains it further"),
    ] {
        let told = refusal(&home, &[&["resume", "last"], words].concat(), 2);
        assert!(told.contains(why), "{words:?}: {told}");
    }
    assert!(std::fs::read(of.path().join("run.ron")).expect("a manifest") == before);
}

#[test]
fn a_run_is_called_by_a_part_of_its_name_and_how_many_runs_back() {
    let home = Home::new();
    let first = trained(&home, "1", &[]).name();
    let second = trained(&home, "1", &[]).name();
    let scored = |wanted: &str| {
        let output = run(&home, &["eval", wanted, "--json"]);
        assert!(output.status.success(), "{}", said(&output));
        let line: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        (
            line["run"].as_str().expect("a name").to_string(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    assert_eq!(scored("last"), (second.clone(), String::new()));
    assert_eq!(scored("last~1"), (first.clone(), String::new()));
    assert_eq!(scored("xor~1"), (first, String::new()));
    let (name, told) = scored("xor");
    assert_eq!(name, second);
    assert!(told.contains(&format!("'xor' matches 2 runs; this takes the newest, {second}")), "{told}");
    let told = refusal(&home, &["eval", "last~2"], 2);
    assert!(told.contains("'last~2' goes back further than the 2 that match"), "{told}");
}

#[test]
fn weights_that_fit_nowhere_and_layers_that_are_all_frozen_are_refused() {
    let home = Home::new();
    let run = trained(&home, "1", &[]);
    let other = r#"(name: "other", title: "", data: (source: iris), layers: [Dense(units: 3, activation: softmax)],
        loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 32))"#;
    std::fs::write(home.folder.join("presets/other.ron"), other).expect("a preset");
    let told = refusal(&home, &["train", "other", "--init-from", &run.name()], 1);
    assert!(
        told.contains("nothing in it fits this network") && told.contains("dense/kernel [4, 3]"),
        "{told}"
    );
    for count in ["1", "7"] {
        let told = refusal(&home, &["train", "other", "--freeze", count], 2);
        assert!(told.contains("leaves nothing to train") && told.contains("(dense)"), "{told}");
        assert!(told.contains("freeze at most 0"), "{told}");
    }
    assert_eq!(home.runs().len(), 1, "no run is begun");
}
