//! What a data set holds, before a preset's options cut it.

use serde::{Deserialize, Serialize};

use crate::preset::layers::{EmbeddedColumn, RowColumn};

/// What a set holds, before a preset's options cut it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offers {
    /// Shape of one input, as in [`Signature`](crate::preset::Signature).
    pub input: Vec<usize>,
    /// The number of tokens, where inputs are token numbers: they are below it.
    pub tokens: Option<usize>,
    /// The inputs that are numbers of words, for which the network learns vectors; empty where there are none.
    #[serde(default)]
    pub embedded: Vec<EmbeddedColumn>,
    /// The columns of a table, as a network's layers get them: behind the vectors of words. Empty where inputs have no names.
    #[serde(default)]
    pub columns: Vec<RowColumn>,
    /// What is to be predicted, as the files suggest it.
    pub target: TargetKind,
    /// What else the targets can be taken for: whole numbers for values, or for classes.
    #[serde(default)]
    pub other_target: Option<TargetKind>,
    /// What real-valued targets are like.
    #[serde(default = "ValuesAre::of_old")]
    pub values: ValuesAre,
    /// All samples, or those to train on where the set has a test set of its own; of a text, its tokens.
    pub samples: usize,
    /// The number of tokens in a window, where the set is a text that is read in windows.
    pub window: Option<usize>,
    /// Samples left out where one part of a series ends and the next begins.
    pub gap: usize,
    /// Validation samples among `samples`, where the set has its own.
    #[serde(default)]
    pub validation: Option<usize>,
    /// Test samples, where the set has its own.
    pub test: Option<usize>,
}

impl Offers {
    /// What is to be predicted, where a training wants classes or values.
    pub fn target_as(&self, targets: TargetsAs) -> &TargetKind {
        let is_wanted = |target: &&TargetKind| match targets {
            TargetsAs::Suggested => false,
            TargetsAs::Classes => matches!(target, TargetKind::Classes(_)),
            TargetsAs::Values => matches!(target, TargetKind::Values(_)),
        };
        self.other_target.as_ref().filter(is_wanted).unwrap_or(&self.target)
    }
}

/// What targets are that can be read in two ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TargetsAs {
    /// What the file suggests: a few different whole numbers or words are classes, other numbers are values.
    #[default]
    Suggested,
    /// Classes.
    Classes,
    /// Values.
    Values,
}

/// What the real-valued targets of a set are like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ValuesAre {
    /// Any numbers.
    #[default]
    Any,
    /// Numbers from 0 to 1.
    Shares,
    /// Several numbers a sample, each 0 or 1 and of no particular sum: labels that a sample has or has not.
    Flags,
    /// Several numbers from 0 to 1 a sample, which sum to 1.
    Distributions,
}

impl ValuesAre {
    /// What a run of before says by leaving it out: its values were accepted then.
    fn of_old() -> Self {
        ValuesAre::Distributions
    }
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
