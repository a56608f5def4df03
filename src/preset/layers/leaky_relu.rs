//! LeakyReLU: a small slope where the input is negative.

use serde::{Deserialize, Serialize};

use super::kind::{Family, LayerKind, SimpleLayer};
use super::weights::Parameters;
use crate::fields;
use crate::preset::shapes::ShapeError;

/// x if x > 0, else `negative_slope` x (Maas et al. 2013). The slope is Keras's default for the layer, 0.3; that of
/// `Activation(leaky_relu)` is 0.2, as in Keras.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct LeakyReLU {
    #[serde(default = "slope")]
    pub negative_slope: f32,
}

fields! {
    LeakyReLU {
        negative_slope: Number(Range::NOT_NEGATIVE), "the factor of negative inputs";
    }
}

impl LayerKind for LeakyReLU {
    fn family(&self) -> Family {
        Family::Activation
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        Ok(input.to_vec())
    }
}

impl SimpleLayer for LeakyReLU {
    fn parameters(&self, _: &[usize]) -> Parameters {
        Parameters::default()
    }

    fn scratch(&self, _: &[usize], _: &[usize]) -> u64 {
        0
    }
}

fn slope() -> f32 {
    0.3
}
