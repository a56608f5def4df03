//! The pictures in `assets/`: the real program in a real terminal, its screen written by its own key.
//!
//! ```sh
//! cargo build --release
//! TRAINYARD_BINARY=$PWD/target/release/trainyard \
//!     cargo test --test pty picture -- --ignored --test-threads=1
//! ```

use std::path::{Path, PathBuf};

use crate::terminal::{Terminal, dashboard};

/// The picture that the program has written where it was started.
fn picture(terminal: &Terminal) -> PathBuf {
    let files =
        std::fs::read_dir(terminal.home()).expect("the home").map(|file| file.expect("a file").path());
    let mut pictures = files.filter(|path| path.extension().is_some_and(|extension| extension == "svg"));
    pictures.next().expect("a picture")
}

#[test]
#[ignore = "writes assets/dashboard.svg"]
fn picture_of_a_training() {
    let mut terminal = dashboard(120, 34).open();
    terminal.wait("mnist-cnn");
    terminal.keys("\r");
    terminal.until("the third epoch", |t| t.step() > 2050);
    terminal.keys("P");
    terminal.wait("the screen is in");
    let asset = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/dashboard.svg");
    std::fs::copy(picture(&terminal), asset).expect("assets/ can be written to");
    terminal.keys("q");
    terminal.wait("still training");
    terminal.keys("y");
    assert_eq!(terminal.ends_in_good_order(), 0);
}

#[test]
fn the_screen_is_written_as_picture_and_text() {
    let mut terminal = dashboard(100, 30).open();
    terminal.wait("mnist-cnn");
    terminal.keys("P");
    terminal.wait("the screen is in");
    let path = picture(&terminal);
    let svg = std::fs::read_to_string(&path).expect("the picture");
    assert!(svg.starts_with("<svg") && svg.contains("mnist-cnn"), "{svg}");
    let text = std::fs::read_to_string(path.with_extension("txt")).expect("the text");
    assert!(text.contains("1 Presets") && text.contains("mnist-cnn"), "{text}");
    assert!(!text.contains("the screen is in"), "what is said about the picture is not in it");
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
}
