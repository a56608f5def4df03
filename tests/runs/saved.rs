//! Saved means saved: everything that is reported as saved is on disk, and anything else is reported, with exit code 1.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use trainyard::run::checkpoint::WEIGHTS;
use trainyard::run::{RunDirectory, Status};

use crate::program::{Home, bits, events_in, newest, uninterrupted, wait_for};

fn run(home: &Home, words: &[&str]) -> Output {
    home.command(words).output().expect("the program starts")
}

fn events(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().map(|line| serde_json::from_str(line).expect("one JSON object a line")).collect()
}

fn event<'a>(events: &'a [Value], kind: &str) -> Option<&'a Value> {
    events.iter().find(|event| event["event"] == kind)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A run with a flipped bit in the weights of its newest checkpoint; the steps of that checkpoint and the one before.
fn damaged(home: &Home) -> (RunDirectory, u64, u64) {
    let (mut child, lines) = home.start(&["train", "small", "--json", "--checkpoint-seconds", "0.02"]);
    let saved = lines.iter().filter(|line| line["event"] == "saved");
    assert_eq!(saved.take(3).count(), 3, "it saves");
    let stopped = std::process::Command::new("kill").arg(child.id().to_string()).status();
    assert!(stopped.expect("kill is there").success());
    child.wait().expect("it is our child");
    let run = home.run();
    let steps = run.checkpoints().expect("a list");
    let [.., before, last] = steps[..] else { panic!("{steps:?}") };
    let weights = run.checkpoint_path(last).join(WEIGHTS);
    let mut content = fs::read(&weights).expect("weights");
    let middle = content.len() / 2;
    content[middle] ^= 1;
    fs::write(&weights, content).expect("a file");
    (run, last, before)
}

