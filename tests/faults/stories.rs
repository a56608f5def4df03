//! What a person does, with a fault at every call.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{Done, Home, Thoroughness, attack};
use crate::tracer::{self, Fault, Plan};

/// Trainings of a fifth of a second, one for each procedure: what their presets say beside name and title.
const TRAININGS: &[(&str, &str)] = &[
    (
        "supervised",
        "data: (source: moons()), layers: [Dense(units: 8, activation: relu), Dropout(rate: 0.1),
         Dense(units: 2, activation: softmax)], loss: categorical_crossentropy, optimizer: Adam(),
         train: (epochs: 6, batch_size: 4)",
    ),
    (
        "pretraining",
        "data: (source: digits_8x8), layers: [Flatten, Dense(units: 16, activation: sigmoid),
         Dense(units: 10, activation: softmax)], loss: categorical_crossentropy, optimizer: SGD(),
         train: (epochs: 3, batch_size: 32), procedure: pretraining(epochs: 3)",
    ),
    (
        "autoencoder",
        "data: (source: digits_8x8, targets: input), layers: [Flatten, Dense(units: 8, activation: relu)],
         loss: mean_squared_error, optimizer: Adam(), train: (epochs: 5, batch_size: 8),
         procedure: autoencoder(decoder: [Dense(units: 64, activation: sigmoid)])",
    ),
    (
        "variational",
        "data: (source: digits_8x8), layers: [Flatten, Dense(units: 4)], loss: binary_crossentropy,
         optimizer: Adam(), train: (epochs: 5, batch_size: 8),
         procedure: variational(decoder: [Dense(units: 64, activation: sigmoid)])",
    ),
    (
        "adversarial",
        "data: (source: digits_8x8), layers: [Dense(units: 64, activation: sigmoid)], loss: binary_crossentropy,
         optimizer: Adam(), train: (epochs: 4, batch_size: 8),
         procedure: adversarial(latent: 4, discriminator: [Flatten, Dense(units: 1, activation: sigmoid)])",
    ),
    (
        "language",
        "data: (source: text_file(file: \"text.txt\", steps: 8)), layers: [Embedding(output_dim: 4), GRU(units: 8,
         return_sequences: true), Dense(units: VOCABULARY, activation: softmax)], loss: sparse_categorical_crossentropy,
         optimizer: Adam(), train: (epochs: 5, batch_size: 8), procedure: language()",
    ),
];

/// A home with the preset `small`, which says this.
fn home_with(preset: &str) -> Home {
    let home = Home::new();
    let presets = home.path().join("presets");
    let text =
        "to be, or not to be, that is the question: whether tis nobler in the mind to suffer the slings and \
                arrows of outrageous fortune, or to take arms against a sea of troubles. "
            .repeat(40);
    let letters = text.chars().collect::<std::collections::BTreeSet<char>>().len();
    let preset = preset.replace("VOCABULARY", &letters.to_string());
    fs::create_dir_all(&presets)
        .and_then(|()| fs::write(home.path().join("text.txt"), text))
        .expect("a file");
    fs::write(presets.join("small.ron"), format!("(name: \"small\", title: \"\", {preset})"))
        .expect("a preset");
    home
}

/// A training that saves often.
const TRAIN: &[&str] = &["train", "small", "--json", "--checkpoint-seconds", "0.03"];
const RESUME: &[&str] = &["resume", "last", "--json"];

fn result(of: &Value) -> [String; 2] {
    ["test_loss", "test_accuracy"].map(|name| of[name].to_string())
}

/// A home in which a training was killed while it wrote a checkpoint that is not its first.
fn interrupted(preset: &str) -> Home {
    let whole = home_with(preset).run(TRAIN, None);
    // Checkpoints are renamed into place. How many there are hangs on the time that the steps take.
    let renames = whole.traced.calls.iter().filter(|call| call.name == "rename").count();
    for first in (0..renames).rev() {
        let home = home_with(preset);
        let plan = Plan { fault: Fault::Kill, of: Some("rename"), first, stays: false };
        let done = home.run(TRAIN, Some(plan));
        if !done.succeeded() && home.newest() > Some(0) {
            return home;
        }
    }
    panic!("no training was killed after its first checkpoint");
}

/// What is wrong after a training: more said than there is, or nothing that goes on from there.
fn judge(home: &Home, done: &Done, expected: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let newest = home.newest();
    if done.saved() > newest {
        wrong.push(format!("{:?} was reported saved, {newest:?} is the newest on the disk", done.saved()));
    }
    if done.succeeded() {
        let Some(finished) = done.event("finished") else {
            return vec!["it succeeded without a result".into()];
        };
        if result(finished) != result(expected) {
            wrong.push(format!("its result is {:?}, not {:?}", result(finished), result(expected)));
        }
        match finished["steps"].as_u64() {
            steps if steps == newest => {}
            steps => {
                wrong.push(format!("its result is of step {steps:?}, {newest:?} is the newest on the disk"))
            }
        }
        if let Err(error) = home.eval() {
            wrong.push(format!("its run cannot be evaluated: {}", error.trim()));
        }
    }
    let runs = home.run(&["runs", "--json"], None);
    if !runs.succeeded() {
        wrong.push(format!("runs are not listed any more: {}", runs.errors.trim()));
    }
    for run in &runs.events {
        if !run["reason"].is_null() && run["status"] == "unreadable" {
            wrong.push(format!("a run is left that nobody can read: {run}"));
        }
    }
    wrong
}

