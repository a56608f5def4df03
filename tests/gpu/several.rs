//! A machine with several GPUs.

use super::program::{Program, Said};

const XOR: &str = "train xor --set train.epochs=2 --seed 5";

/// Two GPUs, of which the first is nearly full.
const FULL_AND_EMPTY: [(&str, &str); 2] = [("FAKE_CUDA_CARDS", "2"), ("FAKE_CUDA_USED", "7,0")];

/// A search over the learning rate of xor.
const RATES: &str = "(preset: \"xor\", search: (space: {\"optimizer.learning_rate\": log(0.01, 0.1)}, objective: loss, method: random, trials: 4))";

/// The GPU that `auto` has measured.
fn measured(said: &Said) -> &str {
    let told = said.lines("an epoch takes about");
    assert_eq!(told.len(), 1, "{}", said.err);
    if told[0].contains(" on cuda:1 and ") { "cuda:1" } else { "cuda:0" }
}

#[test]
fn auto_takes_the_gpu_with_the_most_free_memory() {
    let Some(program) = Program::new() else { return };
    let of = |line: &str, settings: &[(&str, &str)]| measured(&program.run(line, settings).ok()).to_owned();
    assert_eq!(of(XOR, &FULL_AND_EMPTY), "cuda:1");
    assert_eq!(of(XOR, &[("FAKE_CUDA_CARDS", "2"), ("FAKE_CUDA_USED", "3,3")]), "cuda:0");
    assert_eq!(of(&format!("{XOR} --device auto:0"), &FULL_AND_EMPTY), "cuda:0");
    let missing = program.run(&format!("{XOR} --device auto:2"), &FULL_AND_EMPTY).ok();
    assert_eq!(missing.lines("no GPU is used: there are 2 GPUs").len(), 1, "{}", missing.err);
}

#[test]
fn trials_that_are_trained_together_take_a_gpu_each() {
    let Some(program) = Program::new() else { return };
    let file = program.home().join("rates.ron");
    std::fs::write(&file, RATES).unwrap();
    let line = format!("search {} --jobs 2 --set train.epochs=20", file.display());
    program.run(&line, &FULL_AND_EMPTY).ok();
    let runs = std::fs::read_dir(program.home().join("runs")).unwrap();
    let logs: Vec<String> =
        runs.filter_map(|run| std::fs::read_to_string(run.unwrap().path().join("log.txt")).ok()).collect();
    let on = |card: &str| logs.iter().filter(|log| log.contains(&format!(" on {card} and "))).count();
    assert_eq!((logs.len(), on("cuda:0") + on("cuda:1")), (4, 4), "{logs:?}");
    assert!(on("cuda:0") >= 1 && on("cuda:1") >= 1, "{logs:?}");
}

#[test]
fn what_needs_a_gpu_that_is_not_there_is_refused_before_it_is_begun() {
    let Some(program) = Program::new() else { return };
    let file = program.home().join("rates.ron");
    std::fs::write(&file, RATES).unwrap();
    for wanted in ["--device cuda:0,cuda:2", "--set device=\"cuda:2\""] {
        let line = format!("search {} {wanted}", file.display());
        program.run(&line, &FULL_AND_EMPTY).failed(1, &["no cuda:2", "--device cpu"]);
        program.run(&format!("{line} --dry-run"), &FULL_AND_EMPTY).failed(1, &["no cuda:2"]);
        program.run(&format!("queue add {line}"), &FULL_AND_EMPTY).failed(1, &["no cuda:2"]);
    }
    // As is a training in the queue.
    program.run(&format!("queue add {XOR} --device cuda:2"), &FULL_AND_EMPTY).failed(1, &["no cuda:2"]);
    assert!(!program.home().join("searches").exists() && !program.home().join("queue").exists());
}

#[test]
fn trials_that_failed_since_the_gpu_did_are_trained_again() {
    let Some(program) = Program::new() else { return };
    let file = program.home().join("rates.ron");
    std::fs::write(&file, RATES).unwrap();
    let line = format!("search {} --device cuda:0 --trials 2 --quiet --set train.epochs=20", file.display());
    program.run(&line, &[("FAKE_CUDA_FAIL_AT", "400")]).failed(1, &["no trial has a result"]);
    let states = || -> Vec<String> {
        let shown = program.run("search show rates --json", &[]).ok();
        let trials = shown.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        trials.map(|trial| trial["state"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(states(), ["failed", "failed"]);
    program.run("search resume rates --retry-failed --trials 3 --quiet --device cuda:0", &[]).ok();
    assert_eq!(states(), ["complete", "complete", "complete"]);
}
