//! What others wrote into a run's folder is only text.

use std::fs;

use trainyard::run::text::steers;
use trainyard::run::{Manifest, RunDirectory, Status};

use crate::program::{Home, PRESET};

/// Runs the program and gives what it printed, on both streams.
fn said(home: &Home, words: &[&str]) -> String {
    let output = home.command(words).output().expect("the program starts");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn lists_print_no_byte_that_steers_a_terminal() {
    let home = Home::new();
    let preset = trainyard::preset::parse::parse(PRESET, "small.ron").expect("it is a preset");
    let hostile = "\u{1b}[2J\u{1b}]0;title\u{7}\u{202e}txet\u{2066}\u{200f}\n\r\u{9b}31m";
    let long = "x".repeat(900_000);
    for reason in [hostile, &long] {
        let mut manifest = Manifest::begin(preset.clone(), hostile.into());
        manifest.preset.name = hostile.into();
        manifest.host = hostile.into();
        manifest.command_line = vec![hostile.into()];
        manifest.status = Status::Failed { reason: reason.into(), diverged: false };
        RunDirectory::create(&home.folder.join("runs"), &manifest, None).expect("a run");
    }
    // A folder of any name, with a manifest that is none.
    let odd = home.folder.join("runs").join("zz\u{1b}[2J\u{202e}name");
    fs::create_dir_all(&odd).expect("a folder");
    fs::write(odd.join("run.ron"), format!("({hostile}")).expect("a file");
    // So much is no manifest.
    let huge = home.folder.join("runs").join("huge");
    fs::create_dir_all(&huge).expect("a folder");
    fs::write(huge.join("run.ron"), "\u{1b}".repeat(10 << 20)).expect("a file");
    fs::write(home.folder.join("presets").join("\u{1b}[2Jodd\u{202e}.ron"), "(name: 3").expect("a file");
    fs::write(home.folder.join("presets").join("huge.ron"), "\u{1b}".repeat(10 << 20)).expect("a file");

    for words in [
        &["runs"][..],
        &["runs", "--json"],
        &["presets"],
        &["presets", "list", "--json"],
        &["resume", "zz"],
        &["eval", "huge"],
        &["attach", "zz"],
        &["stop", "zz"],
        &["export", "zz", "--to", "csv"],
        &["presets", "check", "\u{1b}[2J.ron"],
        &["train", "\u{202e}\u{1b}[2J"],
        &["eval", "\u{202e}\u{1b}[2J"],
        // Usage errors, which quote the command line.
        &["\u{9b}31m\u{202e}"],
        &["train", "small", "--\u{9b}31m"],
        &["train", "small", "--seed", "\u{202e}1\u{1b}[2J"],
        &["export", "last", "--to", "\u{9b}31m"],
        &["bench", "\u{2066}cnn"],
        &["predict", "zz", "\u{9b}x", "--json"],
        &["data", "check", "\u{9b}31m\u{202e}"],
        &["watch", "\u{9b}31m\u{202e}"],
    ] {
        let text = said(&home, words);
        let bad = text.chars().find(|letter| *letter != '\n' && steers(*letter));
        assert_eq!(bad, None, "{words:?} printed {:?}", text.chars().take(400).collect::<String>());
        assert!(!text.contains("panicked"), "{words:?}: {text}");
        assert!(text.len() < 200_000 || words.contains(&"--json"), "{words:?} printed {} bytes", text.len());
    }
    assert!(said(&home, &["runs"]).contains("failed"));
}