fn trainings(kinds: &[(&str, &str)], how: Thoroughness) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, preset) in kinds {
        let whole = home_with(preset).run(TRAIN, None);
        assert!(whole.succeeded(), "{name}: {}", whole.errors);
        let expected = whole.event("finished").expect("a result");
        wrong.extend(attack(&format!("train, {name}"), &whole.traced.calls, how, |plan| {
            let home = home_with(preset);
            let done = home.run(TRAIN, Some(plan));
            let wrong = judge(&home, &done, expected);
            (done, wrong)
        }));
        let before = interrupted(preset);
        let good = before.newest();
        let resumed = before.copy().run(RESUME, None);
        assert!(resumed.succeeded(), "{name}: {}", resumed.errors);
        wrong.extend(attack(&format!("resume, {name}"), &resumed.traced.calls, how, |plan| {
            let home = before.copy();
            let done = home.run(RESUME, Some(plan));
            let mut wrong = judge(&home, &done, expected);
            if home.newest() < good {
                wrong.push(format!(
                    "a good checkpoint is gone: {good:?} was the newest, {:?} is",
                    home.newest()
                ));
            }
            // Whatever failed, the run goes on afterwards from what there is, to the same end.
            if !done.succeeded() {
                let again = home.run(RESUME, None);
                let is_done = again.errors.contains("is finished");
                let end = again.event("finished").map(result);
                if !is_done && end != Some(result(expected)) {
                    wrong.push(format!("resumed again it came to {end:?}: {}", again.errors.trim()));
                }
            }
            (done, wrong)
        }));
    }
    wrong
}

/// Whether a list of runs says of each run what could not be read of it.
fn says_what_it_lacks(done: &Done) -> bool {
    let lacks = |row: &Value| row["disk_bytes"].is_null() || !row["reason"].is_null();
    !done.events.is_empty() && done.events.iter().all(lacks)
}

/// Commands that read a run: with exit code 0 they give what they give without a fault, and they change no run.
fn readers(how: Thoroughness) -> Vec<String> {
    let home = home_with(TRAININGS[0].1);
    let done = home.run(TRAIN, None);
    assert!(done.succeeded(), "{}", done.errors);
    let sample = home.path().join("points.csv");
    fs::write(&sample, "x,y\n0,1\n1,1\n").expect("a file");
    let file = home.path().join("out");
    let commands: &[&[&str]] = &[
        &["eval", "last", "--json"],
        &["predict", "last", "points.csv", "--json"],
        &["export", "last", "--to", "onnx", "-o", "out"],
        &["export", "last", "--to", "safetensors", "-o", "out"],
        &["export", "last", "--to", "csv", "-o", "out"],
        &["runs", "--json"],
    ];
    let mut wrong = Vec::new();
    for words in commands {
        fs::write(&file, "what was there").expect("a file");
        let before = home.files();
        let whole = home.run(words, None);
        assert!(whole.succeeded(), "{words:?}: {}", whole.errors);
        let after = fs::read(&file).expect("a file");
        wrong.extend(attack(&words.join(" "), &whole.traced.calls, how, |plan| {
            fs::write(&file, "what was there").expect("a file");
            let done = home.run(words, Some(plan));
            let mut wrong = Vec::new();
            let mut left = home.files();
            let written = left.insert(file.clone(), before[&file].clone()).unwrap_or_default();
            // A process that is killed cannot remove what it had begun, nor one whose disk stays as it is.
            let is_litter = |path: &Path| !before.contains_key(path);
            left.keys()
                .filter(|path| is_litter(path))
                .for_each(|path| fs::remove_file(path).expect("a file"));
            left.retain(|path, _| !is_litter(path) || !(plan.fault == Fault::Kill || plan.stays));
            if left != before {
                wrong.push("it changed files that it only reads".into());
            }
            let (is_old, is_new) = (written == before[&file], written == after);
            if done.succeeded() && !((done.output == whole.output && is_new) || says_what_it_lacks(&done)) {
                wrong.push("it succeeded, with another result".into());
            }
            if !is_old && !is_new {
                wrong.push("the file that was there is neither kept nor replaced".into());
            }
            (done, wrong)
        }));
    }
    wrong
}

fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Whether calls can be made to fail here; says so where they cannot.
fn is_possible() -> bool {
    let is_possible = tracer::is_possible();
    if !is_possible {
        println!("skipped: the kernel lets no process be traced here");
    }
    is_possible
}

#[test]
fn whatever_call_fails_a_training_says_no_more_than_the_disk_holds() {
    if is_possible() {
        assert_none(&trainings(&TRAININGS[..1], Thoroughness::OneIn(19)));
    }
}

#[test]
fn whatever_call_fails_a_command_that_reads_a_run_gives_the_whole_result_or_none() {
    if is_possible() {
        assert_none(&readers(Thoroughness::OneIn(9)));
    }
}

#[test]
#[ignore = "takes a quarter of an hour"]
fn every_call_of_every_procedure_fails_in_every_way() {
    assert!(is_possible());
    assert_none(&trainings(TRAININGS, Thoroughness::All));
}

#[test]
#[ignore = "takes minutes"]
fn every_call_of_every_reader_fails_in_every_way() {
    assert!(is_possible());
    assert_none(&readers(Thoroughness::All));
}
