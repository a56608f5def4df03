//! From a preset's layer to a built one: the one place where layer kinds are listed.

use super::activation::Activation;
use super::attention::MultiHeadAttention;
use super::batch_normalization::BatchNormalization;
use super::bidirectional::Bidirectional;
use super::chain::Chain;
use super::conv2d::Conv2D;
use super::conv2d_transpose::Conv2DTranspose;
use super::dense::Dense;
use super::dropout::Dropout;
use super::embedding::Embedding;
use super::layer_normalization::LayerNormalization;
use super::pooling::{AveragePooling2D, MaxPooling2D};
use super::position_embedding::PositionEmbedding;
use super::recurrent::Recurrent;
use super::residual::{Residual, encoder_blocks};
use super::shape::Reshape;
use super::up_sampling::UpSampling2D;
use super::{Error, Layer};
use crate::nn::init::Stream;
use crate::nn::kernel::conv::Conv;
use crate::nn::kernel::conv_window::Window;
use crate::nn::ops::Backend;
use crate::preset;
use crate::preset::Pair;
use crate::preset::shapes::output_shape;

/// Builds a layer for inputs of shape `input` (channels last), with the work of the layer behind it that [`absorbed`]
/// found as part of it.
///
/// # Errors
/// When the device fails, or the engine has no such layer yet.
pub fn build<D: Backend>(
    device: &D,
    layer: &preset::Layer,
    input: &[usize],
    stream: Stream,
    absorbed: Option<&preset::Layer>,
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
            Box::new(if absorbed.is_some() { conv.pooled() } else { conv })
        }
        preset::Layer::Conv1D {
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
                input: sequence(input)?,
                size: [*kernel_size, 1],
                strides: [*strides, 1],
                dilation: [*dilation_rate, 1],
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
            Box::new(conv.over_steps())
        }
        preset::Layer::Conv2DTranspose {
            filters: _,
            kernel_size,
            strides,
            padding,
            activation,
            use_bias,
            kernel_initializer,
            kernel_regularizer,
        } => {
            // The convolution from the layer's output back to its input.
            let large = output_shape(layer, input).map_err(|error| Error::Weights(error.to_string()))?;
            let window = Window::new(image(&large)?, sizes(*kernel_size), sizes(*strides));
            Box::new(Conv2DTranspose::new(
                device,
                Conv { window: Window { padding: *padding, ..window }, filters: width, groups: 1 },
                *activation,
                *use_bias,
                *kernel_initializer,
                *kernel_regularizer,
                stream,
            )?)
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
        preset::Layer::AveragePooling2D { pool_size, strides, padding } => {
            let (size, strides) = (sizes(*pool_size), sizes(strides.unwrap_or(*pool_size)));
            let window = Window::new(image(input)?, size, strides);
            Box::new(AveragePooling2D::new(Window { padding: *padding, ..window }))
        }
        preset::Layer::GlobalAveragePooling2D => {
            let [height, width, channels] = image(input)?;
            let window = Window::new([height, width, channels], [height, width], [1, 1]);
            Box::new(AveragePooling2D::new(window))
        }
        preset::Layer::UpSampling2D { size } => Box::new(UpSampling2D::new(image(input)?, sizes(*size))),
        preset::Layer::BatchNormalization { momentum, epsilon } => {
            let norm = BatchNormalization::new(device, width, *momentum, *epsilon)?;
            Box::new(match absorbed {
                Some(preset::Layer::Activation(kind)) => norm.activated(*kind),
                _ => norm,
            })
        }
        preset::Layer::Activation(kind) => Box::new(Activation::new(*kind, width)),
        preset::Layer::Dropout { rate } => Box::new(Dropout::new(*rate)),
        preset::Layer::Flatten | preset::Layer::Reshape { .. } => Box::new(Reshape),
        preset::Layer::SimpleRNN { .. } | preset::Layer::LSTM { .. } | preset::Layer::GRU { .. } => {
            Box::new(Recurrent::from_preset(device, layer, steps(input)?, stream)?)
        }
        preset::Layer::Bidirectional(inner) => {
            Box::new(Bidirectional::new(device, inner, steps(input)?, stream)?)
        }
        preset::Layer::Embedding { input_dim, output_dim } => {
            Box::new(Embedding::new(device, [*input_dim, *output_dim], stream)?)
        }
        preset::Layer::PositionEmbedding => Box::new(PositionEmbedding::new(device, steps(input)?, stream)?),
        preset::Layer::LayerNormalization { epsilon } => {
            Box::new(LayerNormalization::new(device, width, *epsilon)?)
        }
        preset::Layer::GlobalAveragePooling1D => {
            let [steps, channels] = steps(input)?;
            let window = Window::new([steps, 1, channels], [steps, 1], [1, 1]);
            Box::new(AveragePooling2D::new(window))
        }
        preset::Layer::MultiHeadAttention { num_heads, key_dim, causal } => {
            let heads = [*num_heads, *key_dim];
            Box::new(MultiHeadAttention::new(device, steps(input)?, heads, *causal, stream)?)
        }
        preset::Layer::Residual { layers } => Box::new(Residual::new(device, layers, input, stream)?),
        preset::Layer::TransformerEncoder { num_heads, key_dim, ff_dim, dropout, causal } => {
            let blocks = encoder_blocks([*num_heads, *key_dim, *ff_dim], width, *causal, *dropout);
            Box::new(Chain::build(device, &blocks, input, |place| stream.part(place))?)
        }
    })
}

/// The layer behind `layer` whose work it does as well, as one op: max-pooling of 2x2 behind a convolution, an
/// activation behind a batch normalization.
pub fn absorbed<'a>(layer: &preset::Layer, next: Option<&'a preset::Layer>) -> Option<&'a preset::Layer> {
    next.filter(|next| match (layer, next) {
        (preset::Layer::Conv2D { .. }, preset::Layer::MaxPooling2D { pool_size, strides, padding }) => {
            let two = Pair(2, 2);
            *pool_size == two && strides.unwrap_or(two) == two && *padding == preset::Padding::Valid
        }
        (preset::Layer::BatchNormalization { .. }, preset::Layer::Activation(_)) => true,
        _ => false,
    })
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
    steps(shape).map(|[steps, channels]| [steps, 1, channels])
}

/// Steps and features of a sequence.
fn steps(shape: &[usize]) -> Result<[usize; 2], Error> {
    let refused = |_| Error::Weights(format!("{shape:?} is not the shape of a sequence"));
    shape.try_into().map_err(refused)
}
