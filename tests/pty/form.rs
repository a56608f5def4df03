//! The whole preset as a form, in the real program.

use crate::terminal::{Terminal, dashboard};

const ENTER: &str = "\r";
const ESC: &str = "\x1b";

/// Chooses the row of a field by typing its path.
fn go_to(terminal: &mut Terminal, path: &str) {
    terminal.keys("/");
    terminal.wait("accept");
    terminal.keys("\x15");
    terminal.keys(path);
    terminal.wait(&format!("/ {path}"));
    terminal.keys(ENTER);
    terminal.wait_gone("accept");
    terminal.keys(ESC);
    terminal.wait_gone(&format!("/ {path}"));
}

#[test]
fn a_perceptron_becomes_a_convolutional_network_by_keys_and_trains() {
    let mut terminal = dashboard(100, 40).open();
    terminal.wait("mnist-mlp");
    crate::story::choose(&mut terminal, "mnist-mlp");
    terminal.keys("e");
    terminal.wait("for the next start");
    go_to(&mut terminal, "layers[0]");
    // It is put behind Flatten, which it does not fit, and moved before it.
    terminal.keys("a");
    terminal.wait("Add layer 2");
    terminal.keys("Conv2D");
    terminal.keys(ENTER);
    terminal.wait("✗");
    terminal.keys("K");
    terminal.wait("1 Conv2D");
    terminal.wait_gone("✗");
    terminal.wait("26×26×16");
    go_to(&mut terminal, "layers[0].filters");
    terminal.keys(ENTER);
    terminal.wait("╭ layer 1.filters ─");
    terminal.keys("\x15");
    terminal.keys("4");
    terminal.keys(ENTER);
    terminal.wait("26×26×4");
    // Nothing is pressed for a while.
    terminal.wait("an epoch");
    terminal.keys("t");
    terminal.until("some steps", |t| t.step() > 2);
    terminal.keys("q");
    terminal.wait("still training");
    terminal.keys("y");
    assert_eq!(terminal.ends_in_good_order(), 0);
}

#[test]
fn a_text_is_edited_in_the_editor_and_an_error_is_shown_at_its_line() {
    // An editor that spoils the text at first, and mends it when it is opened again.
    let script = "if grep -q epochz \"$1\"; then sed -i s/epochz:.5/epochs:\\ 9/ \"$1\"; else sed -i s/epochs:/epochz:/ \"$1\"; fi";
    let mut terminal = dashboard(100, 40).file("edit.sh", script).env("VISUAL", "sh ./edit.sh").open();
    terminal.wait("mnist-cnn");
    terminal.keys("4");
    terminal.wait("for the next start");
    terminal.keys("E");
    terminal.wait("unknown field 'epochz'");
    terminal.wait("drafts/mnist-cnn.ron");
    assert!(terminal.home().join("drafts/mnist-cnn.ron").exists());
    terminal.keys(ENTER);
    terminal.wait("the text is taken in");
    terminal.wait("was 5");
    assert!(!terminal.home().join("drafts/mnist-cnn.ron").exists());
    terminal.keys("D");
    terminal.wait("+     train: (epochs: 9");
    terminal.keys(ESC);
    terminal.wait_gone("+     train");
    assert!(terminal.is_raw());
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
}
