//! From a preset's layer to a built one: the one place where layer kinds are listed.

use super::activation::Activation;
use super::dense::Dense;
use super::dropout::Dropout;
use super::shape::Reshape;
use super::{Error, Layer};
use crate::nn::init::Stream;
use crate::nn::ops::Backend;
use crate::preset;

/// Builds a layer for inputs of shape `input` (channels last).
///
/// # Errors
/// When the device fails, or the engine has no such layer yet.
pub fn build<D: Backend>(
    device: &D,
    layer: &preset::Layer,
    input: &[usize],
    stream: Stream,
) -> Result<Box<dyn Layer<D>>, Error> {
    let width = input.last().copied().unwrap_or(1);
    Ok(match layer {
        preset::Layer::Dense { units, activation, use_bias, kernel_initializer, kernel_regularizer } => {
            Box::new(Dense::new(
                device,
                [width, *units],
                *activation,
                *use_bias,
                *kernel_initializer,
                *kernel_regularizer,
                stream,
            )?)
        }
        preset::Layer::Activation(kind) => Box::new(Activation::new(*kind, width)),
        preset::Layer::Dropout { rate } => Box::new(Dropout::new(*rate)),
        preset::Layer::Flatten | preset::Layer::Reshape { .. } => Box::new(Reshape),
        other => return Err(Error::Unsupported(format!("the layer {}", other.kind()))),
    })
}
