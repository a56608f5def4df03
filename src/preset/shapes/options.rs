//! What a layer's options may be, and what its input must be.

use super::{ShapeError, show, size};
use crate::preset::layer::{Activation, Layer, Pair, Regularizer};
use crate::preset::path::Path;

pub(super) fn grouped(filters: usize, groups: usize, channels: usize) -> Result<(), ShapeError> {
    positive("filters", filters)?;
    positive("groups", groups)?;
    if !channels.is_multiple_of(groups) {
        return Err(ShapeError::at(
            "groups",
            format!("{groups} groups do not divide the {channels} channels of the input"),
            format!("use a divisor of {channels}"),
        ));
    }
    if !filters.is_multiple_of(groups) {
        return Err(ShapeError::at(
            "groups",
            format!("{groups} groups do not divide the {filters} filters"),
            format!("use filters that are a multiple of {groups}"),
        ));
    }
    Ok(())
}

/// The recurrent op computes a derivative from the function's value, which these four allow.
pub(super) fn recurrent_activation(layer: &Layer) -> Result<(), ShapeError> {
    use Activation::{Linear, Relu, Sigmoid, Tanh};
    match layer {
        Layer::SimpleRNN { activation, .. } if !matches!(activation, Tanh | Relu | Sigmoid | Linear) => {
            Err(ShapeError::at(
                "activation",
                format!("SimpleRNN cannot run {activation:?} at every step"),
                "use tanh, relu, sigmoid or linear",
            ))
        }
        _ => Ok(()),
    }
}

pub(super) fn heads(num_heads: usize, key_dim: usize) -> Result<(), ShapeError> {
    positive("num_heads", num_heads)?;
    positive("key_dim", key_dim)?;
    Ok(())
}

pub(super) fn image(kind: &str, input: &[usize]) -> Result<[usize; 3], ShapeError> {
    <[usize; 3]>::try_from(input).map_err(|_| {
        ShapeError::whole(
            format!("{kind} needs an image [height, width, channels], and its input is {}", show(input)),
            match input {
                [height, width] => format!("put Reshape(target_shape: [{height}, {width}, 1]) before it"),
                _ => "put it before Flatten and Dense, or Reshape its input".into(),
            },
        )
    })
}

pub(super) fn sequence(kind: &str, input: &[usize]) -> Result<[usize; 2], ShapeError> {
    <[usize; 2]>::try_from(input).map_err(|_| {
        ShapeError::whole(
            format!("{kind} needs a sequence [steps, features], and its input is {}", show(input)),
            match input {
                [steps, rest @ ..] if !rest.is_empty() => {
                    format!("put Reshape(target_shape: [{steps}, {}]) before it", size(rest))
                }
                _ => "let a recurrent layer before it return_sequences: true, or put an Embedding or a Reshape before it".into(),
            },
        )
    })
}

pub(super) fn positive(field: &str, value: usize) -> Result<usize, ShapeError> {
    match value {
        0 => Err(ShapeError::at(field, format!("{field} is 0"), "use at least 1")),
        1..=0x7fff_ffff => Ok(value),
        _ => Err(ShapeError::at(field, format!("{field} is {value}"), "use less than 2 billion")),
    }
}

pub(super) fn positive_pair(field: &str, pair: Pair) -> Result<(), ShapeError> {
    positive(field, pair.0)?;
    positive(field, pair.1)?;
    Ok(())
}

pub(super) fn share(field: &str, value: f32) -> Result<(), ShapeError> {
    if (0.0..1.0).contains(&value) {
        return Ok(());
    }
    Err(ShapeError::at(field, format!("{field} is {value}"), "use a share from 0 to below 1"))
}

pub(super) fn above_zero(field: &str, value: f32) -> Result<(), ShapeError> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(ShapeError::at(field, format!("{field} is {value}"), "use a small number above 0, such as 0.001"))
}

pub(super) fn regularizer(penalty: &Regularizer) -> Result<(), ShapeError> {
    for (name, value) in [("l1", penalty.l1), ("l2", penalty.l2)] {
        if !(value >= 0.0 && value.is_finite()) {
            let error = ShapeError::at(name, format!("{name} is {value}"), "use 0 or more, such as 0.0001");
            return Err(error.inside(Path::to("kernel_regularizer")));
        }
    }
    Ok(())
}
