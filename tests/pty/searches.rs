//! The screen Search with a real search: it is begun, watched, ended, gone on with; its trials are opened and saved.

use std::time::Duration;

use crate::terminal::{Opening, Terminal, dashboard};

/// A preset that trains for about a second, with what is tried of it.
const PRESET: &str = r#"(name: "small", title: "A small search", data: (source: logic(gate: xor, noise: 0.1, samples: 1500), labels: binary, validation: 0.0),
    layers: [Dense(units: 8, activation: tanh), Dense(units: 1, activation: sigmoid)],
    loss: binary_crossentropy, optimizer: Adam(learning_rate: 0.01), train: (epochs: 400, batch_size: 8),
    search: (space: {"optimizer.learning_rate": log(1e-4, 1e-1), layers[0].units: int(2, 16, step: 2)},
        objective: loss, method: random, trials: 12, seed: 3))"#;

/// The dashboard on the preset, asked to begin its search.
fn asked(opening: Opening) -> Terminal {
    let mut terminal = opening.preset("small", PRESET).open();
    terminal.wait("mnist-cnn");
    terminal.keys("/small");
    terminal.wait("/ small");
    terminal.keys("\r");
    terminal.wait_gone("accept");
    terminal.keys("S");
    terminal
}

#[test]
fn a_search_is_begun_from_a_preset_ended_and_gone_on_with_and_its_best_trial_becomes_a_preset() {
    let mut terminal = asked(dashboard(160, 48));
    terminal.wait("trainyard search small --jobs N");
    terminal.keys("\r");
    terminal.wait("runs in the background: trainyard search small --jobs 1");
    terminal.wait("1 running");
    terminal.wait("loss by trial");

    // The process ends in good order and can go on.
    terminal.keys("X");
    terminal.wait("End small?");
    terminal.keys("y");
    terminal.wait("can go on");
    terminal.keys("b");
    terminal.wait("trainyard search resume small --jobs N");
    terminal.keys("\r");
    terminal
        .until("all trials are done", |t| t.text().contains("12 of 12 trials") && t.text().contains("ended"));
    terminal.wait("12 complete");

    terminal.keys("s");
    terminal.wait("Save the preset of trial");
    terminal.keys("\x15best\r");
    terminal.until("the preset", |t| t.home().join("presets").read_dir().is_ok_and(|all| all.count() == 2));
    terminal.keys("\r");
    terminal.wait("● opened");
    terminal.keys("5");
    terminal.wait("12 trials of searches are hidden: z shows them");
    terminal.keys("z");
    terminal.wait("Runs 12");
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
}

#[test]
fn a_search_goes_on_when_the_terminal_is_gone() {
    let mut terminal = asked(dashboard(80, 24));
    terminal.wait("trainyard search small");
    terminal.keys("\r");
    terminal.wait("of 12 trials");
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
    let done = terminal.home().join("searches/small/trials/000012.ron");
    let since = std::time::Instant::now();
    while !done.exists() {
        assert!(since.elapsed() < Duration::from_secs(60), "it makes all trials");
        std::thread::sleep(Duration::from_millis(50));
    }
}
