//! The line drops, or the person leaves: the training goes on, and can be looked at again.

use std::path::Path;
use std::process::Command;

use crate::terminal::{Terminal, binary, dashboard};

/// A training that does not end by itself within a test.
const LONG: &str = r#"(name: "long", title: "A long training", data: (source: mnist, train_samples: Some(4000)),
    layers: [Flatten, Dense(units: 16, activation: relu), Dense(units: 10, activation: softmax)],
    loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 100000, batch_size: 32))"#;

fn in_training() -> Terminal {
    let mut terminal = dashboard(130, 30).preset("long", LONG).open();
    terminal.wait("long");
    terminal.keys("/long");
    terminal.wait("/ long");
    terminal.keys("\r");
    terminal.wait_gone("accept");
    terminal.keys("\r");
    terminal.until("a step", |t| t.step() > 0);
    terminal
}

fn attached(home: &Path) -> Terminal {
    let home = home.to_string_lossy();
    let mut terminal = dashboard(130, 30).env("TRAINYARD_HOME", &home).arg("attach").open();
    terminal.keys("2");
    terminal.until("a step", |t| t.step() > 0);
    terminal
}

fn trainyard(home: &Path, words: &[&str]) -> String {
    let output = Command::new(binary()).args(words).env("TRAINYARD_HOME", home).output().expect("it starts");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_training_survives_its_terminal_and_is_attached_to_from_others() {
    let mut first = in_training();
    let home = first.home().to_path_buf();
    let hang_up = Command::new("kill").args(["-HUP", &first.process().to_string()]).status();
    assert!(hang_up.is_ok_and(|status| status.success()));
    assert_eq!(first.ends_in_good_order(), 129);
    let before = first.step();
    assert!(trainyard(&home, &["runs"]).contains("running"));

    let mut second = attached(&home);
    second.until("it has gone on", |t| t.step() > before + 50);
    second.wait("epoch");
    // Another one looks on, and does not steer.
    second.keys(" ");
    second.wait("paused");
    let mut third = attached(&home);
    third.wait("paused");
    third.keys(" ");
    third.wait("another terminal steers");
    third.keys("d");
    assert_eq!(third.ends_in_good_order(), 0);
    second.keys(" ");
    second.wait_gone("paused");
    second.keys("d");
    assert_eq!(second.ends_in_good_order(), 0);
    assert!(String::from_utf8_lossy(&second.bytes()).contains("the training goes on"));

    assert!(trainyard(&home, &["runs"]).contains("running"));
    assert!(trainyard(&home, &["stop", "last"]).contains("has stopped"));
    assert!(trainyard(&home, &["runs"]).contains("stopped"));
    assert!(trainyard(&home, &["attach"]).contains("nothing is being trained"));
    // A run that has ended is opened, with its own log.
    let at_home = home.to_string_lossy();
    let ended = dashboard(130, 30).env("TRAINYARD_HOME", &at_home).arg("attach").arg("last");
    let mut fourth = ended.open();
    fourth.wait("● opened");
    fourth.wait("stopped after");
    fourth.keys("q");
    assert_eq!(fourth.ends_in_good_order(), 0);
}

#[test]
fn a_process_that_is_killed_is_told_of_and_resumed() {
    let mut terminal = in_training();
    let home = terminal.home().to_path_buf();
    terminal.until("a checkpoint", |t| t.step() > 300);
    let run = trainyard::run::RunDirectory::list(&home.join("runs")).unwrap().pop().expect("a run");
    let owner = trainyard::run::lock::Lock::holder(run.path()).expect("its lock").expect("it trains");
    assert!(Command::new("kill").args(["-KILL", &owner]).status().is_ok_and(|status| status.success()));
    terminal.wait("ended without a word");
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
    let said = trainyard(&home, &["resume", "last", "--detach"]);
    assert!(said.contains("trains in the background"), "{said}");
    let step = run.checkpoints().unwrap().last().copied().unwrap_or(0);
    let mut again = attached(&home);
    again.until("it goes on", |t| t.step() > step);
    again.keys("d");
    again.ends_in_good_order();
}
