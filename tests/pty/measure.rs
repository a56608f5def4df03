//! What the dashboard must reach, measured from outside: how soon it shows its first frame, how soon a key shows its
//! effect while all cores train, what it costs the training. Timings depend on the machine, so these run on demand:
//!
//! ```sh
//! cargo build --release
//! TRAINYARD_BINARY=$PWD/target/release/trainyard \
//!     cargo test --test pty measure -- --ignored --nocapture --test-threads=1
//! ```

use std::process::Command;
use std::time::{Duration, Instant};

use crate::terminal::{Terminal, binary, dashboard};

/// A training of the case study's network that is long enough to measure and ends by itself.
const PRESET: &str = r#"(
    name: "measured",
    title: "The case study's network",
    data: (source: mnist),
    layers: [
        Conv2D(filters: 32, kernel_size: 3, activation: relu), MaxPooling2D(), Flatten,
        Dense(units: 128, activation: relu), Dense(units: 10, activation: softmax),
    ],
    loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 2, batch_size: 64),
)"#;

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// Waits for something that comes soon, looking several times a millisecond.
fn soon(terminal: &Terminal, holds: impl Fn(&str) -> bool) {
    let since = Instant::now();
    while !holds(&terminal.text()) {
        assert!(since.elapsed() < Duration::from_secs(30), "{}", terminal.text());
        std::thread::sleep(Duration::from_micros(200));
    }
}

fn summary(what: &str, mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let (median, most) = (values[values.len() / 2], values[values.len() - 1]);
    println!("{what}: median {median:.1} ms, largest of {} {most:.1} ms", values.len());
    median
}

#[test]
#[ignore = "a measurement: see the top of the file"]
fn first_frame() {
    let times = (0..20).map(|_| {
        let since = Instant::now();
        let mut terminal = dashboard(80, 24).start();
        soon(&terminal, |text| text.contains("(Conv2D)") && text.contains("quit"));
        let time = milliseconds(since);
        terminal.keys("q");
        terminal.ends_in_good_order();
        time
    });
    let median = summary("from start to first frame", times.collect());
    assert!(median <= 150.0);
}

#[test]
#[ignore = "a measurement: see the top of the file"]
fn bytes_on_the_line_while_training() {
    let long = PRESET.replace("epochs: 2", "epochs: 1000");
    let mut terminal = dashboard(120, 40).preset("measured", &long).open();
    start_measured(&mut terminal);
    terminal.until("some steps", |t| t.step() > 50);
    let bytes_within = |terminal: &Terminal, seconds| {
        let before = terminal.bytes().len();
        std::thread::sleep(Duration::from_secs(seconds));
        terminal.bytes().len() - before
    };
    let rate = bytes_within(&terminal, 60) as f64 / 60.0;
    terminal.keys(" ");
    terminal.wait("● paused");
    std::thread::sleep(Duration::from_secs(1));
    let idle = bytes_within(&terminal, 10);
    println!("120 x 40: {:.1} KB a second while training, {idle} bytes in 10 s of a pause", rate / 1000.0);
    leave(&mut terminal);
    assert!(rate <= 4000.0 && idle == 0);
}

#[test]
#[ignore = "a measurement: see the top of the file"]
fn key_effect_while_training() {
    key_effects(None, 50.0);
}

#[test]
#[ignore = "a measurement: see the top of the file"]
fn key_effect_on_a_line_of_20_kilobytes_a_second() {
    key_effects(Some(20_000), 150.0);
}

/// How soon keys show their effect, over a line that carries so many bytes a second; the median is at most `limit` milliseconds.
fn key_effects(line: Option<u32>, limit: f64) {
    let long = PRESET.replace("epochs: 2", "epochs: 1000");
    let opening = dashboard(80, 24).preset("measured", &long);
    let mut terminal = line.into_iter().fold(opening, |opening, speed| opening.line(speed)).open();
    start_measured(&mut terminal);
    terminal.until("some steps", |t| t.step() > 50);
    // Each key shows a text that the screen before it does not have.
    let keys =
        [("4", "for the next start"), ("1", "Output Shape"), ("?", "╭ Keys"), ("\x1b", "Output Shape")];
    let round = keys.iter().chain(&[("2", "Progress"), ("3", "Prediction at step"), ("2", "Progress")]);
    let mut times = Vec::new();
    for (place, (key, shows)) in round.cycle().take(70).enumerate() {
        // Not in step with the frames.
        std::thread::sleep(Duration::from_millis(23 + 37 * (place as u64 % 7)));
        let key_pressed = Instant::now();
        terminal.keys(key);
        let hidden = (*key == "\x1b").then_some("╭ Keys");
        soon(&terminal, |text| text.contains(shows) && hidden.is_none_or(|gone| !text.contains(gone)));
        times.push(milliseconds(key_pressed));
    }
    assert!(terminal.text().contains("training"), "it still trains");
    let median = summary("from key to its effect while training", times);
    leave(&mut terminal);
    assert!(median <= limit);
}

fn leave(terminal: &mut Terminal) {
    terminal.keys("q");
    terminal.wait("still training");
    terminal.keys("y");
    terminal.ends_in_good_order();
}

fn start_measured(terminal: &mut Terminal) {
    terminal.wait("measured");
    terminal.keys("/measured");
    terminal.wait("/ measured");
    terminal.keys("\r");
    terminal.wait_gone("accept");
    terminal.keys("\r");
}

/// Samples a second, evaluation not counted, with the dashboard open at its curves.
fn with_dashboard() -> f64 {
    let mut terminal = dashboard(200, 60).preset("measured", PRESET).open();
    start_measured(&mut terminal);
    terminal.wait("● finished");
    let text = terminal.text();
    let line = text.lines().find(|line| line.contains("test set")).unwrap_or_default();
    let speed = line.split(" samples/s").next().and_then(|before| before.split(' ').next_back());
    let speed = speed.unwrap_or_default().to_owned();
    terminal.keys("q");
    terminal.ends_in_good_order();
    speed.replace(',', "").parse().expect("the speed is on the screen")
}

/// The same without it.
fn headless() -> f64 {
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("measured.ron");
    std::fs::write(&file, PRESET).expect("a preset");
    let output = Command::new(binary())
        .args(["train", "--json"])
        .arg(&file)
        .env("TRAINYARD_HOME", folder.path())
        .output()
        .expect("it starts");
    let last = String::from_utf8_lossy(&output.stdout).lines().last().unwrap_or_default().to_owned();
    let finished: serde_json::Value = serde_json::from_str(&last).expect("a JSON object a line");
    finished["samples_per_second"].as_f64().expect("a number")
}

#[test]
#[ignore = "a measurement: see the top of the file"]
fn throughput_with_and_without_the_dashboard() {
    // Turn about, so that what else the machine does meets both.
    let mut pairs: Vec<(f64, f64)> = (0..5).map(|_| (headless(), with_dashboard())).collect();
    for (without, with) in &pairs {
        println!("headless {without:.0}, dashboard {with:.0} samples/s: {:.1}%", 100.0 * with / without);
    }
    pairs.sort_by(|a, b| (a.1 / a.0).total_cmp(&(b.1 / b.0)));
    let (without, with) = pairs[pairs.len() / 2];
    println!("median: {:.1}%", 100.0 * with / without);
    let best = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).fold(0.0, f64::max);
    println!("best of each: {:.1}%", 100.0 * best(|pair| pair.1) / best(|pair| pair.0));
}
