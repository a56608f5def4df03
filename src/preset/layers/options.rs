//! What the options of layers may be: activations, paddings, initializers, regularizers, sizes.

use serde::{Deserialize, Serialize};

use crate::fields;
use crate::preset::field::{AsValue, Value, Words, nested_values, other_values};

other_values!(Activation, Padding, Initializer);
nested_values!(Regularizer);

/// An activation function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// x
    #[default]
    Linear,
    /// 1 / (1 + e^-x)
    Sigmoid,
    /// max(x, 0)
    Relu,
    /// (e^x - e^-x) / (e^x + e^-x)
    Tanh,
    /// e^x_i / sum_j e^x_j over the last axis
    Softmax,
    /// x if x > 0, else 0.2 x (Keras's leaky_relu as a named activation)
    LeakyRelu,
    /// x if x > 0, else e^x - 1
    Elu,
    /// x Phi(x), with the error function
    Gelu,
    /// x sigmoid(x)
    Silu,
    /// ln(1 + e^x)
    Softplus,
}

impl Activation {
    /// All of them as a preset writes them, related ones side by side.
    pub const WORDS: Words = Words {
        names: &[
            "linear",
            "relu",
            "leaky_relu",
            "elu",
            "gelu",
            "silu",
            "softplus",
            "sigmoid",
            "tanh",
            "softmax",
        ],
        help: &[
            "x",
            "max(x, 0)",
            "x if x > 0, else 0.2 x",
            "x if x > 0, else e^x - 1",
            "x Phi(x), with the error function",
            "x sigmoid(x)",
            "ln(1 + e^x)",
            "1 / (1 + e^-x): between 0 and 1",
            "(e^x - e^-x) / (e^x + e^-x): between -1 and 1",
            "e^x_i / sum over j of e^x_j: probabilities",
        ],
    };

    /// Those that SimpleRNN knows.
    pub const OF_STATES: Words = Words {
        names: &["tanh", "relu", "sigmoid", "linear"],
        help: &["between -1 and 1", "max(x, 0)", "between 0 and 1", "x"],
    };

    /// Whether its gradient needs what went into it, rather than what came out.
    pub fn needs_input(self) -> bool {
        kernels::elementwise::needs_input(self.into())
    }

    /// Numbers that a layer with this many outputs keeps for this activation beside its output.
    pub(super) fn scratch(self, outputs: usize) -> u64 {
        if self.needs_input() { outputs as u64 } else { 0 }
    }
}

impl From<Activation> for kernels::elementwise::Activation {
    fn from(activation: Activation) -> Self {
        match activation {
            Activation::Linear => Self::Linear,
            Activation::Sigmoid => Self::Sigmoid,
            Activation::Relu => Self::Relu,
            Activation::Tanh => Self::Tanh,
            Activation::Softmax => Self::Softmax,
            Activation::LeakyRelu => Self::LeakyRelu,
            Activation::Elu => Self::Elu,
            Activation::Gelu => Self::Gelu,
            Activation::Silu => Self::Silu,
            Activation::Softplus => Self::Softplus,
        }
    }
}

/// How borders are treated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Padding {
    /// Windows stay inside.
    #[default]
    Valid,
    /// Zeros around, so that a stride of 1 keeps the size; odd padding goes to the end, as in TensorFlow.
    Same,
}

impl From<Padding> for kernels::conv_window::Padding {
    fn from(padding: Padding) -> Self {
        match padding {
            Padding::Valid => Self::Valid,
            Padding::Same => Self::Same,
        }
    }
}

impl Padding {
    /// All of them as a preset writes them.
    pub const WORDS: Words = Words {
        names: &["valid", "same"],
        help: &["windows stay inside", "zeros around, so that a stride of 1 keeps the size"],
    };
}

