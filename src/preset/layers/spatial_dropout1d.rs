//! SpatialDropout1D: zeroes whole features at random in training.

use serde::{Deserialize, Serialize};

use super::input::sequence;
use super::kind::{Family, LayerKind, SimpleLayer};
use super::weights::{Parameters, features};
use crate::fields;
use crate::preset::shapes::ShapeError;

/// Zeroes a share `rate` of the features of each sample in training, at all of its steps alike, and scales up the rest (Tompson et al. 2015).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct SpatialDropout1D {
    pub rate: f32,
}

fields! {
    SpatialDropout1D {
        rate: Number(Range::SHARE), "the share of features that is zeroed";
    }
}

impl LayerKind for SpatialDropout1D {
    fn family(&self) -> Family {
        Family::Regularization
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        sequence("SpatialDropout1D", input).map(|shape| shape.to_vec())
    }
}

impl SimpleLayer for SpatialDropout1D {
    fn parameters(&self, _: &[usize]) -> Parameters {
        Parameters::default()
    }

    /// Which features are kept, once for each and once at each place.
    fn scratch(&self, input: &[usize], output: &[usize]) -> u64 {
        (features(input) + crate::preset::shapes::size(output)) as u64
    }
}
