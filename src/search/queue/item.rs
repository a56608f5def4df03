//! Something that waits for its turn.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::run::text::in_shell;

/// A training or a search that waits, trains or has ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Its number, from 1; it stays the same.
    pub number: u32,
    /// Where it stands in the queue: smaller places come first.
    pub place: i64,
    /// The command line, without the program's name: `train mnist-cnn --epochs 3`.
    pub words: Vec<String>,
    /// The folder in which it was typed.
    pub folder: PathBuf,
    /// When it was added, in seconds since 1970 (UTC).
    pub added: u64,
    /// When it was begun, or gone on with, last.
    #[serde(default)]
    pub begun_at: Option<u64>,
    /// When it ended.
    #[serde(default)]
    pub ended_at: Option<u64>,
    /// It has been begun.
    #[serde(default)]
    pub is_begun: bool,
    /// The name of its run, once that is there.
    #[serde(default)]
    pub run: Option<String>,
    /// The name of its search, where it is one and has been begun.
    #[serde(default)]
    pub search: Option<String>,
    /// How it ended.
    #[serde(default)]
    pub outcome: Option<Outcome>,
}

/// How an item ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It could not be done; why.
    Failed(String),
    /// Somebody has stopped it; it can be begun again by `queue retry`.
    Stopped,
}

impl Outcome {
    /// In a word.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::Failed(_) => "failed",
            Outcome::Stopped => "stopped",
        }
    }
}

impl Item {
    /// A new one, which waits.
    pub(super) fn waiting(number: u32, place: i64, words: Vec<String>, folder: PathBuf) -> Self {
        Item {
            number,
            place,
            words,
            folder,
            added: now(),
            begun_at: None,
            ended_at: None,
            is_begun: false,
            run: None,
            search: None,
            outcome: None,
        }
    }

    /// Notes that it begins, or goes on, now.
    pub(super) fn begin(&mut self) {
        (self.is_begun, self.begun_at, self.ended_at) = (true, Some(now()), None);
    }

    /// Notes how it has ended now.
    pub(super) fn end(&mut self, outcome: Outcome) {
        (self.outcome, self.ended_at) = (Some(outcome), Some(now()));
    }

    /// Lets it wait again, where it has ended and is not done. One that failed begins anew: as it was, it would fail again.
    ///
    /// # Errors
    /// Why not.
    pub fn retry(&mut self) -> Result<(), String> {
        match &self.outcome {
            None => return Err(format!("item {} waits or is being trained", self.number)),
            Some(Outcome::Done) => return Err(format!("item {} is done", self.number)),
            Some(Outcome::Failed(_)) => (self.run, self.is_begun, self.begun_at) = (None, false, None),
            Some(Outcome::Stopped) => {}
        }
        (self.outcome, self.ended_at) = (None, None);
        Ok(())
    }

    /// Whether it waits for its turn, or to be gone on with.
    pub fn is_waiting(&self) -> bool {
        self.outcome.is_none()
    }

    /// The command line as a shell takes it, without the program's name.
    pub fn line(&self) -> String {
        in_line(&self.words)
    }

    /// The whole command, as a shell takes it.
    pub fn command(&self) -> String {
        command_of(&self.words)
    }
}

/// A command line without the program's name, as a shell takes it with it.
pub fn command_of(words: &[String]) -> String {
    format!("trainyard {}", in_line(words))
}

/// Words as a shell takes them.
pub fn in_line(words: &[String]) -> String {
    words.iter().map(|word| in_shell(word)).collect::<Vec<_>>().join(" ")
}

/// Seconds since 1970 (UTC).
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