/// How weights are initialized.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Initializer {
    /// U(-l, l), l = sqrt(6 / (fan_in + fan_out)) (Glorot & Bengio 2010); Keras's default.
    #[default]
    GlorotUniform,
    /// N(0, 2 / (fan_in + fan_out)), truncated at two standard deviations.
    GlorotNormal,
    /// U(-l, l), l = sqrt(6 / fan_in) (He et al. 2015).
    HeUniform,
    /// N(0, 2 / fan_in), truncated at two standard deviations.
    HeNormal,
    /// Orthogonal rows or columns (Saxe et al. 2014): for recurrent kernels.
    Orthogonal,
    /// All 0.
    Zeros,
    /// All the same.
    Constant(f32),
}

impl Initializer {
    /// The initializers without a number, as a preset writes them.
    pub const WORDS: Words = Words {
        names: &["glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "orthogonal", "zeros"],
        help: &[
            "uniform up to sqrt(6 / (fan_in + fan_out)) (Glorot & Bengio 2010)",
            "normal of variance 2 / (fan_in + fan_out)",
            "uniform up to sqrt(6 / fan_in) (He et al. 2015): for relu",
            "normal of variance 2 / fan_in: for relu",
            "orthogonal rows or columns (Saxe et al. 2014): for recurrent kernels",
            "all 0",
        ],
    };
}

/// Penalties on the size of weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Regularizer {
    /// Adds `l1 * sum |w|` to the loss.
    pub l1: f32,
    /// Adds `l2 * sum w^2` to the loss.
    pub l2: f32,
}

fields! {
    Regularizer {
        l1: Number(Range::NOT_NEGATIVE), "factor of the sum of absolute weights in the loss", "l1 is {}";
        l2: Number(Range::NOT_NEGATIVE), "factor of the sum of squared weights in the loss", "l2 is {}";
    }
}

/// Height and width; written `3` or `(3, 3)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair(pub usize, pub usize);

impl Pair {
    pub(super) fn one() -> Self {
        Pair(1, 1)
    }
    pub(super) fn two() -> Self {
        Pair(2, 2)
    }
}

impl From<Pair> for [usize; 2] {
    /// Height and width.
    fn from(pair: Pair) -> Self {
        [pair.0, pair.1]
    }
}

impl AsValue for Pair {
    fn as_value(&self) -> Value {
        Value::Numbers(vec![self.0 as f64, self.1 as f64])
    }
}

impl Serialize for Pair {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 == self.1 { self.0.serialize(serializer) } else { (self.0, self.1).serialize(serializer) }
    }
}

impl<'de> Deserialize<'de> for Pair {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Sizes;
        impl<'de> serde::de::Visitor<'de> for Sizes {
            type Value = Pair;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a size such as 3, or (height, width) such as (3, 5)")
            }
            fn visit_u64<E: serde::de::Error>(self, size: u64) -> Result<Pair, E> {
                let size = usize::try_from(size).map_err(E::custom)?;
                Ok(Pair(size, size))
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut sizes: A) -> Result<Pair, A::Error> {
                let missing = |n| serde::de::Error::invalid_length(n, &self);
                let height = sizes.next_element()?.ok_or_else(|| missing(0))?;
                let width = sizes.next_element()?.ok_or_else(|| missing(1))?;
                Ok(Pair(height, width))
            }
        }
        deserializer.deserialize_any(Sizes)
    }
}

pub(super) fn one() -> usize {
    1
}
pub(super) fn two() -> usize {
    2
}
pub(super) fn yes() -> bool {
    true
}
pub(super) fn norm_epsilon() -> f32 {
    1e-3
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;

    /// The words that serde reads as a `T`.
    fn readable<T: DeserializeOwned + std::fmt::Debug>() -> Vec<&'static str> {
        match ron::from_str::<T>("no_such_word").unwrap_err().code {
            ron::Error::NoSuchEnumVariant { expected, .. } => expected.to_vec(),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn forms_offer_every_word_that_is_read() {
        fn assert_same(words: &[&str], mut readable: Vec<&str>) {
            let mut words = words.to_vec();
            words.sort_unstable();
            readable.sort_unstable();
            assert_eq!(words, readable);
        }
        assert_same(Activation::WORDS.names, readable::<Activation>());
        assert_same(Padding::WORDS.names, readable::<Padding>());
        assert_same(&[Initializer::WORDS.names, &["constant"]].concat(), readable::<Initializer>());
    }
}
