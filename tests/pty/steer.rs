//! A training is steered: its settings, its tempo, back to a checkpoint, and a new run from one.

use crate::terminal::dashboard;

/// Small enough to be fast, and long enough to be there all the time.
const PRESET: &str = r#"(name: "long", title: "", data: (source: moons(), validation: 0.1),
    layers: [Dense(units: 8, activation: tanh), Dropout(rate: 0.1), Dense(units: 1, activation: sigmoid)],
    loss: binary_crossentropy, optimizer: SGD(learning_rate: 0.01), train: (epochs: 9000000, batch_size: 10),
    view: (steps_per_second: 50))"#;

#[test]
fn a_person_slows_a_training_changes_it_goes_back_and_branches() {
    let mut terminal = dashboard(120, 36).preset("long", PRESET).open();
    terminal.wait("mnist-cnn");
    terminal.keys("/");
    terminal.wait("accept");
    terminal.keys("long\r");
    terminal.wait_gone("accept");
    terminal.wait("╭ long ─");
    // It holds before its first step, at the tempo that the preset says.
    terminal.keys("h");
    terminal.wait("● paused");
    terminal.wait("at most 50 steps/s");
    terminal.keys(" ");
    terminal.until("some steps", |terminal| terminal.step() > 5);
    terminal.keys(";;;;;");
    terminal.keys(";;;;;");
    terminal.wait("as many steps a second");
    terminal.until("many steps", |terminal| terminal.step() > 500);

    // A setting: refused with its range, then changed. Epochs that go by would carry its line out of the log.
    terminal.keys(" ");
    terminal.wait("● paused");
    terminal.keys("a");
    terminal.wait("Settings, from the next step on");
    terminal.wait("layers[1].rate");
    terminal.keys("\x1b[B\r");
    terminal.wait("samples in a step");
    terminal.keys("\x15none\r");
    terminal.wait("not such a value");
    terminal.keys("\x1525\r");
    terminal.wait("25  from step");
    terminal.keys("\x1b");
    terminal.wait_gone("Settings, from");
    terminal.keys(".");
    terminal.wait("train.batch_size 25 (was 10)");
    terminal.keys(" ");
    terminal.wait("● training");

    // Saved, and back to it.
    terminal.keys("\x13");
    terminal.wait("saved at step");
    terminal.keys(" ");
    terminal.wait("● paused");
    let held = terminal.step();
    terminal.keys("H");
    terminal.wait("y go back");
    terminal.keys("y");
    terminal.wait("what came after it no longer counts");
    terminal.until("an earlier step", |terminal| terminal.step() < held);
    terminal.keys("X");
    terminal.wait("ends after this epoch");
    terminal.keys(" ");
    terminal.wait("● stopped");

    // A new run from its checkpoint.
    terminal.keys("5");
    terminal.wait("STATUS");
    terminal.wait("stopped");
    terminal.keys("B");
    terminal.wait("New run from step");
    terminal.keys("\x15optimizer.learning_rate=0.5\r");
    terminal.wait("● training");
    let runs = terminal.home().join("runs");
    terminal.until("the new run's lineage", |_| {
        let manifests = std::fs::read_dir(&runs).into_iter().flatten().flatten();
        let texts = manifests.filter_map(|run| std::fs::read_to_string(run.path().join("run.ron")).ok());
        texts.into_iter().any(|text| text.contains("branched: Some("))
    });
    terminal.keys("q");
    terminal.wait("still training");
    terminal.keys("y");
    assert_eq!(terminal.ends_in_good_order(), 0);
}
