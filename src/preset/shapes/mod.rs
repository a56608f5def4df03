//! The shape a layer gives, by Keras's rules; shapes are of one sample, channels last.

mod error;
mod options;
#[cfg(test)]
mod tests;
mod windows;

use super::layer::{Layer, Padding, Pair};
use super::path::Path;
pub use error::ShapeError;
use options::{
    above_zero, grouped, heads, image, positive, positive_pair, recurrent_activation, regularizer, sequence,
    share,
};
use windows::Windows;

/// The largest count of numbers that one sample's activation, or a layer's parameters, may have.
pub const LARGEST: u64 = 1 << 32;

/// The output's shape of `layer` on an input of shape `input`.
///
/// # Errors
/// When an option of the layer is out of its range, or the input does not fit it.
pub fn output_shape(layer: &Layer, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
    let output = shape(layer, input)?;
    let numbers = output.iter().try_fold(1u64, |product, &size| product.checked_mul(size as u64));
    match numbers {
        Some(count) if count <= LARGEST => Ok(output),
        _ => Err(ShapeError::whole(
            format!("an output of {} has more than 4 billion numbers a sample", show(&output)),
            "use fewer units or filters, or pool first",
        )),
    }
}

fn shape(layer: &Layer, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
    match layer {
        Layer::Dense { units, kernel_regularizer, .. } => {
            regularizer(kernel_regularizer)?;
            let (_, outer) = input
                .split_last()
                .ok_or_else(|| ShapeError::whole("Dense has no input", "give it at least one feature"))?;
            Ok([outer, &[positive("units", *units)?]].concat())
        }
        Layer::Conv2D {
            filters,
            kernel_size,
            strides,
            padding,
            dilation_rate,
            groups,
            kernel_regularizer,
            ..
        } => {
            let [height, width, channels] = image("Conv2D", input)?;
            regularizer(kernel_regularizer)?;
            grouped(*filters, *groups, channels)?;
            let windows =
                Windows { field: "kernel_size", what: "kernel", size: *kernel_size, padding: *padding };
            let (height, width) = windows.over((height, width), *strides, *dilation_rate)?;
            Ok(vec![height, width, *filters])
        }
        Layer::Conv2DTranspose { filters, kernel_size, strides, padding, kernel_regularizer, .. } => {
            let [height, width, _] = image("Conv2DTranspose", input)?;
            regularizer(kernel_regularizer)?;
            positive("filters", *filters)?;
            positive_pair("kernel_size", *kernel_size)?;
            positive_pair("strides", *strides)?;
            let grown = |size: usize, kernel: usize, stride: usize| match padding {
                Padding::Same => size.saturating_mul(stride),
                Padding::Valid => size.saturating_mul(stride).saturating_add(kernel.saturating_sub(stride)),
            };
            Ok(vec![
                grown(height, kernel_size.0, strides.0),
                grown(width, kernel_size.1, strides.1),
                *filters,
            ])
        }
        Layer::Conv1D {
            filters,
            kernel_size,
            strides,
            padding,
            dilation_rate,
            groups,
            kernel_regularizer,
            ..
        } => {
            let [steps, channels] = sequence("Conv1D", input)?;
            regularizer(kernel_regularizer)?;
            grouped(*filters, *groups, channels)?;
            let windows = Windows {
                field: "kernel_size",
                what: "kernel",
                size: Pair(*kernel_size, 1),
                padding: *padding,
            };
            let (steps, _) = windows.along(steps, *strides, *dilation_rate)?;
            Ok(vec![steps, *filters])
        }
        Layer::MaxPooling2D { pool_size, strides, padding }
        | Layer::AveragePooling2D { pool_size, strides, padding } => {
            let [height, width, channels] = image(layer.kind(), input)?;
            let windows = Windows { field: "pool_size", what: "window", size: *pool_size, padding: *padding };
            let (height, width) = windows.over((height, width), strides.unwrap_or(*pool_size), Pair(1, 1))?;
            Ok(vec![height, width, channels])
        }
        Layer::MaxPooling1D { pool_size, strides, padding } => {
            let [steps, channels] = sequence("MaxPooling1D", input)?;
            let windows =
                Windows { field: "pool_size", what: "window", size: Pair(*pool_size, 1), padding: *padding };
            let (steps, _) = windows.along(steps, strides.unwrap_or(*pool_size), 1)?;
            Ok(vec![steps, channels])
        }
        Layer::GlobalAveragePooling2D => image("GlobalAveragePooling2D", input).map(|[.., c]| vec![c]),
        Layer::GlobalAveragePooling1D => sequence("GlobalAveragePooling1D", input).map(|[_, n]| vec![n]),
        Layer::Flatten => Ok(vec![size(input)]),
        Layer::Reshape { target_shape } => {
            let wanted = target_shape.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
            if target_shape.is_empty() || wanted != Some(size(input)) {
                return Err(ShapeError::at(
                    "target_shape",
                    format!("{} cannot be reshaped to {}", show(input), show(target_shape)),
                    format!("the target's sizes must multiply to {}", size(input)),
                ));
            }
            Ok(target_shape.clone())
        }
        Layer::UpSampling2D { size } => {
            let [height, width, channels] = image("UpSampling2D", input)?;
            positive_pair("size", *size)?;
            Ok(vec![height.saturating_mul(size.0), width.saturating_mul(size.1), channels])
        }
        Layer::BatchNormalization { momentum, epsilon } => {
            share("momentum", *momentum)?;
            above_zero("epsilon", *epsilon)?;
            Ok(input.to_vec())
        }
        Layer::LayerNormalization { epsilon } => {
            above_zero("epsilon", *epsilon)?;
            Ok(input.to_vec())
        }
        Layer::Dropout { rate } => {
            share("rate", *rate)?;
            Ok(input.to_vec())
        }
        Layer::Activation(_) => Ok(input.to_vec()),
        Layer::Embedding { input_dim, output_dim } => {
            positive("input_dim", *input_dim)?;
            positive("output_dim", *output_dim)?;
            match input {
                [steps] => Ok(vec![*steps, *output_dim]),
                other => Err(ShapeError::whole(
                    format!("Embedding needs token numbers [steps], and its input is {}", show(other)),
                    "make it the first layer of a network over tokens",
                )),
            }
        }
        Layer::SimpleRNN { units, return_sequences, .. }
        | Layer::LSTM { units, return_sequences, .. }
        | Layer::GRU { units, return_sequences, .. } => {
            let [steps, _] = sequence(layer.kind(), input)?;
            let units = positive("units", *units)?;
            recurrent_activation(layer)?;
            Ok(if *return_sequences { vec![steps, units] } else { vec![units] })
        }
        Layer::Bidirectional(inner) => {
            if !inner.is_recurrent() {
                return Err(ShapeError {
                    path: Path::top().index(0),
                    problem: format!("Bidirectional cannot run {} in both directions", inner.kind()),
                    help: "put a SimpleRNN, LSTM or GRU in it".into(),
                });
            }
            let mut output =
                output_shape(inner, input).map_err(|error| error.inside(Path::top().index(0)))?;
            if let Some(features) = output.last_mut() {
                *features = features.saturating_mul(2);
            }
            Ok(output)
        }
        Layer::MultiHeadAttention { num_heads, key_dim, .. } => {
            sequence("MultiHeadAttention", input)?;
            heads(*num_heads, *key_dim)?;
            Ok(input.to_vec())
        }
        Layer::TransformerEncoder { num_heads, key_dim, ff_dim, dropout, .. } => {
            sequence("TransformerEncoder", input)?;
            heads(*num_heads, *key_dim)?;
            positive("ff_dim", *ff_dim)?;
            share("dropout", *dropout)?;
            Ok(input.to_vec())
        }
        Layer::PositionEmbedding => sequence("PositionEmbedding", input).map(|shape| shape.to_vec()),
        Layer::Residual { layers } => {
            if layers.is_empty() {
                return Err(ShapeError::at("layers", "Residual has no layers", "give it at least one layer"));
            }
            let mut current = input.to_vec();
            for (position, layer) in layers.iter().enumerate() {
                current = output_shape(layer, &current)
                    .map_err(|error| error.inside(Path::to("layers").index(position)))?;
            }
            if current != input {
                return Err(ShapeError::at(
                    "layers",
                    format!("Residual adds {} to its input {}", show(&current), show(input)),
                    format!(
                        "its layers must give back {}; use padding: same, strides: 1 and as many filters or units as come in",
                        show(input)
                    ),
                ));
            }
            Ok(current)
        }
    }
}

/// How many numbers a shape holds.
pub fn size(shape: &[usize]) -> usize {
    shape.iter().fold(1, |product: usize, &size| product.saturating_mul(size))
}

/// A shape as a person writes it: `[28, 28, 1]`.
pub fn show(shape: &[usize]) -> String {
    format!("{shape:?}")
}
