//! A preset as it is edited now, as the command that trains it.

use std::path::{Path, PathBuf};

use crate::preset::{overrides, parse};

use super::state::Presets;
use super::state::presets::{Entry, Origin};

/// What is said of changes that no `--set` can make.
const TO_SAVE: &str =
    "these changes cannot be given on a command line: s saves them as a preset, which can be queued";

/// A preset as a command, and what was read for it.
pub struct Command {
    /// Its words, without the program's name.
    pub words: Vec<String>,
    /// The preset's file and its text, where it has one.
    pub read: Option<(PathBuf, String)>,
}

/// The command that trains the draft of a preset of this list: changes that are not saved go with it.
///
/// # Errors
/// Why there is none: what is to be done first.
pub fn command(presets: &Presets, entry: &Entry) -> Result<Command, String> {
    let (preset, read) = match &entry.origin {
        Origin::BuiltIn => (built_in(presets, entry)?, None),
        Origin::User(file) => (own(file), Some((PathBuf::from(file), entry.text.clone()))),
    };
    let mut words = vec!["train".to_owned(), preset];
    if entry.is_changed() {
        let changes = overrides::between(&entry.text, entry.source()).ok_or(TO_SAVE)?;
        if names_new_relative_files(entry) {
            return Err(TO_SAVE.into());
        }
        words.extend(changes.into_iter().flat_map(|change| ["--set".to_owned(), change]));
    }
    Ok(Command { words, read })
}

/// The name of a built-in preset.
fn built_in(presets: &Presets, entry: &Entry) -> Result<String, String> {
    let name = &entry.original.name;
    let is_hidden = presets.entries.iter().any(|other| match &other.origin {
        Origin::User(file) => own(file) == *name,
        Origin::BuiltIn => false,
    });
    if is_hidden {
        return Err(format!(
            "by the name {name} a command line finds your own preset: choose that, or save this one under another name"
        ));
    }
    Ok(name.clone())
}

/// What a command line calls a file of the library: its name, or its path where the name could be taken for something else.
fn own(file: &str) -> String {
    let name = Path::new(file).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    let is_name =
        name.starts_with(|letter: char| letter.is_ascii_alphanumeric()) && name.chars().all(is_plain);
    if is_name { name.to_owned() } else { file.to_owned() }
}

/// Whether the draft names files that the text that was read does not, by paths that are seen from somewhere: from the preset's
/// folder in the preset, from where a command is typed on a command line.
fn names_new_relative_files(entry: &Entry) -> bool {
    let source = |text: &str| parse::parse(text, "").ok().map(|preset| preset.data.source);
    let (Some(before), Some(after)) = (source(&entry.text), source(entry.source())) else { return true };
    let is_anchored = |path: &str| path.starts_with(['/', '~', '$']);
    after.paths().into_iter().any(|path| !before.paths().contains(&path) && !is_anchored(path))
}
