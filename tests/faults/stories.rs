//! What a person does, with a fault at every call.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::procedures::{TRAININGS, Training};
use crate::program::{Done, Home, Thoroughness, attack};
use crate::tracer::{self, Fault, Plan};

/// A home with a training as the preset `small`.
fn home_with(training: &Training) -> Home {
    let home = Home::new();
    training.put_into(home.path(), 1);
    home
}

/// A training that saves often.
const TRAIN: &[&str] = &["train", "small", "--json", "--checkpoint-seconds", "0.03"];
const RESUME: &[&str] = &["resume", "last", "--json"];

fn result(of: &Value) -> [String; 2] {
    ["test_loss", "test_accuracy"].map(|name| of[name].to_string())
}

/// A home in which a training was killed while it wrote a checkpoint that is not its first.
fn interrupted(training: &Training) -> Home {
    let whole = home_with(training).run(TRAIN, None);
    // Checkpoints are renamed into place. How many there are hangs on the time that the steps take.
    let renames = whole.traced.calls.iter().filter(|call| call.name == "rename").count();
    for first in (0..renames).rev() {
        let home = home_with(training);
        let plan = Plan { fault: Fault::Kill, of: Some("rename"), first, stays: false };
        let done = home.run(TRAIN, Some(plan));
        // The last file of all may be renamed when the run is done.
        let runs = home.run(&["runs", "--json"], None);
        let goes_on = runs.events.iter().all(|run| run["status"] != "finished");
        if !done.succeeded() && home.newest() > Some(0) && goes_on {
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
        if run["status"] == "broken" {
            wrong.push(format!("a run is left that nobody can read: {run}"));
        }
    }
    wrong
}

fn trainings(kinds: &[Training], how: Thoroughness) -> Vec<String> {
    let mut wrong = Vec::new();
    for training in kinds {
        let name = training.name;
        let whole = home_with(training).run(TRAIN, None);
        assert!(whole.succeeded(), "{name}: {}", whole.errors);
        let expected = whole.event("finished").expect("a result");
        wrong.extend(attack(&format!("train, {name}"), &whole.traced.calls, how, |plan| {
            let home = home_with(training);
            let done = home.run(TRAIN, Some(plan));
            let wrong = judge(&home, &done, expected);
            (done, wrong)
        }));
        let before = interrupted(training);
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
    let home = home_with(&TRAININGS[0]);
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

/// All faults, or one in so many as `TRAINYARD_FAULTS_ONE_IN` says.
fn as_asked() -> Thoroughness {
    let asked = std::env::var("TRAINYARD_FAULTS_ONE_IN").ok().and_then(|text| text.parse().ok());
    asked.map_or(Thoroughness::All, Thoroughness::OneIn)
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
#[ignore = "takes hours, or a part of that with TRAINYARD_FAULTS_ONE_IN"]
fn every_call_of_every_procedure_fails_in_every_way() {
    assert!(is_possible());
    assert_none(&trainings(TRAININGS, as_asked()));
}

#[test]
#[ignore = "takes minutes"]
fn every_call_of_every_reader_fails_in_every_way() {
    assert!(is_possible());
    assert_none(&readers(as_asked()));
}
