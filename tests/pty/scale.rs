//! `trainyard watch` on ten thousand runs and on a gigabyte:
//!
//!     cargo build --release
//!     TRAINYARD_BINARY=$PWD/target/release/trainyard cargo test --test pty scale -- --ignored --nocapture --test-threads 1

use std::path::Path;
use std::time::{Duration, Instant};

use trainyard::run::tensorboard::Writer;

use crate::terminal::{Terminal, dashboard};

/// The most memory that the program has had, in MB.
fn peak(terminal: &Terminal) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", terminal.process())).expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("Linux tells");
    let kilobytes = line.split_whitespace().nth(1).and_then(|number| number.parse::<f64>().ok());
    kilobytes.expect("a number") / 1024.0
}

/// Opens the folder; how long until the first frame, until so many runs have been read, and until keys have their effect.
fn open(name: &str, folder: &Path, runs: &str, keys: &[(&str, &str)]) -> Duration {
    let since = Instant::now();
    let mut terminal = dashboard(160, 48).arg("watch").arg(&folder.to_string_lossy()).start();
    terminal.until("the first frame", |t| t.text().contains("Event files"));
    println!("{name}: first frame after {:.0} ms", since.elapsed().as_secs_f64() * 1e3);
    terminal.until("the first run", |t| t.text().contains("run-"));
    println!("{name}: first run in the table after {:.0} ms", since.elapsed().as_secs_f64() * 1e3);
    let all = format!("runs {runs}");
    terminal.until("all are read", |t| {
        let text = t.text();
        text.contains(&all) && !["looking: ", "reading "].iter().any(|word| text.contains(word))
    });
    let all = since.elapsed();
    println!("{name}: all read after {:.2} s, {:.0} MB at most", all.as_secs_f64(), peak(&terminal));
    for (keys, effect) in keys {
        assert!(!terminal.text().contains(effect), "{effect} is to be the effect of {keys:?}");
        let since = Instant::now();
        terminal.keys(keys);
        terminal.wait(effect);
        println!("{name}: {keys:?} answered after {:.0} ms", since.elapsed().as_secs_f64() * 1e3);
    }
    println!("{name}: {:.0} MB at most", peak(&terminal));
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
    all
}

#[test]
#[ignore = "a measurement"]
fn scale_of_ten_thousand_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    for run in 0..10_000 {
        let path = folder.path().join(format!("group-{}/run-{run}", run / 100));
        std::fs::create_dir_all(&path).expect("a folder");
        let mut writer = Writer::create(&path).expect("an event file");
        for step in 1..=100_u64 {
            let loss = 1.0 / (step as f64 + f64::from(run % 7));
            writer
                .scalars(step * 10, &[("loss/train", loss), ("accuracy/train", 1.0 - loss)])
                .expect("it is written");
        }
        writer.flush().expect("it is written");
    }
    // Escape and a letter at once would be Alt with that letter.
    let keys = [
        ("/run-9999\r", "runs 1 of"),
        ("\x1b", "runs 10,000"),
        ("g", "run-0 "),
        ("G", "run-9998"),
        // The value in the list.
        ("facc\r", "…racy/train"),
    ];
    let all = open("10,000 runs", folder.path(), "10,000", &keys);
    assert!(all < Duration::from_secs(60), "{all:?}");
}

#[test]
#[ignore = "a measurement"]
fn scale_of_a_gigabyte() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run-long");
    std::fs::create_dir_all(&path).expect("a folder");
    let mut writer = Writer::create(&path).expect("an event file");
    let mut step = 0;
    while step % 100_000 != 0 || writer.path().metadata().expect("the file").len() < 1 << 30 {
        step += 1;
        let loss = 1.0 / (1.0 + step as f64 * 1e-5);
        writer.scalars(step, &[("loss/train", loss), ("accuracy/train", 1.0 - loss)]).expect("it is written");
        if step % 10_000 == 0 {
            writer.flush().expect("it is written");
        }
    }
    println!("a gigabyte: {step} records");
    let newest = format!(" {step} ");
    // The newest step is known from the file's end, long before the whole curve is.
    let since = Instant::now();
    let mut terminal = dashboard(160, 48).arg("watch").arg(&folder.path().to_string_lossy()).start();
    terminal.wait(&newest);
    println!("a gigabyte: newest step in the table after {:.0} ms", since.elapsed().as_secs_f64() * 1e3);
    terminal.until("the curve begins", |t| t.text().contains("reading: "));
    println!("a gigabyte: the curve is being drawn after {:.0} ms", since.elapsed().as_secs_f64() * 1e3);
    let key = Instant::now();
    terminal.keys("?");
    terminal.wait("Put a curve, distribution");
    println!("a gigabyte: a key answered after {:.0} ms while reading", key.elapsed().as_secs_f64() * 1e3);
    terminal.keys("\x1b");
    terminal.wait_gone("reading: ");
    println!(
        "a gigabyte: all read after {:.1} s, {:.0} MB at most",
        since.elapsed().as_secs_f64(),
        peak(&terminal)
    );
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
}
