//! Searches with the real binary: killed, ended, gone on with, and halved.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use trainyard::run::Status;

use crate::program::{Home, bits, newest, uninterrupted};

/// Five settings of a network that trains in less than a second.
const SEARCH: &str = r#"(preset: "small", search: (
    space: {
        "optimizer.learning_rate": log(1e-4, 1e-1),
        layers[1].units: int(4, 24, step: 4),
        "layers[1].activation": [relu, tanh],
    },
    METHOD trials: 6, seed: 3,
))"#;

const SHORT: [&str; 4] = ["--set", "train.epochs=9", "--set", "data.train_samples=1500"];

/// A home with the search as `s.ron` by this method.
fn home(method: &str) -> (Home, PathBuf) {
    let home = Home::new();
    let file = home.folder.join("s.ron");
    std::fs::write(&file, SEARCH.replace("METHOD", method)).expect("a file");
    (home, file)
}

/// What the program prints, and how it ends.
fn said(home: &Home, words: &[&str]) -> (i32, String) {
    let output = home.command(words).output().expect("the program starts");
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().expect("it ends by itself"), said)
}

fn search(home: &Home, file: &Path, more: &[&str]) -> (i32, String) {
    said(home, &[&["search", file.to_str().expect("a path")], &SHORT[..], more].concat())
}

/// The trials as `show --json` has them, by number.
fn trials(home: &Home) -> Vec<Value> {
    let (code, said) = said(home, &["search", "show", "s", "--json"]);
    assert_eq!(code, 0, "{said}");
    let mut trials: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    trials.sort_by_key(|trial| trial["trial"].as_u64());
    trials
}

/// What must not depend on when it was made: settings, results, states.
fn facts(trials: &[Value]) -> Vec<[Value; 4]> {
    let of = |trial: &Value| ["trial", "settings", "values", "state"].map(|name| trial[name].clone());
    trials.iter().map(of).collect()
}

#[test]
fn the_best_trial_of_a_search_is_a_preset_that_trains_to_the_same_result() {
    let (home, file) = home("objective: val_accuracy,");
    let (code, said) = search(&home, &file, &["--json", "--jobs", "2"]);
    assert_eq!(code, 0, "{said}");
    let events: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert_eq!(events.iter().filter(|event| event["event"] == "trial").count(), 6, "{said}");
    let best = &events.last().expect("an end")["best"];
    let all = trials(&home);
    let values: Vec<f64> =
        all.iter().map(|trial| trial["values"]["val_accuracy"].as_f64().unwrap()).collect();
    let highest = values.iter().copied().fold(0.0, f64::max);
    assert_eq!(best["values"]["val_accuracy"].as_f64(), Some(highest), "{said}");
    assert_eq!(home.runs().len(), 6);
    // The best one is written as a preset, which trains to the same weights.
    let mine = home.folder.join("mine.ron");
    let words = ["search", "best", "s", "--save", mine.to_str().unwrap()];
    let (code, said) = self::said(&home, &words);
    assert_eq!(code, 0, "{said}");
    let name = best["runs"][0]["run"].as_str().unwrap();
    let weights = |name: &str| {
        let run = home.runs().into_iter().find(|run| run.name() == name).expect("its run");
        bits(&newest(&run).expect("a checkpoint").weights)
    };
    let trained = weights(name);
    let status = home.command(&["train", mine.to_str().unwrap(), "--quiet"]).stdout(Stdio::null()).status();
    assert!(status.unwrap().success());
    assert!(weights(&home.runs().last().unwrap().name()) == trained, "other weights");
    // It is not written over.
    assert_eq!(self::said(&home, &words).0, 2);
    // The same call finds everything done, and more trials go on from there.
    let (code, said) = search(&home, &file, &[]);
    assert!(code == 0 && said.contains("6 of them are known already"), "{said}");
    assert_eq!(home.runs().len(), 7);
    let (code, _) = search(&home, &file, &["--trials", "7"]);
    assert_eq!((code, home.runs().len(), trials(&home).len()), (0, 8, 7));
    assert_eq!(facts(&trials(&home))[..6], facts(&all));
    let table = self::said(&home, &["search", "export", "s"]).1;
    assert_eq!(table.lines().count(), 8, "{table}");
    assert!(table.starts_with("trial,state,val_accuracy,epochs,seconds,optimizer.learning_rate,"), "{table}");
}

