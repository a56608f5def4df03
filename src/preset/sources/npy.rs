//! NumPy files: arrays of samples, and arrays of what they should give.

use serde::{Deserialize, Serialize};

use super::arrays::ArrayForm;
use super::csv::Missing;
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
    /// The validation set's samples, where they are in files of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_inputs: Option<Paths>,
    /// What they should give.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_targets: Option<Paths>,
    /// The test set's samples, where they are in files of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_inputs: Option<Paths>,
    /// What they should give.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_targets: Option<Paths>,
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

impl Npy {
    /// Files of samples and of what they should give, with every option at its default.
    pub fn of(inputs: impl Into<Paths>, targets: impl Into<Paths>) -> Self {
        Npy {
            inputs: inputs.into(),
            targets: targets.into(),
            validation_inputs: None,
            validation_targets: None,
            test_inputs: None,
            test_targets: None,
            channels_first: false,
            grey_images: false,
            missing: Missing::default(),
        }
    }
}

impl Npy {
    /// What its files are, part by part, the test set's last.
    fn parts(&self) -> impl Iterator<Item = (&'static str, &Paths)> {
        [("inputs", &self.inputs), ("targets", &self.targets)]
            .into_iter()
            .chain(self.validation_inputs.iter().map(|paths| ("inputs", paths)))
            .chain(self.validation_targets.iter().map(|paths| ("targets", paths)))
            .chain(self.test_inputs.iter().map(|paths| ("inputs", paths)))
            .chain(self.test_targets.iter().map(|paths| ("targets", paths)))
    }
}

impl From<&Npy> for ArrayForm {
    fn from(arrays: &Npy) -> Self {
        let &Npy { channels_first, grey_images, missing, .. } = arrays;
        ArrayForm { channels_first, grey_images, missing }
    }
}

fields! {
    Npy {
        inputs: Paths, "file of the samples; or a pattern such as x-*.npy, or a list, whose arrays are one";
        targets: Paths, "file of what they should give, likewise";
        validation_inputs: Paths, "file of the samples of a validation set of its own";
        validation_targets: Paths, "file of what they should give";
        test_inputs: Paths, "file of the samples of a test set of its own";
        test_targets: Paths, "file of what they should give";
        channels_first: Switch, "whether the samples are images whose channels come first, as PyTorch keeps them";
        grey_images: Switch, "whether samples of the shape [height, width] are grey images, which bytes are without it";
        missing: Choice(Missing::WORDS), "what stands in for NaN among the samples, learned from the training samples by columns";
    }
}

impl FileSource for Npy {
    fn title(&self) -> &'static str {
        "Your NumPy arrays"
    }

    fn paths(&self) -> Vec<&str> {
        self.parts().flat_map(|(_, paths)| paths.as_slice()).map(String::as_str).collect()
    }

    fn paths_mut(&mut self) -> Vec<&mut String> {
        let validation = self.validation_inputs.iter_mut().chain(&mut self.validation_targets);
        let test = self.test_inputs.iter_mut().chain(&mut self.test_targets);
        let all = [&mut self.inputs, &mut self.targets].into_iter().chain(validation).chain(test);
        all.flat_map(Paths::as_mut_slice).collect()
    }

    fn trained_paths(&self) -> usize {
        let test = self.test_inputs.iter().chain(&self.test_targets);
        self.paths().len() - test.map(|paths| paths.as_slice().len()).sum::<usize>()
    }

    fn path_is(&self, place: usize) -> &'static str {
        let mut each = self.parts().flat_map(|(what, paths)| paths.as_slice().iter().map(move |_| what));
        each.nth(place).unwrap_or("file")
    }
}
