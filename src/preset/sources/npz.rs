//! NumPy archives.

use serde::{Deserialize, Serialize};

use super::file_source::FileSource;
use crate::fields;

/// Two arrays of a NumPy archive: samples along the first axis, and class numbers (integers) or values (floats).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Npz {
    /// The archive.
    pub file: String,
    /// The array of the samples.
    #[serde(default = "inputs")]
    pub inputs: String,
    /// The array of what they should give.
    #[serde(default = "targets")]
    pub targets: String,
    /// The samples are images whose channels come first, `[channels, height, width]`.
    #[serde(default)]
    pub channels_first: bool,
}

fn inputs() -> String {
    "x".into()
}

fn targets() -> String {
    "y".into()
}

impl Npz {
    /// An archive whose arrays have the usual names, `x` and `y`.
    pub fn of(file: String) -> Self {
        Npz { file, inputs: inputs(), targets: targets(), channels_first: false }
    }
}

fields! {
    Npz {
        file: Text, "the archive";
        inputs: Text, "the array of the samples";
        targets: Text, "the array of what they should give";
        channels_first: Switch, "whether the samples are images whose channels come first, as PyTorch keeps them";
    }
}

impl FileSource for Npz {
    fn title(&self) -> &'static str {
        "Your NumPy arrays"
    }

    fn paths(&self) -> Vec<&str> {
        vec![&self.file]
    }

    fn paths_mut(&mut self) -> Vec<&mut String> {
        vec![&mut self.file]
    }

    fn is_kept_in_memory(&self) -> bool {
        true
    }
}
