//! Reshape: the same numbers in another shape.

use serde::{Deserialize, Serialize};

use super::kind::{Family, LayerKind, SimpleLayer};
use super::weights::Parameters;
use crate::fields;
use crate::preset::shapes::{ShapeError, show, size};

/// Any shape to `target_shape` of the same size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct Reshape {
    pub target_shape: Vec<usize>,
}

fields! {
    Reshape {
        target_shape: Integers(Range::COUNT), "the output's shape, without the batch";
    }
}

impl LayerKind for Reshape {
    fn family(&self) -> Family {
        Family::Reshaping
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        let target = &self.target_shape;
        let wanted = target.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
        if target.is_empty() || wanted != Some(size(input)) {
            return Err(ShapeError::at(
                "target_shape",
                format!("{} cannot be reshaped to {}", show(input), show(target)),
                format!("the target's sizes must multiply to {}", size(input)),
            ));
        }
        Ok(target.clone())
    }
}

impl SimpleLayer for Reshape {
    fn parameters(&self, _: &[usize]) -> Parameters {
        Parameters::default()
    }

    fn scratch(&self, _: &[usize], _: &[usize]) -> u64 {
        0
    }
}
