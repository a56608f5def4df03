//! What a command line is for the queue.

use super::super::{Error, search, train};
use crate::preset::{library, search_block};

/// What the queue takes.
pub enum Queued {
    /// A training.
    Train(train::Arguments),
    /// A search.
    Search(search::Arguments),
}

/// Reads a command line, without the program's name.
pub type Parse = fn(&[String]) -> Result<Queued, Error>;

/// A command line with its command, which may be left out before a preset or a search. What is neither stays as it is.
pub fn whole_command(mut words: Vec<String>) -> Vec<String> {
    let first = words.first().filter(|word| !["train", "search"].contains(&word.as_str()));
    if let Some(found) = first.and_then(|first| library::find(first).ok()) {
        words.insert(0, if search_block::is_in(&found.text) { "search" } else { "train" }.into());
    }
    words
}
