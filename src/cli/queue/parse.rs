//! What a command line is for the queue.

use super::super::{Error, search, train};

/// What the queue takes.
pub enum Queued {
    /// A training.
    Train(train::Arguments),
    /// A search.
    Search(search::Arguments),
}

/// Reads a command line, without the program's name.
pub type Parse = fn(&[String]) -> Result<Queued, Error>;
