//! The queue with the real binary: it outlives its terminal, is stopped, killed and gone on with.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use trainyard::run::lock::Lock;
use trainyard::run::{RunDirectory, Status};

use crate::program::Home;

/// What the program prints, and how it ends.
fn said(home: &Home, words: &[&str]) -> (i32, String) {
    let output = home.command(words).current_dir(&home.folder).output().expect("the program starts");
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().expect("it ends by itself"), said)
}

fn done(home: &Home, words: &[&str]) -> String {
    let (code, said) = said(home, words);
    assert_eq!(code, 0, "{words:?}: {said}");
    said
}

fn items(home: &Home) -> Vec<Value> {
    done(home, &["queue", "--json"]).lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// States by number.
fn states(home: &Home) -> Vec<String> {
    let mut items = items(home);
    items.sort_by_key(|item| item["item"].as_u64());
    items.iter().map(|item| item["state"].as_str().unwrap().to_owned()).collect()
}

/// Waits until this holds of the queue.
fn wait(home: &Home, what: &str, holds: impl Fn(&Home) -> bool) {
    let since = Instant::now();
    while !holds(home) {
        let log = std::fs::read_to_string(home.folder.join("queue/log.txt")).unwrap_or_default();
        assert!(since.elapsed() < Duration::from_secs(120), "{what}: {:?} {log}", items(home));
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn wait_for_end(home: &Home) {
    wait(home, "its end", |home| Lock::holder(&home.folder.join("queue")).unwrap().is_none());
}

#[test]
fn what_is_queued_is_trained_in_its_order_without_the_terminal() {
    let home = Home::new();
    std::fs::write(
        home.folder.join("s.ron"),
        r#"(preset: "xor", search: (space: {"optimizer.learning_rate": [0.1, 0.5]}, objective: loss, trials: 2))"#,
    )
    .unwrap();
    // What is wrong is told when it is added.
    for (words, told) in [
        (vec!["queue", "add", "train", "no-such-preset"], "no-such-preset"),
        (vec!["queue", "add", "xor", "--epochs", "0"], "--epochs 0"),
        (vec!["queue", "add", "train", "xor", "--folds", "3"], "--folds"),
        (vec!["queue", "add", "runs"], "runs cannot wait"),
        (vec!["queue", "add", "eval", "last"], "train and search can"),
        (vec!["queue", "add", "--hold"], "<COMMAND>"),
        (vec!["queue", "move", "7", "up"], "no item 7"),
    ] {
        let (code, said) = said(&home, &words);
        assert!(code == 2 && said.contains(told), "{words:?}: {said}");
    }
    assert!(items(&home).is_empty() && !home.folder.join("runs").exists());
    for words in [
        &["xor", "--epochs", "3"][..],
        &["train", "xor", "--epochs", "4", "--set", "title=\"four epochs\""],
        &["search", "s.ron", "--set", "train.epochs=5"],
        &["train", "xor", "--epochs", "6"],
    ] {
        // The queue's own options stand before or behind the command.
        match words[0] {
            "search" => done(&home, &[&["queue", "add"], words, &["--hold"]].concat()),
            _ => done(&home, &[&["queue", "add", "--hold"], words].concat()),
        };
    }
    done(&home, &["queue", "move", "4", "first"]);
    assert_eq!(states(&home), ["waiting"; 4]);
    assert!(done(&home, &["queue"]).contains("`trainyard queue start` goes on"));
    done(&home, &["queue", "start"]);
    wait_for_end(&home);
    assert_eq!(states(&home), ["done"; 4], "{:?}", items(&home));
    let epochs = |run: &RunDirectory| run.manifest().unwrap().preset.train.epochs;
    assert_eq!(home.runs().iter().map(epochs).collect::<Vec<_>>(), [6, 3, 4, 5, 5]);
    for item in items(&home) {
        let (added, begun, ended) = (&item["added"], &item["begun"], &item["ended"]);
        assert!(added.as_u64() <= begun.as_u64() && begun.as_u64() <= ended.as_u64(), "{item}");
        assert_eq!(item["search"].as_str(), (item["item"] == 3).then_some("s"), "{item}");
    }
    let listed = done(&home, &["queue"]);
    // As a shell takes it.
    let line = r#"train xor --epochs 4 --set 'title="four epochs"'"#;
    assert!(listed.contains(line) && listed.contains("test loss"), "{listed}");
    let log = std::fs::read_to_string(home.folder.join("queue/log.txt")).unwrap();
    assert!(log.lines().all(|line| line.as_bytes()[19] == b'Z'), "each line has its time: {log}");
    // A search that has ended has nothing left to do.
    for words in [&["queue", "add"][..], &["submit", "--print"]] {
        let (code, said) = said(&home, &[words, &["search", "s.ron", "--set", "train.epochs=5"]].concat());
        assert!(code == 2 && said.contains("the search s has ended: nothing is left to train"), "{said}");
    }
    done(&home, &["queue", "clear"]);
    assert!(done(&home, &["queue"]).contains("nothing waits") && home.runs().len() == 5);
}

/// With as many items at a time as there are processors each has one of them, also a search, whose trainings share it.
#[test]
fn a_search_in_the_queue_takes_no_more_processors_than_a_training() {
    let home = Home::new();
    let search = r#"(preset: "xor", search: (space: {"optimizer.learning_rate": [0.1, 0.5]}, objective: loss, trials: 2))"#;
    std::fs::write(home.folder.join("s.ron"), search).unwrap();
    done(&home, &["queue", "add", "--hold", "search", "s.ron", "--set", "train.epochs=5"]);
    let processors = std::thread::available_parallelism().unwrap().get().to_string();
    done(&home, &["queue", "start", "--jobs", &processors]);
    wait_for_end(&home);
    assert_eq!(home.runs().len(), 2);
    for run in home.runs() {
        let device = run.manifest().unwrap().device;
        assert!(device.starts_with("cpu, 1 thread"), "{device}");
    }
}

#[test]
fn a_queue_whose_process_is_killed_or_stopped_goes_on_and_trains_nothing_twice() {
    let home = Home::new();
    for epochs in ["9", "8"] {
        done(&home, &["queue", "add", "--hold", "train", "small", "--epochs", epochs]);
    }
    for _ in 0..4 {
        done(&home, &["queue", "start"]);
        std::thread::sleep(Duration::from_millis(150));
        let owner = Lock::holder(&home.folder.join("queue")).unwrap();
        if let Some(owner) = owner.and_then(|owner| Pid::from_raw(owner.parse().ok()?)) {
            let _ = kill_process(owner, Signal::KILL);
        }
        wait_for_end(&home);
    }
    done(&home, &["queue", "start"]);
    wait(&home, "the first is being trained", |home| states(home)[0] != "waiting");
    done(&home, &["queue", "stop"]);
    assert!(states(&home).iter().all(|state| ["begun", "waiting", "done"].contains(&state.as_str())));
    done(&home, &["queue", "start", "--jobs", "2"]);
    wait_for_end(&home);
    assert_eq!(states(&home), ["done", "done"]);
    let runs = home.runs();
    assert_eq!(runs.len(), 2);
    for run in &runs {
        let manifest = run.manifest().unwrap();
        assert!(matches!(manifest.status, Status::Finished { .. }), "{:?}", manifest.status);
    }
}

#[test]
fn a_queue_is_paused_and_an_item_that_is_being_trained_is_stopped_and_tried_again() {
    let home = Home::new();
    done(&home, &["queue", "add", "train", "small", "--epochs", "4000"]);
    done(&home, &["queue", "add", "train", "xor", "--epochs", "3"]);
    wait(&home, "a run", |home| items(home).iter().any(|item| item["run"].is_string()));
    assert!(done(&home, &["queue", "pause"]).contains("1 still being trained"));
    let (code, refused) = said(&home, &["queue", "remove", "1"]);
    assert!(code == 1 && refused.contains("--stop"), "{refused}");
    // Ended from elsewhere, it is not begun again by itself.
    let run = home.run();
    done(&home, &["stop", &run.name()]);
    wait_for_end(&home);
    assert_eq!(states(&home), ["stopped", "waiting"]);
    done(&home, &["queue", "start"]);
    wait_for_end(&home);
    assert_eq!(states(&home), ["stopped", "done"]);
    done(&home, &["queue", "retry", "1"]);
    wait(&home, "it goes on", |home| {
        matches!(run.manifest().unwrap().status, Status::Running) && states(home)[0] == "training"
    });
    done(&home, &["queue", "remove", "1", "--stop"]);
    wait_for_end(&home);
    assert!(matches!(run.manifest().unwrap().status, Status::Stopped { .. }));
    assert_eq!(states(&home), ["done"]);
}

#[test]
fn an_item_that_is_taken_off_before_its_run_is_there_is_not_trained_on() {
    let home = Home::new();
    done(&home, &["queue", "add", "train", "small", "--epochs", "100000"]);
    wait(&home, "its turn", |home| states(home).iter().all(|state| state == "training"));
    done(&home, &["queue", "remove", "1", "--stop"]);
    wait_for_end(&home);
    for run in home.runs() {
        assert!(matches!(run.manifest().unwrap().status, Status::Stopped { .. }), "{}", run.name());
    }
    assert!(items(&home).is_empty());
}
