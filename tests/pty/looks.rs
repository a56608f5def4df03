//! Any size, any number of colours.

use crate::terminal::{Terminal, dashboard};

#[test]
fn a_window_that_is_too_small_is_told_politely_and_recovers() {
    let mut terminal = dashboard(59, 14).open();
    terminal.wait("A little more room, please");
    terminal.wait("at least 60 x 15, this is 59 x 14");
    terminal.resize(80, 24);
    terminal.wait("mnist-cnn");
    terminal.resize(60, 14);
    terminal.wait("A little more room, please");
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
}

#[test]
fn every_screen_survives_resizing_in_the_middle_of_a_training() {
    let mut terminal = dashboard(80, 24).open();
    terminal.wait("mnist-cnn");
    terminal.keys("\r");
    terminal.until("a step", |t| t.step() > 0);
    for screen in ["1", "2", "3", "4", "?"] {
        terminal.keys(screen);
        for (columns, rows) in [(200, 60), (60, 15), (3, 2), (1, 1), (61, 50), (250, 16), (80, 24)] {
            terminal.resize(columns, rows);
            std::thread::sleep(std::time::Duration::from_millis(30));
        }
        terminal.until("the header", |t| t.row(0).contains("1Presets"));
    }
    terminal.until("the help in the last size", |t| t.row(23).contains("scroll"));
    terminal.keys("\x1b");
    terminal.resize(200, 60);
    terminal.until("the whole width", |t| t.row(0).contains("trainyard") && t.row(59).contains("quit"));
    let step = terminal.step();
    terminal.until("training went on", |t| t.step() > step);
    terminal.keys("q");
    terminal.wait("still training");
    terminal.keys("y");
    assert_eq!(terminal.ends_in_good_order(), 0);
}

/// The parameters of every SGR sequence that was sent.
fn colours(terminal: &Terminal) -> Vec<Vec<u16>> {
    let bytes = terminal.bytes();
    let mut found = Vec::new();
    for sequence in bytes.split(|byte| *byte == 0x1b).skip(1) {
        let Some(rest) = sequence.strip_prefix(b"[") else { continue };
        let Some(end) = rest.iter().position(|byte| (0x40..0x7f).contains(byte)) else { continue };
        if rest[end] == b'm' {
            let text = String::from_utf8_lossy(&rest[..end]).into_owned();
            found.push(text.split(';').map(|number| number.parse().unwrap_or(0)).collect());
        }
    }
    found
}

/// Opens, trains a little, looks at an image, leaves; what colours were sent.
fn colours_of_a_visit(opening: crate::terminal::Opening) -> Vec<Vec<u16>> {
    let mut terminal = opening.open();
    terminal.wait("mnist-cnn");
    terminal.keys("\r");
    terminal.until("a step", |t| t.step() > 0);
    terminal.keys("3");
    terminal.wait("predicted");
    terminal.keys("c");
    terminal.wait("recall");
    terminal.keys("1");
    terminal.wait("Output Shape");
    terminal.keys("q");
    terminal.wait("still training");
    terminal.keys("y");
    terminal.ends_in_good_order();
    colours(&terminal)
}

/// What one sequence sets: `None` for bold, dim, reset and the like.
fn depth(parameters: &[u16]) -> Option<&'static str> {
    let mut deepest = None;
    let mut rest = parameters;
    while let [first, tail @ ..] = rest {
        let (found, used) = match (first, tail) {
            (38 | 48 | 58, [2, ..]) => (Some("true"), 5),
            (38 | 48 | 58, [5, ..]) => (Some("indexed"), 3),
            (30..=37 | 40..=47 | 90..=97 | 100..=107, _) => (Some("sixteen"), 1),
            _ => (None, 1),
        };
        deepest = found.or(deepest);
        rest = rest.get(used..).unwrap_or_default();
    }
    deepest
}

#[test]
fn no_color_sends_not_one_colour() {
    let sent = colours_of_a_visit(dashboard(80, 24).env("NO_COLOR", "1"));
    assert!(!sent.is_empty(), "bold and reversed remain");
    let coloured: Vec<_> = sent.iter().filter(|parameters| depth(parameters).is_some()).collect();
    assert!(coloured.is_empty(), "{coloured:?}");
}

#[test]
fn colours_go_from_24_bits_to_256_to_16_with_the_terminal() {
    let cases = [
        ("xterm-256color", "truecolor", "true"),
        ("xterm-256color", "", "indexed"),
        ("xterm", "", "sixteen"),
    ];
    for (term, colorterm, expected) in cases {
        let sent = colours_of_a_visit(dashboard(80, 24).env("TERM", term).env("COLORTERM", colorterm));
        let depths: std::collections::BTreeSet<_> = sent.iter().filter_map(|p| depth(p)).collect();
        assert!(depths.contains(expected), "{term}: {depths:?}");
        assert_eq!(depths.len(), 1, "{term} {colorterm}: {depths:?}");
    }
}
