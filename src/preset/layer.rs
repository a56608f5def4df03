//! Layers as a preset names them: Keras's names, options and defaults, images channels last.

use serde::{Deserialize, Serialize};

/// One layer of a network. Shapes below are of one sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's, explained at their variants")]
pub enum Layer {
    /// `[.., n]` to `[.., units]`: `activation(x W + b)`.
    Dense {
        units: usize,
        #[serde(default)]
        activation: Activation,
        #[serde(default = "yes")]
        use_bias: bool,
        #[serde(default)]
        kernel_initializer: Initializer,
        #[serde(default)]
        kernel_regularizer: Regularizer,
    },
    /// `[h, w, c]` to `[h', w', filters]`: cross-correlation.
    Conv2D {
        filters: usize,
        kernel_size: Pair,
        #[serde(default = "Pair::one")]
        strides: Pair,
        #[serde(default)]
        padding: Padding,
        #[serde(default = "Pair::one")]
        dilation_rate: Pair,
        #[serde(default = "one")]
        groups: usize,
        #[serde(default)]
        activation: Activation,
        #[serde(default = "yes")]
        use_bias: bool,
        #[serde(default)]
        kernel_initializer: Initializer,
        #[serde(default)]
        kernel_regularizer: Regularizer,
    },
    /// `[h, w, c]` to `[h', w', filters]`, the transpose of a convolution: upsamples by its strides.
    Conv2DTranspose {
        filters: usize,
        kernel_size: Pair,
        #[serde(default = "Pair::one")]
        strides: Pair,
        #[serde(default)]
        padding: Padding,
        #[serde(default)]
        activation: Activation,
        #[serde(default = "yes")]
        use_bias: bool,
        #[serde(default)]
        kernel_initializer: Initializer,
        #[serde(default)]
        kernel_regularizer: Regularizer,
    },
    /// `[steps, c]` to `[steps', filters]`.
    Conv1D {
        filters: usize,
        kernel_size: usize,
        #[serde(default = "one")]
        strides: usize,
        #[serde(default)]
        padding: Padding,
        #[serde(default = "one")]
        dilation_rate: usize,
        #[serde(default = "one")]
        groups: usize,
        #[serde(default)]
        activation: Activation,
        #[serde(default = "yes")]
        use_bias: bool,
        #[serde(default)]
        kernel_initializer: Initializer,
        #[serde(default)]
        kernel_regularizer: Regularizer,
    },
    /// `[h, w, c]` to `[h', w', c]`: the largest of each window; strides default to the window.
    MaxPooling2D {
        #[serde(default = "Pair::two")]
        pool_size: Pair,
        #[serde(default)]
        strides: Option<Pair>,
        #[serde(default)]
        padding: Padding,
    },
    /// `[h, w, c]` to `[h', w', c]`: the mean of each window (padding not counted).
    AveragePooling2D {
        #[serde(default = "Pair::two")]
        pool_size: Pair,
        #[serde(default)]
        strides: Option<Pair>,
        #[serde(default)]
        padding: Padding,
    },
    /// `[steps, c]` to `[steps', c]`.
    MaxPooling1D {
        #[serde(default = "two")]
        pool_size: usize,
        #[serde(default)]
        strides: Option<usize>,
        #[serde(default)]
        padding: Padding,
    },
    /// `[h, w, c]` to `[c]`.
    GlobalAveragePooling2D,
    /// Any shape to one axis.
    Flatten,
    /// Any shape to `target_shape` of the same size.
    Reshape { target_shape: Vec<usize> },
    /// `[h, w, c]` to `[h * size, w * size, c]` by repeating (nearest).
    UpSampling2D {
        #[serde(default = "Pair::two")]
        size: Pair,
    },
    /// Normalises each feature (last axis) over the batch; running statistics in evaluation.
    BatchNormalization {
        #[serde(default = "batch_momentum")]
        momentum: f32,
        #[serde(default = "norm_epsilon")]
        epsilon: f32,
    },
    /// Normalises each sample over its last axis.
    LayerNormalization {
        #[serde(default = "norm_epsilon")]
        epsilon: f32,
    },
    /// Zeroes a share `rate` of its inputs in training and scales up the rest.
    Dropout { rate: f32 },
    /// An activation on its own.
    Activation(Activation),
    /// `[steps]` of token numbers to `[steps, output_dim]`.
    Embedding { input_dim: usize, output_dim: usize },
    /// `[steps, n]` to `[units]`, or to `[steps, units]` with `return_sequences`.
    SimpleRNN {
        units: usize,
        #[serde(default = "tanh")]
        activation: Activation,
        #[serde(default)]
        return_sequences: bool,
        #[serde(default)]
        go_backwards: bool,
    },
    /// Long short-term memory; shapes as `SimpleRNN`.
    LSTM {
        units: usize,
        #[serde(default)]
        return_sequences: bool,
        #[serde(default)]
        go_backwards: bool,
        /// Starts the forget gate open (Jozefowicz et al. 2015).
        #[serde(default = "yes")]
        unit_forget_bias: bool,
        /// Keeps its state from batch to batch: for language models.
        #[serde(default)]
        stateful: bool,
    },
    /// Gated recurrent unit, `reset_after` form as in Keras and cuDNN; shapes as `SimpleRNN`.
    GRU {
        units: usize,
        #[serde(default)]
        return_sequences: bool,
        #[serde(default)]
        go_backwards: bool,
    },
    /// A recurrent layer run in both directions, the two outputs side by side.
    Bidirectional(Box<Layer>),
    /// Self-attention over `[steps, n]`.
    MultiHeadAttention {
        num_heads: usize,
        key_dim: usize,
        #[serde(default)]
        causal: bool,
    },
    /// Attention and a two-layer perceptron with GELU, each normalised (pre-norm) and added to its input: `[steps, n]` to the same.
    TransformerEncoder {
        num_heads: usize,
        key_dim: usize,
        ff_dim: usize,
        #[serde(default)]
        dropout: f32,
        /// Whether a step sees only itself and those before it: for language models.
        #[serde(default)]
        causal: bool,
    },
    /// Adds a learned vector to every step of `[steps, n]`.
    PositionEmbedding,
    /// `[steps, n]` to `[n]`.
    GlobalAveragePooling1D,
    /// `x + f(x)`: the layers must give back the shape they get.
    Residual { layers: Vec<Layer> },
}

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

/// How weights start.
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

/// Penalties on the size of weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Regularizer {
    /// Adds `l1 * sum |w|` to the loss.
    pub l1: f32,
    /// Adds `l2 * sum w^2` to the loss.
    pub l2: f32,
}

/// Height and width; written `3` or `(3, 3)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair(pub usize, pub usize);

impl Pair {
    fn one() -> Self {
        Pair(1, 1)
    }
    fn two() -> Self {
        Pair(2, 2)
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

fn one() -> usize {
    1
}
fn two() -> usize {
    2
}
fn yes() -> bool {
    true
}
fn tanh() -> Activation {
    Activation::Tanh
}
fn batch_momentum() -> f32 {
    0.99
}
fn norm_epsilon() -> f32 {
    1e-3
}
