//! From the first frame to the last: choose, change, train, steer, look, leave.

use crate::terminal::{Terminal, dashboard};

const ENTER: &str = "\r";
const ESC: &str = "\x1b";
const RIGHT: &str = "\x1b[C";
const DOWN: &str = "\x1b[B";
const UP: &str = "\x1b[A";

/// Finds a preset by its name.
pub fn choose(terminal: &mut Terminal, name: &str) {
    terminal.wait("mnist-cnn");
    terminal.keys("/");
    terminal.wait("accept");
    terminal.keys(name);
    terminal.wait(&format!("/ {name}"));
    terminal.keys(ENTER);
    terminal.wait_gone("accept");
    terminal.wait(&format!("╭ {name} ─"));
}

/// Chooses mnist-mlp, with so many epochs that it trains for as long as the test takes.
fn choose_a_long_training(terminal: &mut Terminal) {
    terminal.wait("mnist-mlp");
    choose(terminal, "mnist-mlp");
    terminal.keys("e");
    terminal.wait("for the next start");
    terminal.keys(ENTER);
    terminal.wait("╭ train.epochs ─");
    terminal.keys("\x15");
    terminal.keys("9000");
    terminal.keys(ENTER);
    terminal.wait("was 8");
}

fn train(terminal: &mut Terminal) {
    choose_a_long_training(terminal);
    terminal.keys("t");
    terminal.until("a few hundred steps", |t| t.step() > 300);
}

fn leave(terminal: &mut Terminal) {
    terminal.keys("q");
    terminal.wait("still training");
    terminal.keys("y");
    assert_eq!(terminal.ends_in_good_order(), 0);
}

#[test]
fn a_person_trains_steers_inspects_and_leaves() {
    let mut terminal = dashboard(80, 24).open();
    assert!(terminal.is_raw());
    terminal.wait("mnist-cnn");
    terminal.wait("(None, 26, 26, 32)");
    train(&mut terminal);

    // Curves: both charts have their legend and more dots than a bare grid.
    terminal.wait("Loss");
    terminal.wait("Accuracy");
    let braille = |t: &Terminal| t.text().chars().filter(|c| ('\u{2801}'..='\u{28ff}').contains(c)).count();
    terminal.until("curves", |t| braille(t) > 20);
    terminal.wait("samples/s");
    terminal.until("the first epoch's validation", |t| t.text().contains("validation  loss"));

    // Pause holds, a single step is one step, the learning rate is changed for the next one.
    terminal.keys(" ");
    terminal.wait("● paused");
    let held = terminal.step();
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert_eq!(terminal.step(), held);
    terminal.keys("+");
    terminal.wait("learning rate 0.0015");
    terminal.keys(".");
    terminal.until("one step", |t| t.step() == held + 1);
    terminal.wait("1.500e-3");
    terminal.keys("--");
    terminal.wait("learning rate 0.0007");
    terminal.keys(" ");
    terminal.wait("● training");
    terminal.until("more steps", |t| t.step() > held + 100);
    terminal.wait("7.000e-4");

    // Inspect: a sample, the next one, the wrong ones only, the confusion matrix.
    terminal.keys("3");
    terminal.wait("Test sample 0");
    terminal.wait("predicted");
    terminal.keys(RIGHT);
    terminal.wait("Test sample 1");
    terminal.keys("w");
    terminal.wait("that it gets wrong");
    terminal.wait("wrong");
    terminal.keys("c");
    terminal.wait("Confusion matrix at step");
    terminal.wait("recall");

    // Figures: one after the other, their knobs turned.
    terminal.keys("f");
    terminal.wait("Slope of the output");
    terminal.wait("for the prediction");
    terminal.keys(">");
    terminal.wait("for class 0");
    terminal.keys("n");
    terminal.wait("test sample 1:");
    terminal.keys("f");
    terminal.wait("weights from");
    terminal.keys("F");
    terminal.wait("Slope of the output");

    // Hyperparameters while it runs.
    terminal.keys("4");
    terminal.wait("Running now");
    leave(&mut terminal);
}

