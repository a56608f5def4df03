//! Convolutions and pooling: ONNX has channels first, so axes change places before and after them.

use super::graph::{Builder, Problem, Value, int, ints, permuted};
use crate::preset::{Layer, Padding, Pair};

/// Axes of images or sequences.
#[derive(Clone, Copy)]
enum Axes {
    Two,
    One,
}

impl Axes {
    fn channels_first(self, builder: &mut Builder, x: &str) -> Value {
        match self {
            Axes::Two => builder.transpose(x, &[0, 3, 1, 2]),
            Axes::One => builder.transpose(x, &[0, 2, 1]),
        }
    }

    fn channels_last(self, builder: &mut Builder, x: &str) -> Value {
        match self {
            Axes::Two => builder.transpose(x, &[0, 2, 3, 1]),
            Axes::One => builder.transpose(x, &[0, 2, 1]),
        }
    }
}

/// Windows over some axes.
struct Windows {
    size: Vec<usize>,
    strides: Vec<usize>,
    dilations: Vec<usize>,
}

impl Windows {
    /// Zeros before and after each axis: all those before come first. Odd ones go to the end, as in TensorFlow.
    fn padding(&self, padding: Padding, input: &[usize]) -> Vec<usize> {
        let axes = self.size.iter().zip(&self.strides).zip(&self.dilations).zip(input);
        let totals = axes.map(|(((size, stride), dilation), length)| match padding {
            Padding::Valid => 0,
            Padding::Same => {
                let reach = (size - 1) * dilation + 1;
                ((length.div_ceil(*stride) - 1) * stride + reach).saturating_sub(*length)
            }
        });
        let totals: Vec<usize> = totals.collect();
        totals.iter().map(|total| total / 2).chain(totals.iter().map(|total| total - total / 2)).collect()
    }
}

fn pair(pair: Pair) -> Vec<usize> {
    vec![pair.0, pair.1]
}

/// A weight with its axes in ONNX's order, under its own path.
fn kernel(builder: &mut Builder, path: &str, dims: &[usize], order: &[usize]) -> Result<Value, Problem> {
    let tensor = builder.weight(path)?;
    if dims.iter().product::<usize>() != tensor.values.len() {
        return Err(format!("{path} has {} numbers, not {dims:?}", tensor.values.len()));
    }
    let values = permuted(&tensor.values, dims, order);
    let dims: Vec<usize> = order.iter().map(|axis| dims[*axis]).collect();
    Ok(builder.numbers(path, &dims, &values))
}

/// Conv2D and Conv1D, without their activation.
pub(super) fn convolution(
    builder: &mut Builder,
    layer: &Layer,
    path: &str,
    input: &[usize],
    x: &str,
) -> Result<Value, Problem> {
    let (axes, windows, filters, padding, groups, use_bias) = match layer {
        Layer::Conv2D { filters, kernel_size, strides, padding, dilation_rate, groups, use_bias, .. } => {
            let windows = Windows {
                size: pair(*kernel_size),
                strides: pair(*strides),
                dilations: pair(*dilation_rate),
            };
            (Axes::Two, windows, *filters, *padding, *groups, *use_bias)
        }
        Layer::Conv1D { filters, kernel_size, strides, padding, dilation_rate, groups, use_bias, .. } => {
            let windows = Windows {
                size: vec![*kernel_size],
                strides: vec![*strides],
                dilations: vec![*dilation_rate],
            };
            (Axes::One, windows, *filters, *padding, *groups, *use_bias)
        }
        other => return Err(format!("{} is no convolution", other.kind())),
    };
    let (channels, spatial) = input.split_last().ok_or("a convolution without an input")?;
    let dims = [&windows.size[..], &[channels / groups.max(1), filters]].concat();
    let rank = windows.size.len();
    let order: Vec<usize> = [rank + 1, rank].into_iter().chain(0..rank).collect();
    let weights = kernel(builder, &format!("{path}/kernel"), &dims, &order)?;
    let first = axes.channels_first(builder, x);
    let mut inputs = vec![first, weights];
    if use_bias {
        inputs.push(builder.as_it_is(&format!("{path}/bias"))?);
    }
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let attributes = vec![
        ints("pads", windows.padding(padding, spatial)),
        ints("kernel_shape", windows.size),
        ints("strides", windows.strides),
        ints("dilations", windows.dilations),
        int("group", groups as i64),
    ];
    let y = builder.op("Conv", &inputs, attributes);
    Ok(axes.channels_last(builder, &y))
}

