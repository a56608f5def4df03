//! Something that waits for its turn.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

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
    /// It has been begun.
    #[serde(default)]
    pub is_begun: bool,
    /// The name of its run, once that is there.
    #[serde(default)]
    pub run: Option<String>,
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
    /// Whether it waits for its turn, or to be gone on with.
    pub fn is_waiting(&self) -> bool {
        self.outcome.is_none()
    }

    /// The command line as it was typed.
    pub fn line(&self) -> String {
        self.words.join(" ")
    }
}
