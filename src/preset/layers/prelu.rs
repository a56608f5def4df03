//! PReLU: a learned slope where the input is negative.

use serde::{Deserialize, Serialize};

use super::kind::{Family, LayerKind, SimpleLayer};
use super::options::Regularizer;
use super::weights::Parameters;
use crate::fields;
use crate::preset::shapes::{ShapeError, size};

/// x if x > 0, else alpha x; alpha is learned (He et al. 2015). `shared_axes` counts the sample's axes from 1, as Keras does: `[1, 2]` of an
/// image gives every channel one alpha.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct PReLU {
    #[serde(default)]
    pub shared_axes: Vec<usize>,
    #[serde(default)]
    pub alpha_regularizer: Regularizer,
}

fields! {
    PReLU {
        shared_axes: Integers(Range::COUNT), "axes along which all places have the same alpha, from the first on: [1, 2] of an image";
        alpha_regularizer: inside::<Regularizer>(), "penalties on the size of alpha";
    }
}

impl PReLU {
    /// The shape of alpha for inputs of this shape.
    ///
    /// # Errors
    /// When the shared axes are not the first ones.
    pub fn alpha(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        let shared = self.shared_axes.len();
        let are_first = shared <= input.len() && (1..=shared).all(|axis| self.shared_axes.contains(&axis));
        if !are_first {
            let first: Vec<usize> = (1..input.len().max(2)).collect();
            return Err(ShapeError::at(
                "shared_axes",
                format!("PReLU shares alpha along the first axes only, not along {:?}", self.shared_axes),
                format!(
                    "use {first:?} for an alpha of every channel, or leave it out for one of every input"
                ),
            ));
        }
        let axis = |(place, length): (usize, &usize)| if place < shared { 1 } else { *length };
        Ok(input.iter().enumerate().map(axis).collect())
    }
}

impl LayerKind for PReLU {
    fn family(&self) -> Family {
        Family::Activation
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        self.alpha(input).map(|_| input.to_vec())
    }
}

impl SimpleLayer for PReLU {
    fn parameters(&self, input: &[usize]) -> Parameters {
        self.alpha(input).map(|shape| Parameters::weights(&shape)).unwrap_or_default()
    }

    /// What each input adds to the gradient of its alpha.
    fn scratch(&self, _: &[usize], output: &[usize]) -> u64 {
        size(output) as u64
    }
}
