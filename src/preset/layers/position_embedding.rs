//! PositionEmbedding: a learned vector for each step, added to it.

use serde::{Deserialize, Serialize};

use super::input::sequence;
use super::kind::{Family, LayerKind, SimpleLayer};
use super::weights::Parameters;
use crate::fields;
use crate::preset::shapes::ShapeError;

/// Adds a learned vector to every step of `[steps, n]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PositionEmbedding;

fields! {
    PositionEmbedding {}
}

impl LayerKind for PositionEmbedding {
    fn family(&self) -> Family {
        Family::Core
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        sequence("PositionEmbedding", input).map(|shape| shape.to_vec())
    }
}

impl SimpleLayer for PositionEmbedding {
    fn parameters(&self, input: &[usize]) -> Parameters {
        Parameters::weights(input)
    }

    fn scratch(&self, _: &[usize], _: &[usize]) -> u64 {
        0
    }
}
