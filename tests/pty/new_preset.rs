//! "New from data" in a real terminal: from a table to a trained network without leaving the dashboard.

use crate::terminal::dashboard;

const ENTER: &str = "\r";

#[test]
fn a_table_becomes_a_preset_that_trains() {
    let opening = dashboard(80, 24);
    let rows: String =
        (0..120).map(|i| format!("{},{},{}\n", i % 60, i % 7, ["rose", "tulip"][i % 2])).collect();
    std::fs::create_dir_all(opening.home().join("mine")).expect("a folder");
    std::fs::write(opening.home().join("mine/flowers.csv"), format!("petal,leaf,kind\n{rows}"))
        .expect("a file");
    let folder = opening.home().join("mi").display().to_string();
    let mut terminal = opening.open();
    terminal.wait("mnist-cnn");
    terminal.keys("n");
    terminal.wait("New from data");
    terminal.keys("/no/such/file.csv");
    terminal.keys(ENTER);
    terminal.wait("No such file");
    terminal.keys("\u{15}");
    terminal.keys(&folder);
    terminal.keys("\t");
    terminal.wait("/mine/");
    terminal.keys("\t");
    terminal.wait("flowers.csv");
    terminal.keys(ENTER);
    terminal.wait("Which column is to be predicted?");
    terminal.wait("2 classes to tell apart: rose (50.0%), tulip (50.0%)");
    terminal.keys("j");
    terminal.keys(ENTER);
    terminal.wait("petal, from the 120 rows of a table");
    terminal.keys("\u{1b}");
    terminal.wait("Which column is to be predicted?");
    terminal.keys("k");
    terminal.keys(ENTER);
    terminal.wait("New preset: flowers");
    terminal.keys(ENTER);
    terminal.wait("saved as");
    terminal.wait("(None, 32)");
    terminal.keys(ENTER);
    terminal.wait("● finished");
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
}
