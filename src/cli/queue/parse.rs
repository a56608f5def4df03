//! What a command line is for the queue.

use super::super::text::plain;
use super::super::{Error, is_command, search, train};
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

/// A command line with its command, which may be left out before a preset or a search.
///
/// # Errors
/// When it is another command of Trainyard.
pub fn whole_command(mut words: Vec<String>) -> Result<Vec<String>, Error> {
    let Some(first) = words.first().filter(|word| !["train", "search"].contains(&word.as_str())) else {
        return Ok(words);
    };
    if is_command(first) {
        return Err(Error::Usage(format!(
            "{} cannot wait or be submitted: train and search can, as in train PRESET and search FILE",
            plain(first)
        )));
    }
    let is_search = library::find(first).is_ok_and(|found| search_block::is_in(&found.text));
    words.insert(0, if is_search { "search" } else { "train" }.into());
    Ok(words)
}
