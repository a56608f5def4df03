//! MultiHeadAttention: every step takes a mean of the steps' values, weighted by how well their keys fit its query.

use serde::{Deserialize, Serialize};

use super::input::sequence;
use super::kind::{Family, LayerKind, SimpleLayer};
use super::weights::{Parameters, features};
use crate::fields;
use crate::preset::shapes::ShapeError;

/// Self-attention over `[steps, n]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct MultiHeadAttention {
    pub num_heads: usize,
    pub key_dim: usize,
    #[serde(default)]
    pub causal: bool,
}

fields! {
    MultiHeadAttention {
        num_heads: Integer(Range::COUNT), "how many attention heads there are";
        key_dim: Integer(Range::COUNT), "numbers of a query and a key";
        causal: Switch, "whether a step sees only itself and those before it";
    }
}

impl LayerKind for MultiHeadAttention {
    fn family(&self) -> Family {
        Family::Attention
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        sequence("MultiHeadAttention", input).map(|shape| shape.to_vec())
    }
}

impl SimpleLayer for MultiHeadAttention {
    fn parameters(&self, input: &[usize]) -> Parameters {
        let (features, inner) = (features(input), self.num_heads.saturating_mul(self.key_dim));
        let into = Parameters::affine(&[features], inner, true);
        into + into + into + Parameters::affine(&[inner], features, true)
    }

    fn scratch(&self, input: &[usize], _: &[usize]) -> u64 {
        let steps = input.first().copied().unwrap_or(1) as u64;
        let (heads, width) = (self.num_heads as u64, self.key_dim as u64);
        2 * steps * steps * heads + 8 * steps * heads * width
    }
}