#[test]
fn a_home_that_cannot_be_written_is_refused_at_the_start_unless_nothing_is_to_be_saved() {
    let home = Home::new();
    // No folder of runs can be made here, by nobody.
    fs::write(home.folder.join("runs"), "a file").expect("a file");
    let words = ["train", "small", "--set", "train.epochs=2"];
    for more in ["--json", "--detach", "--quiet"] {
        let output = run(&home, &[&words[..], &[more]].concat());
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains("no run can be kept: "), "{}", said(&output));
        assert!(said(&output).contains("--no-save keeps nothing"), "{}", said(&output));
        if more == "--json" {
            let told = events(&output);
            assert!(told.len() == 1 && told[0]["event"] == "failed", "{told:?}");
        }
    }
    let output = run(&home, &[&words[..], &["--no-save", "--quiet"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

#[test]
fn a_result_that_cannot_be_saved_is_exit_code_1() {
    let home = Home::new();
    let told = home.folder.join("told");
    let mut child = home.start_into(&mut home.command(&["train", "small", "--json"]), &told);
    wait_for(&told, "run");
    let runs = home.folder.join("runs");
    // The training makes its folder again as soon as it misses it.
    let replaced = (0..100).any(|attempt| {
        let _ = fs::rename(&runs, home.folder.join(format!("gone-{attempt}")));
        fs::write(&runs, "a file").is_ok()
    });
    assert!(replaced);
    assert_eq!(child.wait().expect("it is our child").code(), Some(1));
    let text = fs::read_to_string(&told).expect("a file");
    assert!(text.contains("the end of the training is not saved"), "{text}");
    let told = events_in(&told);
    assert!(event(&told, "trouble").is_some(), "{text}");
    let reason = event(&told, "unsaved").and_then(|event| event["reason"].as_str()).expect("why");
    assert!(reason.contains("runs"), "{reason}");
    assert_eq!(told.last().map(|last| &last["event"]), Some(&Value::from("finished")), "{text}");
}

#[test]
fn a_log_that_cannot_be_opened_costs_no_checkpoint() {
    let home = Home::new();
    let (mut child, lines) = home.start(&["train", "small", "--json", "--checkpoint-seconds", "0.02"]);
    let begun = lines.iter().find(|line| line["event"] == "run").expect("a run");
    let folder = Path::new(begun["folder"].as_str().expect("a folder")).to_path_buf();
    let log = folder.join("log.txt");
    // The training may write its log at the same time.
    let replaced = (0..100).any(|_| {
        let _ = fs::remove_file(&log);
        fs::create_dir(&log).is_ok()
    });
    assert!(replaced);
    assert_eq!(child.wait().expect("it is our child").code(), Some(1));
    let end =
        lines.iter().filter(|line| line["event"] == "unsaved").last().expect("it says what is not saved");
    assert!(end["reason"].as_str().is_some_and(|reason| reason.contains("log.txt")), "{end}");
    let end = newest(&home.run()).expect("a checkpoint of its end");
    assert!([bits(&end.weights), bits(&end.optimizer)] == uninterrupted());
    assert!(matches!(home.run().manifest().unwrap().status, Status::Finished { .. }));
}

#[test]
fn the_scalars_of_a_run_without_a_checkpoint_are_exported() {
    let home = Home::new();
    assert!(run(&home, &["train", "small", "--quiet"]).status.success());
    let csv = || run(&home, &["export", "last", "--to", "csv", "-o", "-"]);
    let before = csv();
    let text = String::from_utf8_lossy(&before.stdout).into_owned();
    assert!(text.starts_with("tag,step,time,value\n") && text.contains("\nloss/train,"), "{text}");
    fs::remove_dir_all(home.run().path().join("checkpoints")).expect("it was there");
    let after = csv();
    assert_eq!((after.status.code(), after.stdout), (Some(0), before.stdout), "{}", said(&csv()));
    let weights = run(&home, &["export", "last", "--to", "safetensors", "-o", "-"]);
    assert_eq!(weights.status.code(), Some(1));
    let newest = run(&home, &["export", "last", "--to", "csv", "--newest", "-o", "-"]);
    assert_eq!(newest.status.code(), Some(2), "scalars are of no checkpoint: {}", said(&newest));
}

#[test]
fn a_flipped_bit_is_seen_told_and_gone_back_behind() {
    let home = Home::new();
    let (of, last, before) = damaged(&home);
    let name = of.name();

    let verified = run(&home, &["runs", "verify", &name]);
    assert_eq!(verified.status.code(), Some(1));
    assert!(said(&verified).contains("its content does not match its checksum"), "{}", said(&verified));
    let verified = run(&home, &["runs", "verify", "--json"]);
    assert_eq!(events(&verified)[0]["verdict"], "damaged");
    let step = last.to_string();
    for words in [&["eval", &name, "--checkpoint", &step][..], &["export", &name, "--to", "onnx", "--newest"]]
    {
        let used = run(&home, words);
        assert_eq!(used.status.code(), Some(1), "{}", said(&used));
        assert!(said(&used).contains("checksum"), "{}", said(&used));
    }
    let weights = of.checkpoint_path(last).join(WEIGHTS);
    let used = run(&home, &["train", "small", "--init-from", weights.to_str().expect("UTF-8"), "--no-save"]);
    assert!(!used.status.success() && said(&used).contains("checksum"), "{}", said(&used));

    let resumed = run(&home, &["resume", &name, "--json"]);
    assert!(resumed.status.success(), "{}", said(&resumed));
    let told = events(&resumed);
    let told = event(&told, "damaged").expect("it is told");
    assert_eq!((told["step"].as_u64(), told["resumed_from"].as_u64()), (Some(last), Some(before)));
    assert!(String::from_utf8_lossy(&resumed.stderr).contains("is damaged, resuming from step"));
    let log = fs::read_to_string(of.path().join("log.txt")).expect("a log");
    assert!(log.contains(&format!("the checkpoint of step {last} is damaged")), "{log}");
    let end = newest(&of).expect("a checkpoint of its end");
    assert!([bits(&end.weights), bits(&end.optimizer)] == uninterrupted(), "it came to other weights");
    let verified = run(&home, &["runs", "verify"]);
    assert!(verified.status.success(), "{}", said(&verified));
}

#[test]
fn a_resume_that_fails_leaves_the_run_as_it_was() {
    let home = Home::new();
    let (of, last, _) = damaged(&home);
    let before = fs::read(of.path().join("run.ron")).expect("a manifest");
    let refused = run(&home, &["resume", "last", "--learning-rate", "-1"]);
    assert!(!refused.status.success(), "{}", said(&refused));
    assert!(fs::read(of.path().join("run.ron")).expect("a manifest") == before);
    assert_eq!(of.checkpoints().expect("a list").last(), Some(&last), "nothing is removed");
    // Without one that is whole there is nothing to go on from, and that is no reason to begin anew.
    for step in of.checkpoints().expect("a list") {
        fs::write(of.checkpoint_path(step).join("state.ron"), "(").expect("a file");
    }
    let steps = of.checkpoints().expect("a list");
    let refused = run(&home, &["resume", "last"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("all its checkpoints are damaged"), "{}", said(&refused));
    assert!(fs::read(of.path().join("run.ron")).expect("a manifest") == before);
    assert_eq!(of.checkpoints().expect("a list"), steps);
}

#[test]
fn what_is_only_named_like_a_checkpoint_disturbs_nothing() {
    let home = Home::new();
    assert!(run(&home, &["train", "small", "--quiet"]).status.success());
    let of = home.run();
    let steps = of.checkpoints().expect("a list");
    let checkpoints = of.path().join("checkpoints");
    fs::create_dir(checkpoints.join("step-99999999")).expect("a folder");
    fs::write(checkpoints.join("step-99999998"), "a file").expect("a file");
    fs::create_dir(checkpoints.join("step-7")).expect("a folder");
    fs::write(checkpoints.join("step-7").join(WEIGHTS), "mine").expect("a file");
    assert_eq!(of.checkpoints().expect("a list"), steps);
    let resumed = run(&home, &["resume", "last"]);
    assert!(said(&resumed).contains("nothing is left to do"), "{}", said(&resumed));
    assert!(run(&home, &["eval", "last", "--checkpoint", "last"]).status.success());
    assert!(run(&home, &["runs", "verify"]).status.success());
    for name in ["step-99999999", "step-99999998", "step-7"] {
        assert!(checkpoints.join(name).exists(), "{name} is not ours");
    }
}

#[test]
fn a_run_from_before_there_were_checksums_is_read_and_gone_on_with() {
    let home = Home::new();
    let (of, last, before) = damaged(&home);
    for step in of.checkpoints().expect("a list") {
        fs::remove_file(of.checkpoint_path(step).join("checksums.ron")).expect("a file");
    }
    let used = run(&home, &["eval", "last", "--checkpoint", &before.to_string()]);
    assert!(used.status.success(), "{}", said(&used));
    // Whole brackets, and no state within: only the training itself sees that.
    fs::write(of.checkpoint_path(last).join("state.ron"), "(updates: {}, procedure: 3)").expect("a file");
    let resumed = run(&home, &["resume", "last", "--json"]);
    assert!(resumed.status.success(), "{}", said(&resumed));
    let told = events(&resumed);
    assert_eq!(event(&told, "damaged").and_then(|event| event["resumed_from"].as_u64()), Some(before));
    let end = newest(&of).expect("a checkpoint of its end");
    assert!([bits(&end.weights), bits(&end.optimizer)] == uninterrupted(), "it came to other weights");
}
