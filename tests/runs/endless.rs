//! Very many short steps: what is kept of them, in memory and on disk, is bounded.

use std::process::Stdio;
use std::time::{Duration, Instant};

use trainyard::run::past::Curves;

use crate::program::Home;

#[test]
fn forty_thousand_epochs_end_at_once_and_leave_little_on_disk() {
    let home = Home::new();
    let since = Instant::now();
    let words = ["train", "xor", "--set", "train.batch_size=400", "--set", "train.epochs=40000", "--quiet"];
    assert!(home.command(&words).stdout(Stdio::null()).status().expect("it starts").success());
    assert!(since.elapsed() < Duration::from_secs(300), "{:?}", since.elapsed());
    let run = home.run();
    let (mut events, mut log) = (0, 0);
    for entry in std::fs::read_dir(run.path()).expect("a folder").map(|entry| entry.expect("an entry")) {
        let (name, size) = (entry.file_name(), entry.metadata().expect("a file").len());
        events += if name.to_string_lossy().contains("tfevents") { size } else { 0 };
        log += if name.to_string_lossy().starts_with("log") { size } else { 0 };
    }
    assert!(events < 8 << 20 && log < 2 << 20, "{events} bytes of events, {log} of log");
    let curves = Curves::read(run.path(), u64::MAX);
    let epochs = curves.curve("loss/epoch");
    // As fine as any screen, over the whole course, to its end.
    assert!(epochs.len() >= 2000 && epochs.len() < 20_000, "{}", epochs.len());
    assert_eq!(epochs.last().map(|(step, _)| *step), Some(40_000));
    assert_eq!(curves.curve("loss/train").last().map(|(step, _)| *step), Some(40_000));
    let half = epochs.partition_point(|(step, _)| *step < 20_000);
    assert!(epochs.len() - half > 200, "{} of {} in the second half", epochs.len() - half, epochs.len());
    let told = std::fs::read_to_string(run.path().join("log.txt")).expect("a log");
    assert!(told.contains("not every epoch is written"), "it says so");
    let exported = home.command(&["export", "last", "--to", "csv", "-o", "-"]).output().expect("it starts");
    assert!(String::from_utf8_lossy(&exported.stdout).contains("loss/epoch,40000,"));
}

/// Which epochs are written beyond the first 2,000 depends on the clock; the best one is always among them.
#[test]
fn the_best_epoch_is_in_the_files_however_many_epochs_are_left_out() {
    let home = Home::new();
    let long =
        ["data.validation=0.2", "train.batch_size=500", "train.epochs=6000", "optimizer.learning_rate=0.03"];
    let words =
        ["train", "diabetes", "--quiet"].into_iter().chain(long.into_iter().flat_map(|set| ["--set", set]));
    let words: Vec<&str> = words.collect();
    assert!(home.command(&words).stdout(Stdio::null()).status().expect("it starts").success());
    let run = home.run();
    let curves = Curves::read(run.path(), u64::MAX);
    let validation = curves.curve("loss/validation");
    assert!(validation.len() < 6000, "some are left out");
    let best = run.manifest().expect("a manifest").best.expect("a best checkpoint");
    let written = validation.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1)).expect("an epoch");
    assert_eq!(written.0, best.step);
    assert!((written.1 - best.loss).abs() < 1e-6, "{written:?} {best:?}");
}