/// Conv2DTranspose, without its activation.
pub(super) fn transposed_convolution(
    builder: &mut Builder,
    layer: &Layer,
    path: &str,
    x: &str,
) -> Result<Value, Problem> {
    let Layer::Conv2DTranspose { kernel_size, strides, padding, use_bias, .. } = layer else {
        return Err(format!("{} is no transposed convolution", layer.kind()));
    };
    let (size, strides) = (pair(*kernel_size), pair(*strides));
    // Keras has `[height, width, out, in]`.
    let path_of_kernel = format!("{path}/kernel");
    let dims = builder.weight(&path_of_kernel)?.shape.clone();
    if dims.len() != 4 {
        return Err(format!("{path_of_kernel} has the shape {dims:?}"));
    }
    let weights = kernel(builder, &path_of_kernel, &dims, &[3, 2, 0, 1])?;
    // What a convolution of the same padding would have padded is cut off here.
    let cut = |axis: usize| match padding {
        Padding::Same => size[axis].saturating_sub(strides[axis]),
        Padding::Valid => 0,
    };
    let pads = [cut(0) / 2, cut(1) / 2, cut(0) - cut(0) / 2, cut(1) - cut(1) / 2];
    let missing = [0, 1].map(|axis| strides[axis].saturating_sub(size[axis]));
    let first = Axes::Two.channels_first(builder, x);
    let mut inputs = vec![first, weights];
    if *use_bias {
        inputs.push(builder.as_it_is(&format!("{path}/bias"))?);
    }
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let attributes = vec![
        ints("pads", pads),
        ints("output_padding", missing),
        ints("kernel_shape", size),
        ints("strides", strides),
    ];
    let y = builder.op("ConvTranspose", &inputs, attributes);
    Ok(Axes::Two.channels_last(builder, &y))
}

/// Max-pooling and average-pooling.
pub(super) fn pooling(
    builder: &mut Builder,
    layer: &Layer,
    input: &[usize],
    x: &str,
) -> Result<Value, Problem> {
    let (op, axes, size, strides, padding) = match layer {
        Layer::MaxPooling2D { pool_size, strides, padding } => {
            ("MaxPool", Axes::Two, pair(*pool_size), pair(strides.unwrap_or(*pool_size)), *padding)
        }
        Layer::AveragePooling2D { pool_size, strides, padding } => {
            ("AveragePool", Axes::Two, pair(*pool_size), pair(strides.unwrap_or(*pool_size)), *padding)
        }
        Layer::MaxPooling1D { pool_size, strides, padding } => {
            ("MaxPool", Axes::One, vec![*pool_size], vec![strides.unwrap_or(*pool_size)], *padding)
        }
        other => return Err(format!("{} is no pooling", other.kind())),
    };
    let (_, spatial) = input.split_last().ok_or("pooling without an input")?;
    let windows = Windows { dilations: vec![1; size.len()], size, strides };
    let first = axes.channels_first(builder, x);
    let attributes = vec![
        ints("pads", windows.padding(padding, spatial)),
        ints("kernel_shape", windows.size),
        ints("strides", windows.strides),
    ];
    let y = builder.op(op, &[&first], attributes);
    Ok(axes.channels_last(builder, &y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_padding_goes_to_the_end() {
        let windows = Windows { size: vec![3, 2], strides: vec![2, 1], dilations: vec![1, 1] };
        assert_eq!(windows.padding(Padding::Same, &[6, 5]), [0, 0, 1, 1]);
        assert_eq!(windows.padding(Padding::Same, &[7, 5]), [1, 0, 1, 1]);
        assert_eq!(windows.padding(Padding::Valid, &[7, 5]), [0; 4]);
    }
}
