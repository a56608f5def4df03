//! MaxPooling1D: the largest number of each window of steps.

use serde::{Deserialize, Serialize};

use super::input::sequence;
use super::kind::{Family, LayerKind, SimpleLayer};
use super::options::{Padding, Pair, two};
use super::weights::Parameters;
use super::windows::Windows;
use crate::fields;
use crate::preset::shapes::ShapeError;

/// `[steps, c]` to `[steps', c]`: the largest of each window; strides default to the window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct MaxPooling1D {
    #[serde(default = "two")]
    pub pool_size: usize,
    #[serde(default)]
    pub strides: Option<usize>,
    #[serde(default)]
    pub padding: Padding,
}

fields! {
    MaxPooling1D {
        pool_size: Integer(Range::COUNT), "steps of a window";
        strides: Integer(Range::COUNT), "how far the windows move; left out: their size";
        padding: Choice(Padding::WORDS), "valid: windows stay inside; same: zeros around, so that strides of 1 keep the size";
    }
}

impl MaxPooling1D {
    /// How far the windows move.
    pub fn strides(&self) -> usize {
        self.strides.unwrap_or(self.pool_size)
    }
}

impl LayerKind for MaxPooling1D {
    fn family(&self) -> Family {
        Family::Pooling
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        let [steps, channels] = sequence("MaxPooling1D", input)?;
        let size = Pair(self.pool_size, 1);
        let windows = Windows { field: "pool_size", what: "window", size, padding: self.padding };
        let (steps, _) = windows.along(steps, self.strides(), 1)?;
        Ok(vec![steps, channels])
    }
}

impl SimpleLayer for MaxPooling1D {
    fn parameters(&self, _: &[usize]) -> Parameters {
        Parameters::default()
    }

    fn scratch(&self, _: &[usize], _: &[usize]) -> u64 {
        0
    }
}
