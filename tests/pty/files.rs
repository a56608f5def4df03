//! Presets over files: what hangs there does not hang the dashboard.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::terminal::{binary, dashboard};

const ENTER: &str = "\r";

fn over(file: &str) -> String {
    format!(
        "(name: \"flowers\", title: \"Flowers of one's own\", data: (source: csv(file: \"{file}\")),
          layers: [Dense(units: 8, activation: relu), Dense(units: 2, activation: softmax)],
          loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 3, batch_size: 4))"
    )
}

/// A pipe into which nobody writes.
fn pipe(path: &Path) {
    std::fs::create_dir_all(path.parent().expect("it stands in a folder")).expect("a folder");
    assert!(Command::new("mkfifo").arg(path).status().is_ok_and(|status| status.success()), "mkfifo");
}

#[test]
fn a_pipe_into_which_nobody_writes_holds_up_neither_the_dashboard_nor_the_list_of_presets() {
    let opening = dashboard(80, 24).preset("flowers", &over("pipe.csv"));
    pipe(&opening.home().join("presets").join("pipe.csv"));
    // A preset may be one as well.
    pipe(&opening.home().join("presets").join("hangs.ron"));

    let mut list = Command::new(binary())
        .args(["presets"])
        .env("TRAINYARD_HOME", opening.home())
        .current_dir(opening.home())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    let since = Instant::now();
    while list.try_wait().expect("it is our child").is_none() {
        assert!(since.elapsed() < Duration::from_secs(60), "the list of presets hangs");
        std::thread::sleep(Duration::from_millis(10));
    }
    let said = String::from_utf8(list.wait_with_output().expect("it has ended").stdout).expect("text");
    assert!(said.contains("Flowers of one's own (yours)"), "{said}");
    assert!(said.contains("this is not a regular file"), "{said}");

    let mut terminal = opening.open();
    terminal.wait("mnist-cnn");
    terminal.keys("/flowers");
    terminal.wait("/ flowers");
    terminal.keys(ENTER);
    terminal.wait("Flowers of one's own");
    terminal.wait("a named pipe");
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
}

#[test]
fn a_table_is_read_behind_the_dashboard_and_trained_on() {
    let opening = dashboard(160, 40).preset("flowers", &over("flowers.csv"));
    let rows: String = (0..60).map(|i| format!("{i},{},{}\n", i % 7, ["rose", "tulip"][i % 2])).collect();
    std::fs::write(opening.home().join("presets").join("flowers.csv"), format!("a,b,kind\n{rows}"))
        .expect("a file");
    let mut terminal = opening.open();
    terminal.wait("mnist-cnn");
    terminal.keys("/flowers");
    terminal.wait("/ flowers");
    terminal.keys(ENTER);
    terminal.wait("2 classes: rose tulip");
    terminal.wait("(None, 8)");
    terminal.keys(ENTER);
    terminal.wait("● finished");
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
}
