//! A long night: a small network trains for as long as one likes, with the dashboard open, and neither process grows.
//!
//! ```sh
//! cargo build --release
//! TRAINYARD_SOAK_SECONDS=3600 TRAINYARD_BINARY=$PWD/target/release/trainyard \
//!     cargo test --test pty soak -- --ignored --nocapture
//! ```
//!
//! An hour of it has as many steps as a day of a network whose steps take half a millisecond.

use std::time::{Duration, Instant};

use trainyard::run::RunDirectory;

use crate::terminal::dashboard;

/// Two inputs and four units: some ten thousand epochs a second, each with a validation.
const PRESET: &str = r#"(name: "soak", title: "A long night",
    data: (source: logic(gate: xor, noise: 0.1, samples: 400), labels: binary, validation: 0.1),
    layers: [Dense(units: 4, activation: tanh), Dense(units: 1, activation: sigmoid)],
    loss: binary_crossentropy, optimizer: Adam(learning_rate: 0.001), train: (epochs: 4000000000, batch_size: 360))"#;

/// So much more than after warming up may a process take.
const GROWTH: f64 = 1.05;

/// Resident memory of a process, in kB.
fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

#[test]
#[ignore = "takes as long as one likes: see the top of the file"]
fn soak() {
    let seconds =
        std::env::var("TRAINYARD_SOAK_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3600);
    let duration = Duration::from_secs(seconds);
    let mut terminal = dashboard(160, 45).preset("soak", PRESET).open();
    terminal.wait("soak");
    terminal.keys("/soak");
    terminal.wait("/ soak");
    terminal.keys("\r");
    terminal.wait_gone("accept");
    terminal.keys("\r");
    terminal.until("a step", |t| t.step() > 0);
    let processes = [terminal.trainer(), terminal.process()];
    let run = RunDirectory::list(&terminal.home().join("runs")).expect("runs").pop().expect("a run");
    let since = Instant::now();
    let warm = duration / 4;
    // The most until it is warm, and after.
    let (mut before, mut after) = ([0; 2], [0; 2]);
    let mut told = 0;
    while since.elapsed() < duration {
        for key in ["2", "3", "f", "2", "l", "5", "1"] {
            terminal.keys(key);
            std::thread::sleep(Duration::from_millis(150));
            let most = if since.elapsed() < warm { &mut before } else { &mut after };
            for (most, process) in most.iter_mut().zip(processes) {
                *most = memory(process).max(*most);
            }
        }
        if since.elapsed().as_secs() / 30 > told {
            told = since.elapsed().as_secs() / 30;
            let [trainer, screen] = processes.map(memory);
            println!(
                "{:>6.0} s: step {:>11}, trainer {trainer} kB, dashboard {screen} kB, run {} kB",
                since.elapsed().as_secs_f64(),
                terminal.step(),
                run.disk_use().unwrap_or(0) / 1000
            );
        }
    }
    println!(
        "trainer {} kB until it was warm, {} kB after; dashboard {} kB, {} kB",
        before[0], after[0], before[1], after[1]
    );
    for (before, after) in before.into_iter().zip(after) {
        assert!(after as f64 <= GROWTH * before as f64, "{before} kB became {after} kB");
    }
    terminal.keys("\x03\x03");
    terminal.ends_in_good_order();
}
