//! Dense: a fully connected layer.

use serde::{Deserialize, Serialize};

use super::kind::{Family, LayerKind, SimpleLayer};
use super::options::{Activation, Initializer, Regularizer, yes};
use super::weights::{Parameters, features};
use crate::fields;
use crate::preset::shapes::{ShapeError, size};

/// `[.., n]` to `[.., units]`: `activation(x W + b)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct Dense {
    pub units: usize,
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
    Dense {
        units: Integer(Range::COUNT), "outputs";
        activation: Choice(Activation::WORDS), "the function applied to the outputs";
        use_bias: Switch, "whether a learned number is added to every output";
        kernel_initializer: Choice(Initializer::WORDS), "how the kernel starts";
        kernel_regularizer: inside::<Regularizer>(), "penalties on the size of the kernel";
    }
}

impl Dense {
    /// A layer with Keras's defaults.
    pub fn new(units: usize, activation: Activation) -> Self {
        Dense {
            units,
            activation,
            use_bias: true,
            kernel_initializer: Initializer::default(),
            kernel_regularizer: Regularizer::default(),
        }
    }
}

impl LayerKind for Dense {
    fn family(&self) -> Family {
        Family::Core
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        let (_, outer) = input
            .split_last()
            .ok_or_else(|| ShapeError::whole("Dense has no input", "give it at least one feature"))?;
        Ok([outer, &[self.units]].concat())
    }
}

impl SimpleLayer for Dense {
    fn parameters(&self, input: &[usize]) -> Parameters {
        Parameters::affine(&[features(input)], self.units, self.use_bias)
    }

    fn scratch(&self, _: &[usize], output: &[usize]) -> u64 {
        self.activation.scratch(size(output))
    }

    fn activation(&self) -> Option<Activation> {
        Some(self.activation)
    }

    fn take_activation(&mut self) -> Option<Activation> {
        Some(std::mem::take(&mut self.activation))
    }
}
