//! RMSNormalization: each vector along the last axis by its own size.

use serde::{Deserialize, Serialize};

use super::kind::{Family, LayerKind, SimpleLayer};
use super::weights::{Parameters, features};
use crate::fields;
use crate::preset::shapes::ShapeError;

/// `scale x / sqrt(mean(x^2) + epsilon)` over the last axis: layer normalization without mean and shift (Zhang & Sennrich 2019).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct RMSNormalization {
    #[serde(default = "epsilon")]
    pub epsilon: f32,
}

fields! {
    RMSNormalization {
        epsilon: Number(Range::ABOVE_ZERO), "added to the mean of the squares before its root is taken";
    }
}

impl LayerKind for RMSNormalization {
    fn family(&self) -> Family {
        Family::Normalization
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        Ok(input.to_vec())
    }
}

impl SimpleLayer for RMSNormalization {
    fn parameters(&self, input: &[usize]) -> Parameters {
        Parameters::weights(&[features(input)])
    }

    fn scratch(&self, _: &[usize], _: &[usize]) -> u64 {
        0
    }
}

fn epsilon() -> f32 {
    1e-6
}
