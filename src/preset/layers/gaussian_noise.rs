//! GaussianNoise: adds random numbers in training.

use serde::{Deserialize, Serialize};

use super::kind::{Family, LayerKind, SimpleLayer};
use super::weights::Parameters;
use crate::fields;
use crate::preset::shapes::{ShapeError, size};

/// Adds a normal random number of mean 0 and deviation `stddev` to every input in training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct GaussianNoise {
    pub stddev: f32,
}

fields! {
    GaussianNoise {
        stddev: Number(Range::NOT_NEGATIVE), "the standard deviation of the noise";
    }
}

impl LayerKind for GaussianNoise {
    fn family(&self) -> Family {
        Family::Regularization
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        Ok(input.to_vec())
    }
}

impl SimpleLayer for GaussianNoise {
    fn parameters(&self, _: &[usize]) -> Parameters {
        Parameters::default()
    }

    /// The noise.
    fn scratch(&self, _: &[usize], output: &[usize]) -> u64 {
        2 * size(output) as u64
    }
}
