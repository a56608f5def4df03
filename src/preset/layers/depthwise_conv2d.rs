//! DepthwiseConv2D: every channel of an image convolved on its own.

use serde::{Deserialize, Serialize};

use super::input::image;
use super::kind::{Family, LayerKind, SimpleLayer};
use super::options::{Activation, Initializer, Padding, Pair, Regularizer, one, yes};
use super::weights::{Parameters, features};
use super::windows::Windows;
use crate::fields;
use crate::preset::shapes::{ShapeError, size};

/// `[h, w, c]` to `[h', w', c * depth_multiplier]`: as many filters of each channel as the multiplier says, none of which sees another
/// channel (Howard et al. 2017).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct DepthwiseConv2D {
    pub kernel_size: Pair,
    #[serde(default = "Pair::one")]
    pub strides: Pair,
    #[serde(default)]
    pub padding: Padding,
    #[serde(default = "one")]
    pub depth_multiplier: usize,
    #[serde(default = "Pair::one")]
    pub dilation_rate: Pair,
    #[serde(default)]
    pub activation: Activation,
    #[serde(default = "yes")]
    pub use_bias: bool,
    #[serde(default)]
    pub depthwise_initializer: Initializer,
    #[serde(default)]
    pub depthwise_regularizer: Regularizer,
}

fields! {
    DepthwiseConv2D {
        kernel_size: Pair(Range::COUNT), "height and width of the kernel";
        strides: Pair(Range::COUNT), "how far the kernel moves";
        padding: Choice(Padding::WORDS), "valid: windows stay inside; same: zeros around, so that strides of 1 keep the size";
        depth_multiplier: Integer(Range::COUNT), "filters of each channel";
        dilation_rate: Pair(Range::COUNT), "how far apart the pixels are that the kernel looks at";
        activation: Choice(Activation::WORDS), "the function applied to the outputs";
        use_bias: Switch, "whether a learned number is added to every output";
        depthwise_initializer: Choice(Initializer::WORDS), "how the kernel starts";
        depthwise_regularizer: inside::<Regularizer>(), "penalties on the size of the kernel";
    }
}

impl LayerKind for DepthwiseConv2D {
    fn family(&self) -> Family {
        Family::Convolution
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        let [height, width, channels] = image("DepthwiseConv2D", input)?;
        let windows =
            Windows { field: "kernel_size", what: "kernel", size: self.kernel_size, padding: self.padding };
        let (height, width) = windows.over((height, width), self.strides, self.dilation_rate)?;
        Ok(vec![height, width, channels.saturating_mul(self.depth_multiplier)])
    }
}

impl SimpleLayer for DepthwiseConv2D {
    fn parameters(&self, input: &[usize]) -> Parameters {
        let Pair(height, width) = self.kernel_size;
        let filters = features(input).saturating_mul(self.depth_multiplier);
        Parameters::affine(&[height, width], filters, self.use_bias)
    }

    fn scratch(&self, _: &[usize], output: &[usize]) -> u64 {
        // The patches of one channel at a time.
        let places = output.iter().take(2).product::<usize>() as u64;
        let Pair(height, width) = self.kernel_size;
        self.activation.scratch(size(output)) + places.saturating_mul((height * width) as u64)
    }

    fn activation(&self) -> Option<Activation> {
        Some(self.activation)
    }
}
