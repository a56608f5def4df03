//! GlobalMaxPooling1D: the largest number of each feature over the steps.

use serde::{Deserialize, Serialize};

use super::input::sequence;
use super::kind::{Family, LayerKind, SimpleLayer};
use super::weights::Parameters;
use crate::fields;
use crate::preset::shapes::ShapeError;

/// `[steps, n]` to `[n]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GlobalMaxPooling1D;

fields! {
    GlobalMaxPooling1D {}
}

impl LayerKind for GlobalMaxPooling1D {
    fn family(&self) -> Family {
        Family::Pooling
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        sequence("GlobalMaxPooling1D", input).map(|[.., channels]| vec![channels])
    }
}

impl SimpleLayer for GlobalMaxPooling1D {
    fn parameters(&self, _: &[usize]) -> Parameters {
        Parameters::default()
    }

    fn scratch(&self, _: &[usize], _: &[usize]) -> u64 {
        0
    }
}
