//! NumPy files: arrays of samples, and arrays of what they should give.

use serde::{Deserialize, Serialize};

use super::file_source::FileSource;
use super::paths::Paths;
use crate::fields;

/// NumPy files: `inputs` with a sample along the first axis, `targets` with class numbers (integers) or values (floats). Each is
/// a file; or a pattern such as `x-*.npy`, or a list, whose arrays are one, joined along the first axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Npy {
    /// The samples.
    pub inputs: Paths,
    /// What they should give.
    pub targets: Paths,
    /// The samples are images whose channels come first, `[channels, height, width]`.
    #[serde(default)]
    pub channels_first: bool,
}

fields! {
    Npy {
        inputs: Paths, "file of the samples; or a pattern such as x-*.npy, or a list, whose arrays are one";
        targets: Paths, "file of what they should give, likewise";
        channels_first: Switch, "whether the samples are images whose channels come first, as PyTorch keeps them";
    }
}

impl FileSource for Npy {
    fn title(&self) -> &'static str {
        "Your NumPy arrays"
    }

    fn paths(&self) -> Vec<&str> {
        [&self.inputs, &self.targets].into_iter().flat_map(Paths::as_slice).map(String::as_str).collect()
    }

    fn paths_mut(&mut self) -> Vec<&mut String> {
        [&mut self.inputs, &mut self.targets].into_iter().flat_map(Paths::as_mut_slice).collect()
    }

    fn path_is(&self, place: usize) -> &'static str {
        if place < self.inputs.as_slice().len() { "inputs" } else { "targets" }
    }
}
