//! The list of runs: what was stopped goes on, what trains elsewhere is looked at.

use crate::terminal::{Terminal, dashboard};

/// A training that does not end by itself within a test.
const LONG: &str = r#"(name: "long", title: "A long training", data: (source: mnist, train_samples: Some(4000)),
    layers: [Flatten, Dense(units: 16, activation: relu), Dense(units: 10, activation: softmax)],
    loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 100000, batch_size: 32))"#;

/// A training whose loss grows at every step.
const STEEP: &str = r#"(name: "steep", title: "Too steep", data: (source: diabetes),
    layers: [Dense(units: 8), Dense(units: 1)], loss: mean_squared_error, optimizer: SGD(learning_rate: 20.0),
    train: (epochs: 20, batch_size: 32))"#;

fn train(terminal: &mut Terminal, name: &str) {
    terminal.wait(name);
    terminal.keys(&format!("/{name}"));
    terminal.wait(&format!("/ {name}"));
    terminal.keys("\r");
    terminal.wait_gone("accept");
    terminal.keys("\r");
}

/// The dashboard once more, in the home of another.
fn again(first: &Terminal) -> Terminal {
    let mut terminal = dashboard(160, 40).env("TRAINYARD_HOME", &first.home().to_string_lossy()).open();
    terminal.wait("mnist-cnn");
    terminal
}

#[test]
fn a_run_that_was_stopped_goes_on_from_the_list_of_runs_with_its_curves() {
    let mut first = dashboard(160, 40).preset("long", LONG).open();
    train(&mut first, "long");
    first.until("two epochs", |t| t.step() > 250);
    first.keys("x");
    first.wait("End this training");
    first.keys("y");
    first.wait("● stopped");
    let stopped = first.step();
    first.keys("5");
    first.until("the run in the list", |t| t.text().contains("long") && t.text().contains("stopped"));
    first.keys("q");
    assert_eq!(first.ends_in_good_order(), 0);

    let mut second = again(&first);
    second.keys("5");
    second.wait("stopped");
    second.wait("ON DISK");
    second.keys("r");
    second.until("it goes on", |t| t.step() > stopped + 50);
    second.keys("5");
    second.wait("running");

    // A third one looks on from its list.
    let mut third = again(&first);
    third.keys("5");
    third.wait("running");
    third.keys("\r");
    third.until("steps", |t| t.step() > stopped);
    third.keys("d");
    assert_eq!(third.ends_in_good_order(), 0);

    second.keys("x");
    second.wait("End this training");
    second.keys("y");
    second.wait("● stopped");
    second.keys("q");
    assert_eq!(second.ends_in_good_order(), 0);
    let runs = trainyard::run::Overview::list(&first.home().join("runs")).expect("the runs");
    assert_eq!(runs.len(), 1, "it is the same run");
    assert!(runs[0].steps().is_some_and(|steps| steps > stopped));
}

/// A training of a few epochs, each with its checkpoint.
const SHORT: &str = r#"(name: "short", title: "A short training", data: (source: digits_8x8),
    layers: [Flatten, Dense(units: 16, activation: relu), Dense(units: 10, activation: softmax)],
    loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 3, batch_size: 32))"#;

#[test]
fn a_run_that_is_done_is_opened_days_later_with_its_curves_samples_and_checkpoints() {
    let mut first = dashboard(160, 40).preset("short", SHORT).open();
    train(&mut first, "short");
    first.wait("● finished");
    first.wait("test set");
    let result = first.text().lines().find(|line| line.contains("test set")).map(str::to_owned);
    first.keys("q");
    assert_eq!(first.ends_in_good_order(), 0);

    let mut second = again(&first);
    second.keys("5");
    second.wait("ON DISK");
    second.wait("finished");
    second.keys("\r");
    second.wait("● opened");
    second.wait("test set");
    let shown = second.text().lines().find(|line| line.contains("test set")).map(str::to_owned);
    let score =
        |line: Option<String>| line.and_then(|line| Some(line.split("accuracy ").nth(1)?[..6].to_owned()));
    assert!(score(shown.clone()).is_some() && score(shown.clone()) == score(result), "{shown:?}");
    second.keys("3");
    second.wait("Prediction at step");
    // A checkpoint may be left out where epochs are as short as these; the last one is kept.
    second.until("the last one", |t| t.text().contains("at step 123"));
    second.keys("((");
    second.wait("checkpoint 1/");
    second.until("an earlier prediction", |t| !t.text().contains("Prediction at step 123"));
    second.keys("))");
    second.wait("Prediction at step 123");
    second.keys("q");
    assert_eq!(second.ends_in_good_order(), 0);
}

#[test]
fn a_run_whose_loss_became_nan_goes_back_with_a_smaller_rate() {
    let mut terminal = dashboard(100, 30).preset("steep", STEEP).open();
    train(&mut terminal, "steep");
    terminal.wait("failed");
    terminal.keys("5");
    terminal.wait("goes back to its last good checkpoint");
    terminal.keys("r");
    terminal.wait("Go back with learning rate");
    terminal.keys("\x15");
    terminal.keys("0.02");
    terminal.wait("> 0.02");
    terminal.keys("\r");
    terminal.wait("● finished");
    terminal.keys("5");
    terminal.wait("finished");
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
}
