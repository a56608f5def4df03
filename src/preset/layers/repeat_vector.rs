//! RepeatVector: the same vector at every step of a sequence.

use serde::{Deserialize, Serialize};

use super::kind::{Family, LayerKind, SimpleLayer};
use super::weights::Parameters;
use crate::fields;
use crate::preset::shapes::{ShapeError, show};

/// `[features]` to `[n, features]`: what a decoder of sequences reads at every step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct RepeatVector {
    pub n: usize,
}

fields! {
    RepeatVector {
        n: Integer(Range::COUNT), "steps of the sequence";
    }
}

impl LayerKind for RepeatVector {
    fn family(&self) -> Family {
        Family::Reshaping
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        match input {
            &[features] => Ok(vec![self.n, features]),
            _ => Err(ShapeError::whole(
                format!("RepeatVector needs a vector [features], and its input is {}", show(input)),
                "put Flatten before it, or a recurrent layer with return_sequences: false",
            )),
        }
    }
}

impl SimpleLayer for RepeatVector {
    fn parameters(&self, _: &[usize]) -> Parameters {
        Parameters::default()
    }

    fn scratch(&self, _: &[usize], _: &[usize]) -> u64 {
        0
    }
}
