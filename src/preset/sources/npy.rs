//! Pairs of NumPy files.

use serde::{Deserialize, Serialize};

use super::file_source::FileSource;
use crate::fields;

/// Two NumPy files: `inputs` with a sample along the first axis, `targets` with class numbers (integers) or values
/// (floats).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Npy {
    /// The samples.
    pub inputs: String,
    /// What they should give.
    pub targets: String,
}

fields! {
    Npy {
        inputs: Text, "file of the samples";
        targets: Text, "file of what they should give";
    }
}

impl FileSource for Npy {
    fn title(&self) -> &'static str {
        "Your NumPy arrays"
    }

    fn paths(&self) -> Vec<&str> {
        vec![&self.inputs, &self.targets]
    }

    fn paths_mut(&mut self) -> Vec<&mut String> {
        vec![&mut self.inputs, &mut self.targets]
    }
}
