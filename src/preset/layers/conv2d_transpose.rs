//! Conv2DTranspose: the transpose of a convolution.

use serde::{Deserialize, Serialize};

use super::input::image;
use super::kind::{Family, LayerKind, SimpleLayer};
use super::options::{Activation, Initializer, Padding, Pair, Regularizer, yes};
use super::weights::{Parameters, features};
use crate::fields;
use crate::preset::shapes::{ShapeError, size};

/// `[h, w, c]` to `[h', w', filters]`, the transpose of a convolution: upsamples by its strides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct Conv2DTranspose {
    pub filters: usize,
    pub kernel_size: Pair,
    #[serde(default = "Pair::one")]
    pub strides: Pair,
    #[serde(default)]
    pub padding: Padding,
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
    Conv2DTranspose {
        filters: Integer(Range::COUNT), "output channels";
        kernel_size: Pair(Range::COUNT), "height and width of the kernel";
        strides: Pair(Range::COUNT), "how many times as large the image becomes";
        padding: Choice(Padding::WORDS), "valid: windows stay inside; same: zeros around, so that strides of 1 keep the size";
        activation: Choice(Activation::WORDS), "the function applied to the outputs";
        use_bias: Switch, "whether a learned number is added to every output";
        kernel_initializer: Choice(Initializer::WORDS), "how the kernel starts";
        kernel_regularizer: inside::<Regularizer>(), "penalties on the size of the kernel";
    }
}

impl LayerKind for Conv2DTranspose {
    fn family(&self) -> Family {
        Family::Convolution
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        let [height, width, _] = image("Conv2DTranspose", input)?;
        let grown = |size: usize, kernel: usize, stride: usize| match self.padding {
            Padding::Same => size.saturating_mul(stride),
            Padding::Valid => size.saturating_mul(stride).saturating_add(kernel.saturating_sub(stride)),
        };
        Ok(vec![
            grown(height, self.kernel_size.0, self.strides.0),
            grown(width, self.kernel_size.1, self.strides.1),
            self.filters,
        ])
    }
}

impl SimpleLayer for Conv2DTranspose {
    fn parameters(&self, input: &[usize]) -> Parameters {
        let Pair(height, width) = self.kernel_size;
        Parameters::affine(&[height, width, features(input)], self.filters, self.use_bias)
    }

    fn scratch(&self, input: &[usize], output: &[usize]) -> u64 {
        let places = input.iter().take(2).product::<usize>() as u64;
        let Pair(height, width) = self.kernel_size;
        self.activation.scratch(size(output)) + places * (height * width * self.filters) as u64
    }

    fn activation(&self) -> Option<Activation> {
        Some(self.activation)
    }
}
