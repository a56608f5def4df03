//! The data half of a preset: which set, and how it is prepared.

use serde::{Deserialize, Serialize};

/// A data set and its preparation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// Where the samples come from.
    pub source: Source,
    /// Scales inputs: images to [0, 1].
    #[serde(default = "super::types::yes")]
    pub normalize: bool,
    /// How class labels reach the loss.
    #[serde(default)]
    pub labels: Labels,
    /// Share of the training samples that is held out for validation, 0 to below 1.
    #[serde(default = "default_validation")]
    pub validation: f64,
    /// Whether each epoch sees the samples in a new (seeded) order.
    #[serde(default = "super::types::yes")]
    pub shuffle: bool,
    /// Train on this many samples only, the classes in equal parts; all when left out.
    #[serde(default)]
    pub train_samples: Option<usize>,
}

fn default_validation() -> f64 {
    0.1
}

/// A data set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Source {
    /// 70,000 handwritten digits, 28x28 grey, 10 classes; embedded.
    Mnist,
}

/// How class labels reach the loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Labels {
    /// A row of zeros with a one at the class: for `categorical_crossentropy`.
    #[default]
    OneHot,
    /// The class's number: for `sparse_categorical_crossentropy`.
    Integer,
}

/// What a data set offers to a network, known before its samples are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Shape of one input, channels last: `[28, 28, 1]`, `[30]`, `[steps, features]`.
    pub input: Vec<usize>,
    /// What is to be predicted.
    pub target: TargetKind,
    /// Number of training samples (validation included) and of test samples.
    pub train: usize,
    /// Number of test samples.
    pub test: usize,
}

/// What is to be predicted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// One of these classes.
    Classes(Vec<String>),
    /// This many real values.
    Values(usize),
    /// One of so many tokens at every step of a sequence.
    Tokens(usize),
}

impl Source {
    /// The name a person sees.
    pub fn title(&self) -> &'static str {
        match self {
            Source::Mnist => "MNIST handwritten digits",
        }
    }

    /// What the set offers; static for built-in sets.
    pub fn signature(&self) -> Signature {
        match self {
            Source::Mnist => Signature {
                input: vec![28, 28, 1],
                target: TargetKind::Classes((0..10).map(|digit| digit.to_string()).collect()),
                train: 60_000,
                test: 10_000,
            },
        }
    }
}