/// Kills a search so often, and compares what comes of it with one that nobody killed.
fn killed(method: &str, kills: u32) {
    let (quiet, file) = home(method);
    assert_eq!(search(&quiet, &file, &["--quiet"]).0, 0);
    let expected = facts(&trials(&quiet));
    let (home, file) = home(method);
    let mut moments = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(1, |now| u64::from(now.subsec_nanos()));
    for _ in 0..kills {
        let words = [&["search", file.to_str().unwrap(), "--quiet"], &SHORT[..]].concat();
        let mut child = home.command(&words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        moments = moments.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_millis((moments >> 33) % 1200));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let (code, said) = search(&home, &file, &[]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(facts(&trials(&home)), expected);
    nothing_was_trained_twice(&home);
}

/// Every run is that of a trial, and none is left over.
fn nothing_was_trained_twice(home: &Home) {
    let of_trials: BTreeSet<String> = trials(home)
        .iter()
        .flat_map(|trial| trial["runs"].as_array().unwrap().clone())
        .filter_map(|run| run["run"].as_str().map(str::to_owned))
        .collect();
    let on_disk: BTreeSet<String> = home.runs().iter().map(trainyard::run::RunDirectory::name).collect();
    assert_eq!(on_disk, of_trials);
}

#[test]
fn a_search_that_is_killed_makes_the_same_trials_and_trains_none_twice() {
    killed("method: tpe(startup: 3),", 5);
}

#[test]
fn processes_that_share_a_search_make_its_trials_and_go_on_with_those_of_one_that_is_killed() {
    let (quiet, file) = home("method: sobol,");
    assert_eq!(search(&quiet, &file, &["--quiet"]).0, 0);
    let (home, file) = home("method: sobol,");
    let marker = home.folder.join("ended");
    let hook = format!(
        "echo \"$TRAINYARD_SEARCH $TRAINYARD_OUTCOME $TRAINYARD_TRIALS $TRAINYARD_BEST\" >> '{}'",
        marker.display()
    );
    let shared = ["--quiet", "--shared", "--on-end", &hook];
    let words = [&["search", file.to_str().unwrap(), "--threads", "1"], &shared[..], &SHORT[..]].concat();
    let start = || home.command(&words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let [mut first, second, third] = [start(), start(), start()];
    let since = std::time::Instant::now();
    while home.runs().len() < 2 && since.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let listed = said(&home, &["search", "list"]).1;
    assert!(listed.contains("processes run it"), "{listed}");
    // One alone is refused, since others share it.
    let (code, refused) = search(&home, &file, &["--quiet"]);
    assert!(code == 1 && refused.contains("--shared"), "{refused}");
    first.kill().unwrap();
    first.wait().unwrap();
    for other in [second, third] {
        let output = other.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    // The one that was killed may have left the last trial.
    assert_eq!(search(&home, &file, &shared).0, 0);
    assert_eq!(facts(&trials(&home)), facts(&trials(&quiet)));
    nothing_was_trained_twice(&home);
    let best = trials(&home)
        .iter()
        .filter_map(|trial| trial["values"]["val_loss"].as_f64())
        .fold(f64::INFINITY, f64::min);
    // Once, by whoever trained the last.
    let told = std::fs::read_to_string(marker).unwrap();
    let value = told.trim().strip_prefix("s done 6 ").and_then(|value| value.parse::<f64>().ok());
    // JSON is read to the last digit but one.
    assert!(value.is_some_and(|value| (value - best).abs() < 1e-12), "{told} {best}");
}

#[test]
fn a_task_that_is_called_again_goes_on_where_it_was_and_tells_a_command_of_its_end() {
    let home = Home::new();
    let ended = home.folder.join("ended");
    let hook =
        format!("echo \"$TRAINYARD_PRESET $TRAINYARD_RUN $TRAINYARD_OUTCOME\" >> '{}'", ended.display());
    let words = ["train", "small", "--task", "night/1", "--quiet", "--on-end", &hook];
    let mut child = home.command(&words).stdout(Stdio::null()).spawn().unwrap();
    let since = std::time::Instant::now();
    let has_begun = |home: &Home| {
        home.runs().first().is_some_and(|run| run.checkpoints().is_ok_and(|all| !all.is_empty()))
    };
    while !has_begun(&home) && since.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(10));
    }
    // As a cluster says that the time is over.
    kill_process(Pid::from_child(&child), Signal::USR1).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(128 + 10));
    assert!(matches!(home.run().manifest().unwrap().status, Status::Stopped { .. }));
    assert_eq!(said(&home, &words).0, 0);
    let checkpoint = newest(&home.run()).unwrap();
    assert_eq!([bits(&checkpoint.weights), bits(&checkpoint.optimizer)], uninterrupted());
    // Done is done.
    let (code, again) = said(&home, &["train", "small", "--task", "night/1"]);
    assert!(code == 0 && again.contains("finished already"), "{again}");
    assert_eq!(home.runs().len(), 1);
    let name = home.run().name();
    let told = std::fs::read_to_string(ended).unwrap();
    assert_eq!(told, format!("small {name} stopped\nsmall {name} finished\n"));
    // Another training by its name is no such task.
    for words in [["train", "xor", "--task", "night/1"], ["train", "small", "--task=night/1", "--epochs=2"]] {
        let (code, refused) = said(&home, &words);
        assert!(code == 2 && refused.contains("another name"), "{refused}");
    }
    assert_eq!(home.runs().len(), 1);
}

#[test]
fn of_several_that_begin_a_task_at_the_same_time_one_trains_it() {
    let home = Home::new();
    let words = ["train", "xor", "--task", "race", "--epochs", "20", "--quiet"];
    let start = || home.command(&words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    for mut child in [start(), start(), start(), start()] {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(home.runs().len(), 1);
}

#[test]
fn a_search_over_data_of_ones_own_is_read_from_anywhere_and_does_not_mix_trials_on_other_data() {
    let home = Home::new();
    let folder = home.folder.join("mine");
    std::fs::create_dir_all(&folder).unwrap();
    let rows = |count: u32| {
        (0..count).map(|row| format!("{},{},{}\n", row % 7, row % 5, row % 2)).collect::<String>()
    };
    let table = folder.join("table.csv");
    std::fs::write(&table, "a,b,label\n".to_owned() + &rows(60)).unwrap();
    let within = |folder: &Path, words: &[&str]| {
        let output = home.command(words).current_dir(folder).output().unwrap();
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code().unwrap(), said)
    };
    let (code, said) = within(&folder, &["init", "table.csv", "--target", "label", "-o", "p.ron"]);
    assert_eq!(code, 0, "{said}");
    let text = r#"(preset: "p.ron", search: (space: {"optimizer.learning_rate": log(1e-3, 1e-1)}, method: random, trials: 3))"#;
    std::fs::write(folder.join("s.ron"), text).unwrap();
    let short = ["--set", "train.epochs=2", "--quiet"];
    let (code, said) = within(&folder, &[&["search", "s.ron", "--trials", "1"], &short[..]].concat());
    assert_eq!(code, 0, "{said}");
    // The same search, from elsewhere.
    let (code, said) =
        within(&home.folder, &[&["search", "mine/s.ron", "--trials", "2"], &short[..]].concat());
    assert_eq!(code, 0, "{said}");
    assert_eq!(home.runs().len(), 2);
    std::fs::write(&table, "a,b,label\n".to_owned() + &rows(80)).unwrap();
    let more = [&["search", "mine/s.ron"], &short[..]].concat();
    let (code, refused) = within(&home.folder, &more);
    assert!(code == 1 && refused.contains("--accept-changed-data"), "{refused}");
    let (code, said) = within(&home.folder, &[&more[..], &["--accept-changed-data"]].concat());
    assert_eq!(code, 0, "{said}");
    assert_eq!(home.runs().len(), 3);
    // Its best preset finds the data from another folder.
    std::fs::create_dir_all(home.folder.join("other")).unwrap();
    let (code, said) = within(&home.folder, &["search", "best", "s", "--save", "other/best.ron"]);
    assert!(code == 0 && said.contains(&format!("whole paths, {}", table.display())), "{said}");
    let (code, said) = within(&home.folder, &["presets", "check", "other/best.ron"]);
    assert_eq!(code, 0, "{said}");
    // What came of it outlives the data.
    std::fs::remove_file(&table).unwrap();
    for words in [
        &["search", "list"][..],
        &["search", "show", "s"],
        &["search", "best", "s"],
        &["search", "export", "s"],
    ] {
        let (code, said) = within(&home.folder, words);
        assert!(code == 0 && !said.contains("cannot be read"), "{words:?}: {said}");
    }
}

#[test]
#[ignore = "forty kills, some minutes"]
fn a_search_that_is_killed_forty_times_makes_the_same_trials_and_trains_none_twice() {
    killed("method: tpe(startup: 3),", 20);
    killed("method: successive_halving(factor: 3),", 20);
}

#[test]
fn trials_that_go_on_to_a_higher_rung_end_with_the_bits_of_a_training_at_once() {
    let (home, file) = home("method: asha(factor: 3),");
    let (code, said) = search(&home, &file, &[]);
    assert_eq!(code, 0, "{said}");
    let all = trials(&home);
    let epochs: Vec<u64> = all.iter().map(|trial| trial["epochs"].as_u64().unwrap()).collect();
    // Rungs of 1, 3 and 9 epochs; of six trials at least two go on.
    assert!(epochs.iter().all(|epochs| [1, 3, 9].contains(epochs)), "{epochs:?}");
    let further: Vec<&Value> = all.iter().filter(|trial| trial["epochs"] != 1).collect();
    assert!((2..6).contains(&further.len()), "{epochs:?}");
    let halted = all.iter().find(|trial| trial["state"] == "stopped_early" && trial["epochs"] == 1);
    let why = "stopped early after 1 epoch, at rung 1 of 3: it was not among those that went on";
    assert_eq!(halted.expect("one was stopped early")["why"], why, "{said}");
    let (_, shown) = self::said(&home, &["search", "show", "s"]);
    assert!(shown.contains(why), "{shown}");
    let (_, table) = self::said(&home, &["search", "export", "s"]);
    assert!(table.lines().next().unwrap().ends_with(",why") && table.contains(why), "{table}");
    let trial = further[0];
    let run = |name: &str| home.runs().into_iter().find(|run| run.name() == name).expect("its run");
    let halved = run(trial["runs"][0]["run"].as_str().unwrap());
    let steps = newest(&halved).unwrap().step;
    // The same settings, trained by `train` to the same step.
    let settings = trial["settings"].as_object().unwrap().iter();
    let sets: Vec<String> = settings
        .flat_map(|(path, value)| ["--set".into(), format!("{path}={}", value.as_str().unwrap())])
        .collect();
    let sets: Vec<&str> = sets.iter().map(String::as_str).collect();
    let status = home
        .command(&[&["train", "small", "--quiet"], &SHORT[..], &sets[..]].concat())
        .stdout(Stdio::null())
        .status();
    assert!(status.unwrap().success());
    let whole = home.runs().pop().unwrap();
    let at = |run: &trainyard::run::RunDirectory| {
        whole.checkpoints().unwrap().contains(&steps).then(|| bits(&run.weights(steps).unwrap()))
    };
    if let Some(once) = at(&whole) {
        assert!(bits(&halved.weights(steps).unwrap()) == once, "other bits");
    } else {
        // `train` keeps the newest three checkpoints; the trial goes on to its end instead.
        let status = home.command(&["resume", &halved.name(), "--quiet"]).stdout(Stdio::null()).status();
        assert!(status.unwrap().success());
        assert!(
            bits(&newest(&halved).unwrap().weights) == bits(&newest(&whole).unwrap().weights),
            "other bits"
        );
    }
}

#[test]
fn a_signal_ends_a_search_in_good_order_and_it_goes_on_where_it_was() {
    let (home, file) = home("");
    let words = ["search", file.to_str().unwrap(), "--json", "--set", "train.epochs=400"];
    let (mut child, events) = home.start(&words);
    let begun = events.iter().find(|event| event["event"] == "trial_begun").expect("a trial begins");
    std::thread::sleep(Duration::from_millis(300));
    // Another process may not carry it out as well.
    let (code, refused) = said(&home, &words);
    assert!(code == 1 && refused.contains("carries out the search s"), "{refused}");
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let run = home.run();
    assert_eq!(run.name(), begun["run"].as_str().unwrap());
    let Status::Stopped { steps } = run.manifest().unwrap().status else { panic!("{:?}", run.manifest()) };
    assert_eq!(newest(&run).unwrap().step, steps);
    assert_eq!(run.manifest().unwrap().trial.unwrap().to_string(), "trial 1 of s");
    // Other settings are another search.
    let (code, refused) = search(&home, &file, &[]);
    assert!(code == 2 && refused.contains("its preset or its changes differ"), "{refused}");
    let (code, said) = self::said(&home, &["search", "list"]);
    assert!(code == 0 && said.contains("s  0 of 6 trials, can go on"), "{said}");
}

#[test]
fn what_cannot_be_searched_is_refused_before_anything_is_written() {
    let (home, file) = home("");
    for (words, code, told) in [
        (vec!["search", "xor"], 2, "it has no search"),
        (vec!["search", "no-such-preset"], 2, "no-such-preset"),
        (vec!["search", file.to_str().unwrap(), "--name", "../x"], 2, "cannot be the name of a search"),
        (vec!["search", file.to_str().unwrap(), "--hours", "-1"], 2, "above 0"),
        (vec!["search", file.to_str().unwrap(), "--jobs", "0"], 2, "--jobs"),
        (vec!["search", file.to_str().unwrap(), "--set", "train.epoch=3"], 2, "did you mean epochs?"),
        (vec!["search", "show", "nothing"], 2, "there is no search nothing"),
        (vec!["search"], 2, "FILE"),
    ] {
        let (ended, said) = said(&home, &words);
        assert!(ended == code && said.contains(told), "{words:?}: {said}");
    }
    // `presets check` knows searches.
    let wrong = home.folder.join("wrong.ron");
    std::fs::write(&wrong, SEARCH.replace("METHOD", "").replace("1e-4", "0")).expect("a file");
    let (code, checked) = said(&home, &["presets", "check", file.to_str().unwrap(), wrong.to_str().unwrap()]);
    assert!(code == 1 && checked.contains("s.ron: valid"), "{checked}");
    assert!(checked.contains("wrong.ron:3:40: a logarithm needs numbers above 0"), "{checked}");
    let (code, said) = said(&home, &["search", file.to_str().unwrap(), "--dry-run"]);
    assert!(code == 0 && said.contains("trial 6") && said.contains("at most 240 epochs in all"), "{said}");
    assert!(!home.folder.join("searches").exists() && !home.folder.join("runs").exists(), "{said}");
}

#[test]
fn a_training_is_repeated_with_several_seeds_and_two_settings_are_compared_over_them() {
    let home = Home::new();
    let repeat = |rate: &str| {
        let words = ["train", "small", "--epochs", "2", "--lr", rate, "--repeat", "3", "--json"];
        let (code, said) = said(&home, &words);
        assert_eq!(code, 0, "{said}");
        let last: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
        assert!(last["event"] == "repeats" && last["seeds"] == 3 && last["complete"] == 3, "{last}");
        let loss = &last["scores"]["loss"];
        let values: Vec<f64> =
            loss["values"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
        let mean = values.iter().sum::<f64>() / 3.0;
        let deviation = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 2.0).sqrt();
        let near = |value: &Value, expected: f64| {
            (value.as_f64().unwrap() - expected).abs() < 1e-9 * expected.abs().max(1.0)
        };
        assert!(near(&loss["mean"], mean) && near(&loss["standard_deviation"], deviation), "{last}");
        // The 97.5% quantile of two degrees of freedom.
        let half = 4.302_652_729_749_462 * deviation / 3.0_f64.sqrt();
        assert!(near(&loss["interval_95"][0], mean - half), "{last}");
        mean
    };
    let means = [repeat("0.003"), repeat("0.00001")];
    let runs = home.runs();
    let seeds: Vec<u64> = runs.iter().map(|run| run.manifest().unwrap().preset.seed).collect();
    assert_eq!(seeds, [42, 43, 44, 42, 43, 44]);
    let (code, diff) = said(&home, &["runs", "diff", &runs[0].name(), &runs[4].name()]);
    assert!(code == 0 && diff.contains("over seeds: test loss") && diff.contains("with 3 seeds"), "{diff}");
    assert!(diff.contains("more than what seeds alone explain"), "{means:?} {diff}");
    let (code, refused) = said(&home, &["train", "small", "--repeat", "1"]);
    assert!(code == 2 && refused.contains("--repeat"), "{refused}");
}

#[test]
fn a_search_whose_trials_all_fail_ends_and_says_why() {
    let (home, file) = home("");
    // Such a rate ends every training with a loss that is not finite.
    let text = SEARCH
        .replace("METHOD", "method: random,")
        .replace("log(1e-4, 1e-1)", "uniform(1e30, 1e35)")
        .replace("trials: 6", "trials: 30");
    std::fs::write(&file, text.replace("[relu, tanh]", "[relu]")).expect("a file");
    let (code, said) = search(&home, &file, &["--set", "optimizer=SGD()", "--json"]);
    assert!(code == 1 && said.contains("all of the first 5 trials have failed"), "{said}");
    assert_eq!(trials(&home).len(), 5);
    assert!(trials(&home).iter().all(|trial| trial["state"] == "failed"), "{said}");
}