#[test]
fn leaving_while_training_asks_first_and_no_means_no() {
    let mut terminal = dashboard(80, 24).open();
    train(&mut terminal);
    terminal.keys("q");
    terminal.wait("still training");
    terminal.keys("n");
    terminal.wait_gone("still training");
    let step = terminal.step();
    terminal.until("training goes on", |t| t.step() > step + 50);
    leave(&mut terminal);
}

#[test]
fn stopping_keeps_the_model_for_inspection() {
    let mut terminal = dashboard(100, 30).open();
    train(&mut terminal);
    terminal.keys("x");
    terminal.wait("End this training");
    terminal.keys("y");
    terminal.wait("● stopped");
    terminal.wait("test set");
    terminal.keys("3");
    terminal.wait("Test sample 0");
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
}

#[test]
fn help_lists_the_keys_and_the_palette_runs_commands_by_name() {
    let mut terminal = dashboard(80, 24).open();
    terminal.wait("mnist-cnn");
    terminal.keys("?");
    terminal.wait("Train the chosen preset");
    terminal.keys("G");
    terminal.wait("Leave; asks first while a training runs");
    terminal.keys(ESC);
    terminal.wait_gone("Leave; asks first");
    terminal.keys(":");
    terminal.wait("Commands");
    terminal.keys("hyp");
    terminal.wait("Edit the chosen preset");
    terminal.keys(ENTER);
    terminal.wait("for the next start");
    terminal.keys(":");
    terminal.wait("Commands");
    terminal.keys("nothing like it");
    terminal.wait("no command matches");
    terminal.keys(ESC);
    terminal.wait_gone("no command matches");
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
}

#[test]
fn a_changed_preset_is_saved_and_found_again_by_the_next_start() {
    let mut terminal = dashboard(80, 24).open();
    terminal.wait("mnist-cnn");
    terminal.keys("4");
    terminal.wait("for the next start");
    terminal.keys(DOWN);
    terminal.keys(RIGHT);
    terminal.wait("was 64");
    terminal.keys(UP);
    terminal.keys("s");
    terminal.wait("Save preset as");
    terminal.keys(ENTER);
    terminal.wait("saved as");
    let file = terminal.home().join("presets/my-mnist-cnn.ron");
    let text = std::fs::read_to_string(file).expect("the preset was saved");
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);

    let mut terminal = dashboard(80, 24).preset("my-mnist-cnn", &text).open();
    terminal.wait("my-mnist-cnn");
    choose(&mut terminal, "my-mnist-cnn");
    terminal.keys("4");
    terminal.wait("128");
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
}

#[test]
fn the_whole_card_can_be_read_in_a_small_terminal() {
    let mut terminal = dashboard(60, 15).open();
    terminal.wait("mnist-cnn");
    terminal.keys("v");
    terminal.wait("more below");
    terminal.keys("G");
    terminal.wait("Non-trainable params");
    terminal.wait_gone("more below");
    terminal.keys(ESC);
    terminal.wait_gone("Non-trainable params");
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
}

#[test]
fn the_first_time_has_a_tour_that_goes_on_with_what_a_person_does() {
    let long = r#"(name: "long", title: "A long training", data: (source: digits_8x8),
        layers: [Flatten, Dense(units: 10, activation: softmax)],
        loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 90000, batch_size: 64))"#;
    let mut terminal = dashboard(100, 30).preset("long", long).file("dashboard.ron", "()").open();
    terminal.wait("Tour 1 of 5");
    terminal.wait("Enter trains it");
    terminal.keys("/long");
    terminal.wait("/ long");
    terminal.keys("\r");
    terminal.wait_gone("accept");
    terminal.keys("\r");
    terminal.wait("Tour 2 of 5");
    terminal.keys(" ");
    terminal.wait("Tour 3 of 5");
    terminal.keys("3");
    terminal.wait("Tour 4 of 5");
    terminal.keys(ESC);
    terminal.wait_gone("Tour");
    terminal.keys("q");
    terminal.until("the question or the end", |t| {
        !t.screen(|s| s.alternate_screen()) || t.text().contains("still training")
    });
    terminal.keys("y");
    assert_eq!(terminal.ends_in_good_order(), 0);
    let kept = std::fs::read_to_string(terminal.home().join("dashboard.ron")).expect("what is kept");
    assert!(kept.contains("knows_the_tour: true") && kept.contains("long"), "{kept}");
}
