//! How many parameters a layer has, by Keras's rules.

use std::ops::{Add, AddAssign};

use super::layer::Layer;
use super::path::Path;
use super::shapes::{LARGEST, ShapeError, output_shape, size};

/// A layer's (or a model's) parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    /// Changed by the optimizer.
    pub trainable: u64,
    /// Changed by other means: running statistics.
    pub non_trainable: u64,
}

impl Parameters {
    /// Both kinds together.
    pub fn total(self) -> u64 {
        self.trainable.saturating_add(self.non_trainable)
    }

    fn trainable(count: u64) -> Self {
        Parameters { trainable: count, non_trainable: 0 }
    }
}

impl Add for Parameters {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Parameters {
            trainable: self.trainable.saturating_add(other.trainable),
            non_trainable: self.non_trainable.saturating_add(other.non_trainable),
        }
    }
}

impl AddAssign for Parameters {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// The parameters of `layer` on an input of shape `input`.
///
/// # Errors
/// As [`output_shape`], and when there are more than [`LARGEST`].
pub fn parameters(layer: &Layer, input: &[usize]) -> Result<Parameters, ShapeError> {
    output_shape(layer, input)?;
    let counted = count(layer, input)?;
    if counted.total() > LARGEST {
        return Err(ShapeError {
            path: Path::top(),
            problem: format!("{} has more than 4 billion parameters", layer.kind()),
            help: "use fewer units, filters or inputs".into(),
        });
    }
    Ok(counted)
}

/// Products and sums saturate: what is above [`LARGEST`] is refused by the caller.
fn count(layer: &Layer, input: &[usize]) -> Result<Parameters, ShapeError> {
    let features = input.last().copied().unwrap_or(1);
    let product = |sizes: &[usize]| size(sizes) as u64;
    let affine = |inputs: u64, outputs: usize, use_bias: bool| {
        Parameters::trainable(inputs.saturating_mul(outputs as u64).saturating_add(if use_bias {
            outputs as u64
        } else {
            0
        }))
    };
    let attention = |heads: usize, key_dim: usize| {
        let inner = heads.saturating_mul(key_dim);
        let projection = affine(features as u64, inner, true);
        projection + projection + projection + affine(inner as u64, features, true)
    };
    Ok(match layer {
        Layer::Dense { units, use_bias, .. } => affine(features as u64, *units, *use_bias),
        Layer::Conv2D { filters, kernel_size, groups, use_bias, .. } => {
            affine(product(&[kernel_size.0, kernel_size.1, features / groups]), *filters, *use_bias)
        }
        Layer::Conv2DTranspose { filters, kernel_size, use_bias, .. } => {
            affine(product(&[kernel_size.0, kernel_size.1, features]), *filters, *use_bias)
        }
        Layer::Conv1D { filters, kernel_size, groups, use_bias, .. } => {
            affine(product(&[*kernel_size, features / groups]), *filters, *use_bias)
        }
        Layer::BatchNormalization { .. } => {
            Parameters { trainable: product(&[2, features]), non_trainable: product(&[2, features]) }
        }
        Layer::LayerNormalization { .. } => Parameters::trainable(product(&[2, features])),
        Layer::Embedding { input_dim, output_dim } => {
            Parameters::trainable(product(&[*input_dim, *output_dim]))
        }
        Layer::SimpleRNN { units, .. } => affine(gate_inputs(features, *units), *units, true),
        Layer::LSTM { units, .. } => affine(gate_inputs(features, *units), units.saturating_mul(4), true),
        // The form with `reset_after` has a second bias, added before the reset gate.
        Layer::GRU { units, .. } => {
            affine(gate_inputs(features, *units).saturating_add(1), units.saturating_mul(3), true)
        }
        Layer::Bidirectional(inner) => {
            let one_way = count(inner, input)?;
            one_way + one_way
        }
        Layer::MultiHeadAttention { num_heads, key_dim, .. } => attention(*num_heads, *key_dim),
        Layer::TransformerEncoder { num_heads, key_dim, ff_dim, .. } => {
            attention(*num_heads, *key_dim)
                + affine(features as u64, *ff_dim, true)
                + affine(*ff_dim as u64, features, true)
                + Parameters::trainable(product(&[4, features]))
        }
        Layer::PositionEmbedding => Parameters::trainable(product(input)),
        Layer::Residual { layers } => {
            let mut sum = Parameters::default();
            let mut current = input.to_vec();
            for layer in layers {
                sum += count(layer, &current)?;
                current = output_shape(layer, &current)?;
            }
            sum
        }
        Layer::MaxPooling2D { .. }
        | Layer::AveragePooling2D { .. }
        | Layer::MaxPooling1D { .. }
        | Layer::GlobalAveragePooling2D
        | Layer::GlobalAveragePooling1D
        | Layer::Flatten
        | Layer::Reshape { .. }
        | Layer::UpSampling2D { .. }
        | Layer::Dropout { .. }
        | Layer::Activation(_) => Parameters::default(),
    })
}

/// Inputs of a recurrent layer's gate: a step's features and the state.
fn gate_inputs(features: usize, units: usize) -> u64 {
    (features as u64).saturating_add(units as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attention_blocks_count_as_the_keras_layers_they_are_made_of() {
        #[derive(serde::Deserialize)]
        struct Case {
            steps: usize,
            features: usize,
            num_heads: usize,
            key_dim: usize,
            ff_dim: usize,
            attention: u64,
            encoder: u64,
        }
        let cases: Vec<Case> =
            serde_json::from_str(include_str!("../../tests/reference/keras_attention_parameters.json"))
                .unwrap();
        for Case { steps, features, num_heads, key_dim, ff_dim, attention, encoder } in cases {
            let count = |layer: Layer| parameters(&layer, &[steps, features]).unwrap().trainable;
            assert_eq!(count(Layer::MultiHeadAttention { num_heads, key_dim, causal: false }), attention);
            assert_eq!(
                count(Layer::TransformerEncoder { num_heads, key_dim, ff_dim, dropout: 0.1, causal: true }),
                encoder
            );
            assert_eq!(count(Layer::PositionEmbedding), (steps * features) as u64);
        }
    }

    #[test]
    fn counts_beyond_memory_are_refused_instead_of_wrapped() {
        for layer in ["Dense(units: 2147483647)", "LSTM(units: 2147483647)", "GRU(units: 1000000)"] {
            let layer: Layer = ron::from_str(layer).unwrap();
            let error = parameters(&layer, &[2, 2_000_000_000]).unwrap_err();
            assert!(error.problem.contains("4 billion"), "{error}");
        }
    }
}
