//! Charts that are worked with: read, zoomed, laid out, and found as they were by the next start.

use crate::terminal::{Terminal, dashboard};

/// A training of a second, with a validation set.
const SHORT: &str = r#"(name: "short", title: "A short training", data: (source: digits_8x8, validation: 0.2),
    layers: [Flatten, Dense(units: 16, activation: relu), Dense(units: 10, activation: softmax)],
    loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 6, batch_size: 32))"#;

fn train(terminal: &mut Terminal) {
    terminal.wait("short");
    terminal.keys("/short");
    terminal.wait("/ short");
    terminal.keys("\r");
    terminal.wait_gone("accept");
    terminal.keys("\r");
    terminal.wait("● finished");
}

#[test]
fn a_person_reads_curves_zooms_chooses_panes_and_finds_them_again() {
    let mut first = dashboard(160, 48).preset("short", SHORT).open();
    train(&mut first);
    first.keys("C");
    first.wait("Esc back");
    first.wait_gone("Progress");
    first.wait("╭ Learning rate");
    // The cursor stands at the last step, then at an earlier one; what it reads is told.
    first.keys("\x1b[D");
    first.wait("─ training");
    first.wait("• validation");
    first.keys("\x1b[A");
    first.wait("a part");
    first.keys("0");
    first.wait_gone("a part");
    first.keys("a");
    first.wait("drawn by epoch");
    first.keys("\x1b[C");
    first.wait("epoch 6.00");
    // Fewer panes, by name, on a logarithmic axis.
    first.keys("/");
    first.wait("Scalars");
    first.keys("/loss|accuracy/\r");
    first.wait_gone("╭ Learning rate");
    first.wait("only /loss|accuracy/");
    first.keys("y");
    first.wait("logarithmic");
    // The wheel zooms around the pointer, which is over the first chart.
    first.keys("\x1b[<64;40;12M");
    first.wait("a part");
    first.keys("\x1b");
    first.wait("Progress");
    first.keys("q");
    assert_eq!(first.ends_in_good_order(), 0);
    let kept = std::fs::read_to_string(first.home().join("dashboard.ron")).expect("the layout is kept");
    assert!(kept.contains("short") && kept.contains("log_y: true"), "{kept}");

    let home = first.home().to_string_lossy().into_owned();
    let mut second = dashboard(160, 48).env("TRAINYARD_HOME", &home).open();
    // It begins where the first one was left.
    second.wait("5 Runs");
    second.keys("1");
    train(&mut second);
    second.wait("only /loss|accuracy/");
    second.wait("logarithmic");
    // Both runs side by side.
    second.keys("5");
    second.wait("ON DISK");
    second.keys("mm");
    second.wait("╭ loss/validation");
    second.keys("C");
    second.wait("→ read");
    second.keys("\x1b[C");
    second.wait(" step ");
    second.keys("\x1b");
    second.wait_gone("Esc back");
    second.keys("q");
    assert_eq!(second.ends_in_good_order(), 0);
}
