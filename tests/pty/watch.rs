//! `trainyard watch` in a real terminal: the dashboard on others' event files, and while one grows.

use std::path::Path;

use trainyard::run::tensorboard::Writer;

use crate::terminal::dashboard;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/events");

#[test]
fn event_files_of_others_are_looked_at_and_left_in_good_order() {
    let mut terminal = dashboard(100, 30).arg("watch").arg(FIXTURES).open();
    terminal.wait("runs 11");
    terminal.keys("/torch/fast\r");
    terminal.wait("train/loss");
    terminal.keys("fsquare\r");
    terminal.wait("step 59, 6 of 6");
    terminal.keys("(");
    terminal.wait("step 49, 5 of 6");
    terminal.keys("fweights\r");
    terminal.wait("6 steps kept");
    terminal.resize(200, 60);
    // The footer moves to the new last row.
    terminal.until("? help in row 60", |terminal| {
        terminal.text().lines().nth(59).is_some_and(|row| row.contains("? help"))
    });
    terminal.wait("6 steps kept");
    terminal.keys("v");
    terminal.wait("Newest values");
    terminal.keys("\x1b");
    terminal.wait_gone("Newest values");
    // The charts have the cursor and the zoom of the dashboard.
    terminal.keys("ftrain/loss\rC");
    terminal.wait("Esc back");
    terminal.keys("l");
    terminal.wait("step 59");
    terminal.keys("k");
    terminal.wait("a part");
    terminal.keys("C");
    terminal.wait_gone("Esc back");
    terminal.keys("w");
    terminal.wait("no runs yet");
    terminal.keys("w");
    terminal.wait("Event files");
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
}

#[test]
fn a_run_that_begins_and_grows_is_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut terminal = dashboard(100, 30).arg("watch").arg(&folder.path().to_string_lossy()).open();
    terminal.wait("no event files here yet");
    let run = folder.path().join("begun-later");
    std::fs::create_dir(&run).expect("a folder");
    let mut writer = Writer::create(Path::new(&run)).expect("an event file");
    for step in 1..=777 {
        writer.scalars(step, &[("loss", 1.0 / step as f64)]).expect("it is written");
    }
    writer.flush().expect("it is written");
    terminal.wait("begun-later");
    terminal.wait(" 777 ");
    writer.scalars(1234, &[("loss", 0.5)]).expect("it is written");
    writer.flush().expect("it is written");
    terminal.wait(" 1234 ");
    terminal.keys("\x03");
    assert_eq!(terminal.ends_in_good_order(), 0);
}
