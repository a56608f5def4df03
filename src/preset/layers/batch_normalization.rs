//! BatchNormalization: each feature by its mean and variance over the batch.

use serde::{Deserialize, Serialize};

use super::kind::{Family, LayerKind, SimpleLayer};
use super::options::norm_epsilon;
use super::weights::{Parameters, features};
use crate::fields;
use crate::preset::shapes::ShapeError;

/// Normalises each feature (last axis) over the batch; running statistics in evaluation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct BatchNormalization {
    #[serde(default = "momentum")]
    pub momentum: f32,
    #[serde(default = "norm_epsilon")]
    pub epsilon: f32,
}

fields! {
    BatchNormalization {
        momentum: Number(Range::SHARE), "the share of a running statistic that a batch leaves as it was";
        epsilon: Number(Range::ABOVE_ZERO), "added to the variance before its root is taken";
    }
}

impl LayerKind for BatchNormalization {
    fn family(&self) -> Family {
        Family::Normalization
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        Ok(input.to_vec())
    }
}

impl SimpleLayer for BatchNormalization {
    fn parameters(&self, input: &[usize]) -> Parameters {
        let pair = Parameters::weights(&[2, features(input)]).trainable;
        Parameters { trainable: pair, non_trainable: pair }
    }

    fn scratch(&self, _: &[usize], _: &[usize]) -> u64 {
        0
    }
}

fn momentum() -> f32 {
    0.99
}
