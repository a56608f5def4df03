//! Flatten: all numbers of a sample in one axis.

use serde::{Deserialize, Serialize};

use super::kind::{Family, LayerKind, SimpleLayer};
use super::weights::Parameters;
use crate::fields;
use crate::preset::shapes::{ShapeError, size};

/// Any shape to one axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flatten;

fields! {
    Flatten {}
}

impl LayerKind for Flatten {
    fn family(&self) -> Family {
        Family::Reshaping
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        Ok(vec![size(input)])
    }
}

impl SimpleLayer for Flatten {
    fn parameters(&self, _: &[usize]) -> Parameters {
        Parameters::default()
    }

    fn scratch(&self, _: &[usize], _: &[usize]) -> u64 {
        0
    }
}
