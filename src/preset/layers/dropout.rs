//! Dropout: zeroes inputs at random in training.

use serde::{Deserialize, Serialize};

use super::kind::{Family, LayerKind, SimpleLayer};
use super::weights::Parameters;
use crate::fields;
use crate::preset::shapes::ShapeError;

/// Zeroes a share `rate` of its inputs in training and scales up the rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct Dropout {
    pub rate: f32,
}

fields! {
    Dropout {
        rate: Number(Range::SHARE), "the share of inputs that is zeroed";
    }
}

impl LayerKind for Dropout {
    fn family(&self) -> Family {
        Family::Regularization
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        Ok(input.to_vec())
    }
}

impl SimpleLayer for Dropout {
    fn parameters(&self, _: &[usize]) -> Parameters {
        Parameters::default()
    }

    fn scratch(&self, _: &[usize], _: &[usize]) -> u64 {
        0
    }
}
