//! `label.ron`: what a person calls a run and says about it. The folder keeps its name.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Error, atomic, disk};
use crate::system::files;

/// Its file in a run's folder.
pub const FILE: &str = "label.ron";

/// A label is a page of text; a larger file is none.
const LARGEST: u64 = 1 << 20;
/// The longest name, tag and note, in characters.
const LONGEST_NAME: usize = 80;
const LONGEST_TAG: usize = 40;
const LONGEST_NOTE: usize = 10_000;

/// What a person calls a run and says about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Label {
    /// What the run is called, beside the name of its folder.
    pub name: Option<String>,
    /// Words by which runs are found.
    pub tags: BTreeSet<String>,
    /// Some sentences.
    pub note: String,
}

impl Label {
    /// Reads the label of the run in a folder; a run that has none gets an empty one.
    ///
    /// # Errors
    /// When the file cannot be read, or is no label; with line and column.
    pub fn load(run: &Path) -> Result<Self, Error> {
        let path = run.join(FILE);
        match files::read_text(&path, LARGEST) {
            Ok(text) => {
                ron::from_str(&text).map_err(|error| Error::broken(&path, format!("not a label: {error}")))
            }
            Err(files::Error::System(error)) if error.kind() == ErrorKind::NotFound => Ok(Label::default()),
            Err(error) => Err(Error::unread(&path)(error)),
        }
    }

    /// Writes the label of the run in a folder, atomically; an empty one is removed.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn save(&self, run: &Path) -> Result<(), Error> {
        let path = run.join(FILE);
        if *self == Label::default() {
            return match std::fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    Err(Error::io(&path, "removing the label")(error))
                }
                _ => disk::sync_folder(run),
            };
        }
        let text = ron::ser::to_string_pretty(self, ron::ser::PrettyConfig::default())
            .map_err(|error| Error::broken(&path, error))?;
        atomic::write(&path, |file| file.write_all(text.as_bytes()))
    }

    /// Gives the run another name; an empty one takes its name away.
    ///
    /// # Errors
    /// What is wrong with the name, as a sentence.
    pub fn rename(&mut self, name: &str) -> Result<(), String> {
        let name = name.trim();
        check(name, "a name", LONGEST_NAME)?;
        if name == "last" || name.contains('~') || name.contains(std::path::MAIN_SEPARATOR) {
            return Err(format!("{name:?} means something else where a run is named: choose another name"));
        }
        self.name = (!name.is_empty()).then(|| name.to_owned());
        Ok(())
    }

    /// Takes these words, parted by spaces or commas, as its tags; a word with `-` before it is taken away. Where no word has
    /// a sign, they replace all tags.
    ///
    /// # Errors
    /// What is wrong with a tag, as a sentence.
    pub fn retag(&mut self, words: &str) -> Result<(), String> {
        let words = || words.split([' ', ',']).filter(|word| !word.is_empty());
        words().try_for_each(|word| check(word, "a tag", LONGEST_TAG))?;
        if words().all(|word| !word.starts_with(['+', '-'])) {
            self.tags = words().map(str::to_owned).collect();
            return Ok(());
        }
        for word in words() {
            match word.strip_prefix('-') {
                Some(gone) => drop(self.tags.remove(gone)),
                None => drop(self.tags.insert(word.trim_start_matches('+').to_owned())),
            }
        }
        Ok(())
    }

    /// Says this about the run; an empty text takes the note away.
    ///
    /// # Errors
    /// When it is too long, as a sentence.
    pub fn annotate(&mut self, note: &str) -> Result<(), String> {
        if note.chars().count() > LONGEST_NOTE {
            return Err(format!("a note has at most {LONGEST_NOTE} characters"));
        }
        note.trim().clone_into(&mut self.note);
        Ok(())
    }
}

fn check(word: &str, what: &str, longest: usize) -> Result<(), String> {
    match word.chars().count() {
        count if count > longest => Err(format!("{what} has at most {longest} characters, not {count}")),
        _ if word.chars().any(char::is_control) => Err(format!("{what} holds no control characters")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_comes_back_and_an_empty_one_leaves_no_file() {
        let run = tempfile::tempdir().unwrap();
        assert_eq!(Label::load(run.path()).unwrap(), Label::default());
        let mut label = Label::default();
        label.rename(" warm-up of 500 steps ").unwrap();
        label.retag("lr, paper").unwrap();
        label.annotate("the one for \"figure 3\"").unwrap();
        label.save(run.path()).unwrap();
        let read = Label::load(run.path()).unwrap();
        assert_eq!((read.name.as_deref(), &read), (Some("warm-up of 500 steps"), &label));
        Label::default().save(run.path()).unwrap();
        Label::default().save(run.path()).unwrap();
        assert!(!run.path().join(FILE).exists());
    }

    #[test]
    fn tags_are_replaced_or_added_and_taken_away_one_by_one() {
        let mut label = Label::default();
        label.retag("a b").unwrap();
        label.retag("+c -a").unwrap();
        assert_eq!(Vec::from_iter(&label.tags), ["b", "c"]);
        label.retag("").unwrap();
        assert!(label.tags.is_empty());
    }

    #[test]
    fn names_that_mean_something_else_are_refused() {
        let mut label = Label::default();
        for name in ["last", "run~1", "a/b", "a\u{1b}[2J", &"x".repeat(81)] {
            assert!(label.rename(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_damaged_label_is_told_with_its_place() {
        let run = tempfile::tempdir().unwrap();
        std::fs::write(run.path().join(FILE), "(name: 3)").unwrap();
        let problem = Label::load(run.path()).unwrap_err().to_string();
        assert!(problem.contains("label.ron: not a label: 1:"), "{problem}");
    }
}
