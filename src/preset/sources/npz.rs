//! NumPy archives.

use serde::{Deserialize, Serialize};

use super::arrays::ArrayForm;
use super::csv::Missing;
use super::file_source::FileSource;
use crate::fields;

/// Two arrays of a NumPy archive: samples along the first axis, and class numbers (integers) or values (floats). Two others may be
/// the validation set, and two the test set.
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
    /// The array of the validation set's samples, where it is of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_inputs: Option<String>,
    /// The array of what they should give.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_targets: Option<String>,
    /// The array of the test set's samples, where it is of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_inputs: Option<String>,
    /// The array of what they should give.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_targets: Option<String>,
    /// The samples are images whose channels come first, `[channels, height, width]`.
    #[serde(default)]
    pub channels_first: bool,
    /// Samples of the shape `[height, width]` are grey images; bytes are so without it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub grey_images: bool,
    /// What stands in for NaN among the samples, learned of each number on the last axis.
    #[serde(default, skip_serializing_if = "Missing::is_refused")]
    pub missing: Missing,
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
        Npz {
            file,
            inputs: inputs(),
            targets: targets(),
            validation_inputs: None,
            validation_targets: None,
            test_inputs: None,
            test_targets: None,
            channels_first: false,
            grey_images: false,
            missing: Missing::default(),
        }
    }

    /// The names of the arrays that are trained on.
    pub fn trained_pair(&self) -> (String, String) {
        (self.inputs.clone(), self.targets.clone())
    }

    /// The names of the arrays of the test set, where it is of its own.
    pub fn test_pair(&self) -> Option<(String, String)> {
        self.test_inputs.clone().zip(self.test_targets.clone())
    }

    /// The same without the arrays of a validation or test set.
    pub fn trained_alone(self) -> Self {
        Npz {
            validation_inputs: None,
            validation_targets: None,
            test_inputs: None,
            test_targets: None,
            ..self
        }
    }
}

impl From<&Npz> for ArrayForm {
    fn from(arrays: &Npz) -> Self {
        let &Npz { channels_first, grey_images, missing, .. } = arrays;
        ArrayForm { channels_first, grey_images, missing }
    }
}

fields! {
    Npz {
        file: Text, "the archive";
        inputs: Text, "the array of the samples";
        targets: Text, "the array of what they should give";
        validation_inputs: Text, "the array of the samples of a validation set of its own, such as \"val_images\"";
        validation_targets: Text, "the array of what they should give";
        test_inputs: Text, "the array of the samples of a test set of its own, such as \"x_test\"";
        test_targets: Text, "the array of what they should give";
        channels_first: Switch, "whether the samples are images whose channels come first, as PyTorch keeps them";
        grey_images: Switch, "whether samples of the shape [height, width] are grey images, which bytes are without it";
        missing: Choice(Missing::WORDS), "what stands in for NaN among the samples, learned from the training samples by columns";
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
