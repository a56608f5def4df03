//! The screen Queue with real trainings: presets are put into the queue, moved, paused, trained, their runs opened.

use crate::terminal::{Terminal, dashboard};

/// A preset that trains for about a second.
const PRESET: &str = r#"(name: "small", title: "A small network", data: (source: logic(gate: xor, noise: 0.1, samples: 1500), labels: binary, validation: 0.0),
    layers: [Dense(units: 8, activation: tanh), Dense(units: 1, activation: sigmoid)],
    loss: binary_crossentropy, optimizer: Adam(learning_rate: 0.01), train: (epochs: 40, batch_size: 8))"#;

/// Whether one line stands above another.
fn stands_above(terminal: &Terminal, upper: &str, lower: &str) -> bool {
    let text = terminal.text();
    let row = |part: &str| text.lines().position(|line| line.contains(part));
    row(upper).zip(row(lower)).is_some_and(|(upper, lower)| upper < lower)
}

#[test]
fn presets_are_put_into_the_queue_moved_trained_and_their_runs_opened() {
    let mut terminal = dashboard(160, 48).preset("small", PRESET).open();
    terminal.wait("mnist-cnn");
    terminal.keys("7");
    terminal.wait("nothing is in the queue");
    terminal.keys("p");
    terminal.wait("paused: p goes on");

    // As it is, and with a change that is not saved.
    terminal.keys("1/small");
    terminal.wait("/ small");
    terminal.keys("\r");
    terminal.wait_gone("accept");
    terminal.keys("Q");
    terminal.wait("item 1 is in the queue, which is paused");
    terminal.keys("+Q");
    terminal.wait("item 2 is in the queue, which is paused");
    terminal.keys("7");
    terminal.wait("2 wait");
    terminal.wait("train small --set optimizer.learning_rate=0.015");

    let (plain, changed) = ("1  train small ", "2  train small --set");
    assert!(stands_above(&terminal, plain, changed), "{}", terminal.text());
    terminal.keys("K");
    terminal.until("the second item before the first", |t| stands_above(t, changed, plain));
    terminal.keys("+");
    terminal.wait("2 at a time");
    terminal.keys("-");
    terminal.wait("one at a time");

    terminal.keys("p");
    terminal.wait("works it off");
    terminal.wait("2 done");
    terminal.wait("nothing waits");
    // The second item was the first to be trained.
    let row =
        |part: &str| terminal.text().lines().find(|line| line.contains(part)).unwrap_or_default().to_owned();
    let run_of = |part: &str| {
        row(part).split_whitespace().find(|word| word.starts_with("20")).unwrap_or_default().to_owned()
    };
    assert!(run_of(changed) < run_of(plain), "{}", terminal.text());
    terminal.wait("test loss");
    terminal.keys("\r");
    terminal.wait("● opened");

    terminal.keys("7c");
    terminal.wait("2 items taken off the queue; their runs stay");
    terminal.wait("nothing is in the queue");
    terminal.keys("5");
    terminal.wait("Runs 2");
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
}

#[test]
fn a_training_of_the_queue_is_looked_at_while_it_runs_and_ended_after_a_yes() {
    let long = PRESET.replace("epochs: 40", "epochs: 1000000");
    let mut terminal = dashboard(80, 24)
        .preset("small", PRESET)
        .preset("long", &long.replace("\"small\"", "\"long\""))
        .open();
    terminal.wait("mnist-cnn");
    terminal.keys("/long");
    terminal.wait("/ long");
    terminal.keys("\r");
    terminal.wait_gone("accept");
    terminal.keys("Q");
    terminal.wait("item 1 is in the queue, and begins at once");
    terminal.keys("7");
    terminal.wait("/1000000");
    // A look at it while it trains.
    terminal.keys("\r");
    terminal.wait("training");
    terminal.keys("7X");
    terminal.wait("Item 1 is being trained");
    terminal.keys("y");
    terminal.wait("nothing is in the queue");
    terminal.wait("nothing waits");
    terminal.until("the end of the training", |t| t.row(0).contains("stopped"));
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
}
