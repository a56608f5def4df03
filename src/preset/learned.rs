//! What a run learned of its data beside its weights.

use serde::{Deserialize, Serialize};

use super::data::DataConfig;
use super::scale::Scale;
use super::sources::{Offers, Source};
use super::table::TableSchema;

/// What a run learned of its data: everything that it takes to put a question to its network, and to read the answer, when
/// the data itself is gone. It is worked out once, when the training begins, and kept in the run's folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    /// Where the samples came from; its paths are absolute.
    pub source: Source,
    /// The state in which the source's files were, one for each of [`Source::paths`].
    pub files: Vec<Fingerprint>,
    /// What the source offered.
    pub offers: Offers,
    /// How samples were brought to what the network gets.
    pub preparation: Preparation,
}

/// How samples are brought to what a network gets, and its outputs back to what a person reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preparation {
    /// Shape of one input, channels last; `[steps]` for tokens.
    pub input_shape: Vec<usize>,
    /// Whether the samples are windows of one long text.
    pub is_stream: bool,
    /// The classes' names, by the number of the network's output; empty where the targets are no classes.
    pub classes: Vec<String>,
    /// What tokens stand for, by number; empty where inputs are plain numbers.
    pub tokens: Vec<String>,
    /// The names of a table's inputs, in the order in which the network gets them; empty where there are none.
    pub columns: Vec<String>,
    /// The name of the column that is predicted, where the table has names.
    pub label: Option<String>,
    /// The names of the columns that are predicted, where they are several; empty otherwise, and for a run of before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// The columns of a table; `None` where the samples are none, and for a run of before, whose inputs are columns of numbers.
    #[serde(default)]
    pub table: Option<TableSchema>,
    /// Inputs are bytes of images.
    pub are_pixels: bool,
    /// How inputs were standardised, repeated along a sample: one scale for all numbers, or one for each column; empty
    /// where they were not.
    pub input_scales: Vec<Scale>,
    /// The least and the greatest number of the training samples' inputs, before they were scaled; `None` where nobody
    /// looked.
    #[serde(default)]
    pub input_range: Option<(f64, f64)>,
    /// What stands in for a missing value before scaling, repeated likewise; empty where nothing does.
    pub fills: Vec<f64>,
    /// How real-valued targets were standardised, one scale for each; empty where there are none.
    pub target_scales: Vec<Scale>,
}

impl Preparation {
    /// How inputs are scaled in all: two built-in sets divide by a constant, which their scales do not tell.
    pub fn scales(&self, data: &DataConfig) -> Vec<Scale> {
        match &data.source {
            Source::Mnist if data.normalize => vec![Scale::of(0.0, 255.0)],
            Source::Digits8x8 if data.normalize => vec![Scale::of(0.0, 16.0)],
            _ => self.input_scales.clone(),
        }
    }
}

/// The state of a file, or of the files of a folder, by which a change is noticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// How many files: 1, or those in the folder.
    pub count: u64,
    /// Their bytes together.
    pub bytes: u64,
    /// A SHA-256 in hexadecimal digits. Of a file it is that of its content, as `sha256sum` prints it, unless the file is
    /// larger than a gibibyte; `data/fingerprint.rs` has the rule for those and for folders.
    pub sha256: String,
}
