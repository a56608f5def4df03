//! Pairs of IDX files, the form of MNIST.

use serde::{Deserialize, Serialize};

use super::file_source::FileSource;
use crate::fields;

/// IDX files, plain or `.gz`: `inputs` with one sample along the first axis, `labels` with a class each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Idx {
    /// The samples.
    pub inputs: String,
    /// Their classes.
    pub labels: String,
    /// Samples of the test set, where it is in files of its own.
    #[serde(default)]
    pub test_inputs: Option<String>,
    /// Their classes.
    #[serde(default)]
    pub test_labels: Option<String>,
    /// How many classes there are; left out: one more than the largest label.
    #[serde(default)]
    pub classes: Option<usize>,
}

fields! {
    Idx {
        inputs: Text, "file of the samples";
        labels: Text, "file of their classes";
        test_inputs: Text, "file of the test samples";
        test_labels: Text, "file of their classes";
        classes: Integer(Range::COUNT), "how many classes there are";
    }
}

impl FileSource for Idx {
    fn title(&self) -> &'static str {
        "Your IDX files"
    }

    fn paths(&self) -> Vec<&str> {
        let test = self.test_inputs.iter().chain(&self.test_labels);
        [&self.inputs, &self.labels].into_iter().chain(test).map(String::as_str).collect()
    }

    fn paths_mut(&mut self) -> Vec<&mut String> {
        let test = self.test_inputs.iter_mut().chain(&mut self.test_labels);
        [&mut self.inputs, &mut self.labels].into_iter().chain(test).collect()
    }

    fn trained_paths(&self) -> usize {
        2
    }

    fn path_is(&self, place: usize) -> &'static str {
        // A test set is of both.
        if place.is_multiple_of(2) { "inputs" } else { "labels" }
    }
}
