//! From a preset's layer to a built one: the one place where layer kinds are listed.

use super::activation::Activation;
use super::conv2d::Conv2D;
use super::dense::Dense;
use super::dropout::Dropout;
use super::pooling::MaxPooling2D;
use super::shape::Reshape;
use super::{Error, Layer};
use crate::nn::init::Stream;
use crate::nn::kernel::conv::Conv;
use crate::nn::kernel::conv_window::Window;
use crate::nn::ops::Backend;
use crate::preset;
use crate::preset::Pair;

/// Builds a layer for inputs of shape `input` (channels last); with `pooled`, the max-pooling that
/// [`absorbs_pooling`] found behind it is part of it.
///
/// # Errors
/// When the device fails, or the engine has no such layer yet.
pub fn build<D: Backend>(
    device: &D,
    layer: &preset::Layer,
    input: &[usize],
    stream: Stream,
    pooled: bool,
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
        preset::Layer::Conv2D {
            filters,
            kernel_size,
            strides,
            padding,
            dilation_rate,
            groups,
            activation,
            use_bias,
            kernel_initializer,
            kernel_regularizer,
        } => {
            let window = Window {
                input: image(input)?,
                size: sizes(*kernel_size),
                strides: sizes(*strides),
                dilation: sizes(*dilation_rate),
                padding: *padding,
            };
            let conv = Conv2D::new(
                device,
                Conv { window, filters: *filters, groups: *groups },
                *activation,
                *use_bias,
                *kernel_initializer,
                *kernel_regularizer,
                stream,
            )?;
            Box::new(if pooled { conv.pooled() } else { conv })
        }
        preset::Layer::MaxPooling2D { pool_size, strides, padding } => {
            let (size, strides) = (sizes(*pool_size), sizes(strides.unwrap_or(*pool_size)));
            let window = Window::new(image(input)?, size, strides);
            Box::new(MaxPooling2D::new(Window { padding: *padding, ..window }))
        }
        preset::Layer::MaxPooling1D { pool_size, strides, padding } => {
            let (size, strides) = ([*pool_size, 1], [strides.unwrap_or(*pool_size), 1]);
            let window = Window::new(sequence(input)?, size, strides);
            Box::new(MaxPooling2D::new(Window { padding: *padding, ..window }))
        }
        preset::Layer::Activation(kind) => Box::new(Activation::new(*kind, width)),
        preset::Layer::Dropout { rate } => Box::new(Dropout::new(*rate)),
        preset::Layer::Flatten | preset::Layer::Reshape { .. } => Box::new(Reshape),
        other => return Err(Error::Unsupported(format!("the layer {}", other.kind()))),
    })
}

/// Whether a layer does the work of the pooling behind it as well, as one op.
pub fn absorbs_pooling(layer: &preset::Layer, next: Option<&preset::Layer>) -> bool {
    matches!(layer, preset::Layer::Conv2D { .. })
        && matches!(
            next,
            Some(preset::Layer::MaxPooling2D {
                pool_size: Pair(2, 2),
                strides: None | Some(Pair(2, 2)),
                padding: preset::Padding::Valid
            })
        )
}

fn sizes(pair: Pair) -> [usize; 2] {
    [pair.0, pair.1]
}

fn image(shape: &[usize]) -> Result<[usize; 3], Error> {
    let refused = |_| Error::Weights(format!("{shape:?} is not the shape of an image"));
    shape.try_into().map_err(refused)
}

/// A sequence as an image one pixel wide.
fn sequence(shape: &[usize]) -> Result<[usize; 3], Error> {
    match *shape {
        [steps, channels] => Ok([steps, 1, channels]),
        _ => Err(Error::Weights(format!("{shape:?} is not the shape of a sequence"))),
    }
}
