//! What the mouse hits is what is seen.

use crate::terminal::dashboard;

#[test]
fn tabs_rows_fields_and_the_wheel_answer_to_the_mouse() {
    let mut terminal = dashboard(80, 24).open();
    terminal.wait("mnist-mlp");
    let (column, row) = terminal.find("mnist-mlp").expect("it is listed");
    terminal.click(column, row);
    terminal.wait("╭ mnist-mlp ─");
    terminal.wheel(true, column, row);
    terminal.wait_gone("╭ mnist-mlp ─");
    terminal.wheel(false, column, row);
    terminal.wait("╭ mnist-mlp ─");

    let (column, row) = terminal.find("4Hyper").expect("the tab");
    terminal.click(column, row);
    terminal.wait("for the next start");
    let (column, row) = terminal.find("learning_rate").expect("the field");
    terminal.click(column, row);
    terminal.wait("optimizer.learning_rate");
    // A double click on a field opens it, as Enter does.
    terminal.click(column, row);
    terminal.click(column, row);
    terminal.wait("╭ optimizer.learning_rate ─");
    terminal.keys("\x1b");
    terminal.wait_gone("╭ optimizer.learning_rate ─");

    let (column, row) = terminal.find("2Train").expect("the tab");
    terminal.click(column, row);
    terminal.wait("nothing is being trained");
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
}
