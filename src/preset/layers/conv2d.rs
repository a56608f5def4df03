//! Conv2D: a convolution over images.

use serde::{Deserialize, Serialize};

use super::input::{grouped, image};
use super::kind::{Family, LayerKind, SimpleLayer};
use super::options::{Activation, Initializer, Padding, Pair, Regularizer, one, yes};
use super::weights::{Parameters, features};
use super::windows::Windows;
use crate::fields;
use crate::preset::shapes::{ShapeError, size};

/// `[h, w, c]` to `[h', w', filters]`: cross-correlation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct Conv2D {
    pub filters: usize,
    pub kernel_size: Pair,
    #[serde(default = "Pair::one")]
    pub strides: Pair,
    #[serde(default)]
    pub padding: Padding,
    #[serde(default = "Pair::one")]
    pub dilation_rate: Pair,
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
    Conv2D {
        filters: Integer(Range::COUNT), "output channels";
        kernel_size: Pair(Range::COUNT), "height and width of the kernel";
        strides: Pair(Range::COUNT), "how far the kernel moves";
        padding: Choice(Padding::WORDS), "valid: windows stay inside; same: zeros around, so that strides of 1 keep the size";
        dilation_rate: Pair(Range::COUNT), "how far apart the pixels are that the kernel looks at";
        groups: Integer(Range::COUNT), "groups of channels that are convolved on their own";
        activation: Choice(Activation::WORDS), "the function applied to the outputs";
        use_bias: Switch, "whether a learned number is added to every output";
        kernel_initializer: Choice(Initializer::WORDS), "how the kernel starts";
        kernel_regularizer: inside::<Regularizer>(), "penalties on the size of the kernel";
    }
}

impl LayerKind for Conv2D {
    fn family(&self) -> Family {
        Family::Convolution
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        let [height, width, channels] = image("Conv2D", input)?;
        grouped(self.filters, self.groups, channels)?;
        let windows =
            Windows { field: "kernel_size", what: "kernel", size: self.kernel_size, padding: self.padding };
        let (height, width) = windows.over((height, width), self.strides, self.dilation_rate)?;
        Ok(vec![height, width, self.filters])
    }
}

impl SimpleLayer for Conv2D {
    fn parameters(&self, input: &[usize]) -> Parameters {
        let Pair(height, width) = self.kernel_size;
        Parameters::affine(&[height, width, features(input) / self.groups], self.filters, self.use_bias)
    }

    fn scratch(&self, input: &[usize], output: &[usize]) -> u64 {
        let kept = self.activation.scratch(size(output));
        // A single channel is convolved in place, without laying patches out.
        if features(input) == 1 {
            return kept;
        }
        let places = output.iter().take(2).product::<usize>() as u64;
        let Pair(height, width) = self.kernel_size;
        kept + places * (height * width) as u64 * features(input) as u64 / self.groups as u64
    }

    fn activation(&self) -> Option<Activation> {
        Some(self.activation)
    }
}
