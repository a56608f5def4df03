//! Embedding: a learned vector for each token.

use serde::{Deserialize, Serialize};

use super::kind::{Family, LayerKind, SimpleLayer};
use super::weights::Parameters;
use crate::fields;
use crate::preset::shapes::{ShapeError, show};

/// `[steps]` of token numbers to `[steps, output_dim]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct Embedding {
    pub input_dim: usize,
    pub output_dim: usize,
}

fields! {
    Embedding {
        input_dim: Integer(Range::COUNT), "how many tokens there are";
        output_dim: Integer(Range::COUNT), "numbers of a token's vector";
    }
}

impl LayerKind for Embedding {
    fn family(&self) -> Family {
        Family::Core
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        match input {
            [steps] => Ok(vec![*steps, self.output_dim]),
            other => Err(ShapeError::whole(
                format!("Embedding needs token numbers [steps], and its input is {}", show(other)),
                "make it the first layer of a network over tokens",
            )),
        }
    }
}

impl SimpleLayer for Embedding {
    fn parameters(&self, _: &[usize]) -> Parameters {
        Parameters::weights(&[self.input_dim, self.output_dim])
    }

    fn scratch(&self, _: &[usize], _: &[usize]) -> u64 {
        0
    }
}
