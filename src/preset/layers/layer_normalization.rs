//! LayerNormalization: each vector along the last axis by its own mean and variance.

use serde::{Deserialize, Serialize};

use super::kind::{Family, LayerKind, SimpleLayer};
use super::options::norm_epsilon;
use super::weights::{Parameters, features};
use crate::fields;
use crate::preset::shapes::ShapeError;

/// Normalises each sample over its last axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct LayerNormalization {
    #[serde(default = "norm_epsilon")]
    pub epsilon: f32,
}

fields! {
    LayerNormalization {
        epsilon: Number(Range::ABOVE_ZERO), "added to the variance before its root is taken";
    }
}

impl Default for LayerNormalization {
    fn default() -> Self {
        LayerNormalization { epsilon: norm_epsilon() }
    }
}

impl LayerKind for LayerNormalization {
    fn family(&self) -> Family {
        Family::Normalization
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        Ok(input.to_vec())
    }
}

impl SimpleLayer for LayerNormalization {
    fn parameters(&self, input: &[usize]) -> Parameters {
        Parameters::weights(&[2, features(input)])
    }

    fn scratch(&self, _: &[usize], _: &[usize]) -> u64 {
        0
    }
}
