//! Conv1D: a convolution over the steps of a sequence.

use serde::{Deserialize, Serialize};

use super::input::{grouped, sequence};
use super::kind::{Family, LayerKind, SimpleLayer};
use super::options::{Activation, Initializer, Padding, Pair, Regularizer, one, yes};
use super::weights::{Parameters, features};
use super::windows::Windows;
use crate::fields;
use crate::preset::shapes::{ShapeError, size};

/// `[steps, c]` to `[steps', filters]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct Conv1D {
    pub filters: usize,
    pub kernel_size: usize,
    #[serde(default = "one")]
    pub strides: usize,
    #[serde(default)]
    pub padding: Padding,
    #[serde(default = "one")]
    pub dilation_rate: usize,
    #[serde(default = "one")]
    pub groups: usize,
    #[serde(default)]
    pub activation: Activation,
    #[serde(default = "yes")]
    pub use_bias: bool,
    #[serde(default)]
    pub kernel_initializer: Initializer,
    #[serde(default)]
    pub kernel_regularizer: Regularizer,
}

fields! {
    Conv1D {
        filters: Integer(Range::COUNT), "output channels";
        kernel_size: Integer(Range::COUNT), "steps of the kernel";
        strides: Integer(Range::COUNT), "how far the kernel moves";
        padding: Choice(Padding::WORDS), "valid: windows stay inside; same: zeros around, so that strides of 1 keep the size";
        dilation_rate: Integer(Range::COUNT), "how far apart the steps are that the kernel looks at";
        groups: Integer(Range::COUNT), "groups of channels that are convolved on their own";
        activation: Choice(Activation::WORDS), "the function applied to the outputs";
        use_bias: Switch, "whether a learned number is added to every output";
        kernel_initializer: Choice(Initializer::WORDS), "how the kernel starts";
        kernel_regularizer: inside::<Regularizer>(), "penalties on the size of the kernel";
    }
}

impl LayerKind for Conv1D {
    fn family(&self) -> Family {
        Family::Convolution
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        let [steps, channels] = sequence("Conv1D", input)?;
        grouped(self.filters, self.groups, channels)?;
        let size = Pair(self.kernel_size, 1);
        let windows = Windows { field: "kernel_size", what: "kernel", size, padding: self.padding };
        let (steps, _) = windows.along(steps, self.strides, self.dilation_rate)?;
        Ok(vec![steps, self.filters])
    }
}

impl SimpleLayer for Conv1D {
    fn parameters(&self, input: &[usize]) -> Parameters {
        Parameters::affine(&[self.kernel_size, features(input) / self.groups], self.filters, self.use_bias)
    }

    fn scratch(&self, input: &[usize], output: &[usize]) -> u64 {
        let steps = output.first().copied().unwrap_or(1) as u64;
        let patches = steps * self.kernel_size as u64 * features(input) as u64;
        self.activation.scratch(size(output)) + patches
    }

    fn activation(&self) -> Option<Activation> {
        Some(self.activation)
    }
}
