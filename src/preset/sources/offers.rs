//! What a data set holds, before a preset's options cut it.

use serde::{Deserialize, Serialize};

/// What a set holds, before a preset's options cut it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offers {
    /// Shape of one input, as in [`Signature`](crate::preset::Signature).
    pub input: Vec<usize>,
    /// The number of tokens, where inputs are token numbers: they are below it.
    pub tokens: Option<usize>,
    /// What is to be predicted.
    pub target: TargetKind,
    /// All samples, or those to train on where the set has a test set of its own; of a text, its tokens.
    pub samples: usize,
    /// The number of tokens in a window, where the set is a text that is read in windows.
    pub window: Option<usize>,
    /// Samples left out where one part of a series ends and the next begins.
    pub gap: usize,
    /// Test samples, where the set has its own.
    pub test: Option<usize>,
}

/// What is to be predicted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TargetKind {
    /// One of these classes.
    Classes(Vec<String>),
    /// This many real values.
    Values(usize),
    /// One of this many tokens at every step of a sequence.
    Tokens(usize),
}
