//! Holds the code to the table of `ARCHITECTURE.md`: which room may use which.

use std::fs;
use std::path::{Path, PathBuf};

/// A room and the rooms it may name. `cli` opens the dashboard, so it may name `tui`.
const MAY_USE: &[(&str, &[&str])] = &[
    ("cli", &["tui", "worker", "data", "run", "preset"]),
    ("tui", &["worker", "run", "preset"]),
    ("worker", &["train", "nn", "data", "run", "preset"]),
    ("train", &["nn", "data", "run", "preset"]),
    ("nn", &["data", "preset"]),
    ("data", &["preset"]),
    ("run", &["preset"]),
    ("preset", &[]),
];

/// Crates that know a terminal, and the only rooms that may name them.
const TERMINAL_CRATES: &[&str] = &["ratatui", "crossterm", "indicatif", "clap"];
const TERMINAL_ROOMS: &[&str] = &["cli", "tui"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            sources(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            found.push(entry);
        }
    }
}

/// The code without its comments, which may name anything.
fn without_comments(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

fn word(text: &str) -> &str {
    &text[..text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len())]
}

/// The first word of every path below `crate::`, those of a group (`crate::{a, b::{c}}`) included.
fn first_words(code: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for (at, root) in code.match_indices("crate::") {
        let rest = &code[at + root.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            words.push(word(rest));
            continue;
        };
        let (mut depth, mut start) = (1, 0);
        for (at, letter) in group.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if (letter == ',' && depth == 1) || depth == 0 {
                words.push(word(group[start..at].trim_start()));
                start = at + 1;
            }
            if depth == 0 {
                break;
            }
        }
    }
    words
}

fn names_crate(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let starts = before.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_' && letter != ':');
        let after = &code[at + name.len()..];
        starts && (after.starts_with("::") || (code[..at].ends_with("use ") && after.starts_with(';')))
    })
}

#[test]
fn rooms_use_only_the_rooms_that_the_architecture_lets_them() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut broken = Vec::new();
    for file in &files {
        let path = file.strip_prefix(&src).unwrap();
        let room = path.iter().next().unwrap().to_str().unwrap();
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == room) else {
            assert!(["lib.rs", "main.rs"].contains(&room), "{room} is no room of the table");
            continue;
        };
        let code = without_comments(&fs::read_to_string(file).unwrap());
        for used in first_words(&code) {
            let is_room = MAY_USE.iter().any(|(name, _)| *name == used);
            if is_room && used != room && !allowed.contains(&used) {
                broken.push(format!("{} names crate::{used}", path.display()));
            }
        }
        for foreign in TERMINAL_CRATES {
            if !TERMINAL_ROOMS.contains(&room) && names_crate(&code, foreign) {
                broken.push(format!("{} names {foreign}", path.display()));
            }
        }
    }
    assert!(files.len() > 20, "only {} files were found", files.len());
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_scan_sees_groups_and_single_paths() {
    let code = "use crate::{nn::{a, b}, preset,\n run::c}; fn f() { crate::tui::run() } use crate::data;";
    assert_eq!(first_words(code), ["nn", "preset", "run", "tui", "data"]);
    assert!(names_crate("use ratatui::Frame;", "ratatui") && names_crate("use clap;", "clap"));
    assert!(!names_crate("let x = my_clap::y; foo::clap::z", "clap"));
}
