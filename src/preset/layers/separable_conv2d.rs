//! SeparableConv2D: a depthwise convolution, and one of 1x1 that mixes the channels.

use serde::{Deserialize, Serialize};

use super::conv2d::Conv2D;
use super::depthwise_conv2d::DepthwiseConv2D;
use super::input::image;
use super::kind::{Family, LayerKind};
use super::options::{Activation, Initializer, Padding, Pair, Regularizer, one, yes};
use super::windows::Windows;
use crate::fields;
use crate::preset::shapes::ShapeError;

/// `[h, w, c]` to `[h', w', filters]`: every channel convolved on its own, then all of them mixed at every pixel (Chollet 2017). It has
/// far fewer weights than a convolution of the same size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct SeparableConv2D {
    pub filters: usize,
    pub kernel_size: Pair,
    #[serde(default = "Pair::one")]
    pub strides: Pair,
    #[serde(default)]
    pub padding: Padding,
    #[serde(default = "Pair::one")]
    pub dilation_rate: Pair,
    #[serde(default = "one")]
    pub depth_multiplier: usize,
    #[serde(default)]
    pub activation: Activation,
    #[serde(default = "yes")]
    pub use_bias: bool,
    #[serde(default)]
    pub depthwise_initializer: Initializer,
    #[serde(default)]
    pub pointwise_initializer: Initializer,
    #[serde(default)]
    pub depthwise_regularizer: Regularizer,
    #[serde(default)]
    pub pointwise_regularizer: Regularizer,
}

fields! {
    SeparableConv2D {
        filters: Integer(Range::COUNT), "output channels";
        kernel_size: Pair(Range::COUNT), "height and width of the depthwise kernel";
        strides: Pair(Range::COUNT), "how far the kernel moves";
        padding: Choice(Padding::WORDS), "valid: windows stay inside; same: zeros around, so that strides of 1 keep the size";
        dilation_rate: Pair(Range::COUNT), "how far apart the pixels are that the kernel looks at";
        depth_multiplier: Integer(Range::COUNT), "filters of each channel, before they are mixed";
        activation: Choice(Activation::WORDS), "the function applied to the outputs";
        use_bias: Switch, "whether a learned number is added to every output";
        depthwise_initializer: Choice(Initializer::WORDS), "how the depthwise kernel starts";
        pointwise_initializer: Choice(Initializer::WORDS), "how the kernel of 1x1 starts";
        depthwise_regularizer: inside::<Regularizer>(), "penalties on the size of the depthwise kernel";
        pointwise_regularizer: inside::<Regularizer>(), "penalties on the size of the kernel of 1x1";
    }
}

impl LayerKind for SeparableConv2D {
    fn family(&self) -> Family {
        Family::Convolution
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        let [height, width, _] = image("SeparableConv2D", input)?;
        let windows =
            Windows { field: "kernel_size", what: "kernel", size: self.kernel_size, padding: self.padding };
        let (height, width) = windows.over((height, width), self.strides, self.dilation_rate)?;
        Ok(vec![height, width, self.filters])
    }
}

impl SeparableConv2D {
    /// The convolution of every channel on its own, and the one of 1x1 that mixes them.
    pub(super) fn halves(&self) -> (DepthwiseConv2D, Conv2D) {
        let depthwise = DepthwiseConv2D {
            kernel_size: self.kernel_size,
            strides: self.strides,
            padding: self.padding,
            depth_multiplier: self.depth_multiplier,
            dilation_rate: self.dilation_rate,
            activation: Activation::Linear,
            use_bias: false,
            depthwise_initializer: self.depthwise_initializer,
            depthwise_regularizer: self.depthwise_regularizer,
        };
        let pointwise = Conv2D {
            filters: self.filters,
            kernel_size: Pair::one(),
            strides: Pair::one(),
            padding: Padding::Valid,
            dilation_rate: Pair::one(),
            groups: 1,
            activation: self.activation,
            use_bias: self.use_bias,
            kernel_initializer: self.pointwise_initializer,
            kernel_regularizer: self.pointwise_regularizer,
        };
        (depthwise, pointwise)
    }
}
