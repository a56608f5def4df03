//! Images in pixels, in terminals that say they draw them; letters everywhere else.

use std::time::Duration;

use crate::terminal::{Opening, Terminal, dashboard};

/// What a terminal is asked.
const QUESTION: &[u8] = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[c";
/// How an image of each protocol begins.
const KITTY: &[u8] = b"\x1b_Ga=T,f=100";
const SIXEL: &[u8] = b"\x1bP0;1q";

const TINY: &str = r#"(name: "a-tiny", title: "t", data: (source: mnist, train_samples: 200, validation: 0.0),
    layers: [Flatten, Dense(units: 10, activation: softmax)], loss: categorical_crossentropy,
    optimizer: SGD(), train: (epochs: 1, batch_size: 50))"#;

fn has_sent(terminal: &Terminal, what: &[u8]) -> bool {
    terminal.bytes().windows(what.len()).any(|sent| sent == what)
}

/// A dashboard in a terminal of pixels that trains at once.
fn opening() -> Opening {
    dashboard(120, 40).pixels(8, 16).preset("a-tiny", TINY)
}

/// Trains, and looks at a test sample.
fn look_at_a_sample(terminal: &mut Terminal) {
    terminal.wait("a-tiny");
    terminal.keys("/a-tiny\r\r");
    terminal.until("a step", |t| t.step() > 0);
    terminal.keys("3");
    terminal.wait("Test sample 0");
}

#[test]
fn a_terminal_with_kittys_protocol_shows_images_which_a_popup_takes_away() {
    let mut terminal = opening().open();
    terminal.until("the question", |t| has_sent(t, QUESTION));
    // What is typed before the answer counts, the answer itself is no key.
    terminal.keys("?\x1b_Gi=31;OK\x1b\\\x1b[?62;4c");
    terminal.wait("Keys");
    terminal.keys("\x1b");
    terminal.until("no popup", |t| t.row(39).contains("quit"));
    look_at_a_sample(&mut terminal);
    terminal.until("an image", |t| has_sent(t, KITTY));
    assert!(!has_sent(&terminal, SIXEL));
    let before = terminal.bytes().len();
    terminal.keys("?");
    let deleted = b"\x1b_Ga=d,d=A";
    terminal.until("the image is gone", |t| {
        t.bytes()[before..].windows(deleted.len()).any(|sent| sent == deleted)
    });
    terminal.keys("\x1b");
    terminal.until("the image again", |t| t.bytes()[before..].windows(KITTY.len()).any(|sent| sent == KITTY));
    terminal.keys("\x03");
    assert_eq!(terminal.ends_in_good_order(), 0);
}

#[test]
fn a_terminal_with_sixel_shows_images() {
    let mut terminal = opening().open();
    terminal.until("the question", |t| has_sent(t, QUESTION));
    terminal.keys("\x1b[?62;4c");
    look_at_a_sample(&mut terminal);
    terminal.until("an image", |t| has_sent(t, SIXEL));
    assert!(!has_sent(&terminal, KITTY));
    terminal.keys("\x03");
    assert_eq!(terminal.ends_in_good_order(), 0);
}

#[test]
fn in_tmux_nothing_is_asked_and_without_an_answer_images_are_letters() {
    let inside = opening().env("TMUX", "/tmp/tmux-0/default,1,0").env("TERM", "tmux-256color");
    let off = opening().file("config.ron", "(images: blocks)");
    for (opening, is_asked) in [(inside, false), (off, false), (opening(), true)] {
        let mut terminal = opening.open();
        look_at_a_sample(&mut terminal);
        // Longer than an answer is waited for.
        std::thread::sleep(Duration::from_millis(2500));
        terminal.keys("n");
        terminal.wait("Test sample 1");
        assert_eq!(has_sent(&terminal, QUESTION), is_asked);
        assert!(
            !has_sent(&terminal, b"\x1b_Ga=T")
                && !has_sent(&terminal, b"\x1bP")
                && !has_sent(&terminal, b"\x1b]1337")
        );
        assert!(terminal.text().contains('▀'), "{}", terminal.text());
        terminal.keys("\x03");
        assert_eq!(terminal.ends_in_good_order(), 0);
    }
}

#[test]
fn config_forces_a_protocol() {
    let mut terminal =
        dashboard(120, 40).preset("a-tiny", TINY).file("config.ron", "(images: iterm2)").open();
    look_at_a_sample(&mut terminal);
    terminal.until("an image", |t| has_sent(t, b"\x1b]1337;File=inline=1;size="));
    assert!(!has_sent(&terminal, QUESTION));
    terminal.keys("\x03");
    assert_eq!(terminal.ends_in_good_order(), 0);
}
