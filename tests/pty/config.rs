//! What a person sets once in `config.ron`: seen in the real program.

use crate::terminal::dashboard;

#[test]
fn colours_glyphs_and_keys_are_those_of_the_file() {
    let text = r#"(
        theme: high_contrast,
        ascii: always,
        keys: {"hyperparameters": ["F4"], "quit": ["W", "Ctrl-c"]},
    )"#;
    let mut terminal = dashboard(100, 30).file("config.ron", text).open();
    terminal.wait("mnist-cnn");
    assert!(terminal.text().is_ascii(), "{}", terminal.text());
    let ground = terminal.screen(|screen| screen.cell(5, 50).map(|cell| cell.bgcolor()));
    assert_eq!(ground, Some(vt100::Color::Rgb(0, 0, 0)), "a ground of its own");
    terminal.keys("\x1bOS");
    terminal.wait("for the next start");
    terminal.keys("q");
    terminal.keys("1?");
    terminal.wait("Keys");
    terminal.keys("/leave ask");
    terminal.wait("Keys, find: leave ask");
    terminal.wait("W Ctrl-c");
    assert!(!terminal.text().contains("Train the chosen preset"), "{}", terminal.text());
    terminal.keys("\r");
    terminal.wait("Keys, with leave ask");
    terminal.keys("\x1b");
    terminal.wait_gone("Keys, with");
    terminal.keys("W");
    assert_eq!(terminal.ends_in_good_order(), 0);
}

#[test]
fn a_mistake_in_the_file_is_told_with_its_place_before_the_screen_is_taken() {
    let mut terminal = dashboard(100, 30).file("config.ron", "(\n  keys: {\"paus\": [\"F5\"]},\n)").start();
    assert_eq!(terminal.ends_within(std::time::Duration::from_secs(30)), Some(1));
    terminal.wait_after_end("config.ron: line 2, column 10: no command is called \"paus\"");
}

#[test]
fn the_end_of_a_training_rings_and_runs_the_command() {
    let preset = r#"(name: "short", title: "A short training", data: (source: digits_8x8),
        layers: [Flatten, Dense(units: 10, activation: softmax)],
        loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 64))"#;
    let config = r#"(on_end: (after_seconds: 0, notify: osc9,
        command: "echo $TRAINYARD_PRESET $TRAINYARD_OUTCOME > told"))"#;
    let mut terminal = dashboard(100, 30).preset("short", preset).file("config.ron", config).open();
    terminal.keys("/short\r\r");
    terminal.wait("● finished");
    let told = terminal.home().join("told");
    terminal.until("the command", |_| std::fs::read_to_string(&told).is_ok_and(|text| text.ends_with('\n')));
    assert_eq!(std::fs::read_to_string(&told).expect("it was told"), "short finished\n");
    let told = b"\x1b]9;short finished\x07\x07";
    terminal.until("notification and bell", |t| t.bytes().windows(told.len()).any(|part| part == told));
    terminal.keys("Y");
    terminal.wait("copied: ");
    terminal.until("the clipboard", |t| t.bytes().windows(7).any(|window| window == b"\x1b]52;c;"));
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
}
