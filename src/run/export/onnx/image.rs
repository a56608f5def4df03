//! Convolutions, pooling and upsampling. ONNX has channels first, so axes are transposed before and after most of them.

use super::core::activate;
use super::graph::{Builder, Problem, Value, int, ints, permuted, text};
use super::layer::{Export, Exported};
use crate::preset::{Padding, Pair, layers};

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
    /// The numbers of zeros before and after each axis, first all those before. The odd one goes to the end, as in
    /// TensorFlow.
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

impl Export for layers::Conv2D {
    fn export(&self, builder: &mut Builder, at: Exported) -> Result<Value, Problem> {
        let windows = Windows {
            size: pair(self.kernel_size),
            strides: pair(self.strides),
            dilations: pair(self.dilation_rate),
        };
        let convolution = Convolution {
            axes: Axes::Two,
            windows,
            filters: self.filters,
            padding: self.padding,
            groups: self.groups,
            use_bias: self.use_bias,
        };
        let y = convolution.export(builder, at)?;
        Ok(activate(builder, self.activation, y))
    }
}

impl Export for layers::DepthwiseConv2D {
    fn export(&self, builder: &mut Builder, at: Exported) -> Result<Value, Problem> {
        let channels = at.input.last().copied().unwrap_or(1);
        let convolution = Convolution {
            axes: Axes::Two,
            windows: Windows {
                size: pair(self.kernel_size),
                strides: pair(self.strides),
                dilations: pair(self.dilation_rate),
            },
            filters: channels * self.depth_multiplier,
            padding: self.padding,
            groups: channels,
            use_bias: self.use_bias,
        };
        let y = convolution.export(builder, at)?;
        Ok(activate(builder, self.activation, y))
    }
}

impl Export for layers::Conv1D {
    fn export(&self, builder: &mut Builder, at: Exported) -> Result<Value, Problem> {
        let windows = Windows {
            size: vec![self.kernel_size],
            strides: vec![self.strides],
            dilations: vec![self.dilation_rate],
        };
        let convolution = Convolution {
            axes: Axes::One,
            windows,
            filters: self.filters,
            padding: self.padding,
            groups: self.groups,
            use_bias: self.use_bias,
        };
        let y = convolution.export(builder, at)?;
        Ok(activate(builder, self.activation, y))
    }
}

/// A convolution over images or sequences, without its activation.
struct Convolution {
    axes: Axes,
    windows: Windows,
    filters: usize,
    padding: Padding,
    groups: usize,
    use_bias: bool,
}

impl Convolution {
    fn export(self, builder: &mut Builder, Exported { path, input, x }: Exported) -> Result<Value, Problem> {
        let Convolution { axes, windows, filters, padding, groups, use_bias } = self;
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
}

impl Export for layers::Conv2DTranspose {
    fn export(&self, builder: &mut Builder, Exported { path, x, .. }: Exported) -> Result<Value, Problem> {
        let (size, strides) = (pair(self.kernel_size), pair(self.strides));
        // Keras has `[height, width, out, in]`.
        let path_of_kernel = format!("{path}/kernel");
        let dims = builder.weight(&path_of_kernel)?.shape.clone();
        if dims.len() != 4 {
            return Err(format!("{path_of_kernel} has the shape {dims:?}"));
        }
        let weights = kernel(builder, &path_of_kernel, &dims, &[3, 2, 0, 1])?;
        // The zeros that a convolution with this padding would add are cut off here.
        let cut = |axis: usize| match self.padding {
            Padding::Same => size[axis].saturating_sub(strides[axis]),
            Padding::Valid => 0,
        };
        let pads = [cut(0) / 2, cut(1) / 2, cut(0) - cut(0) / 2, cut(1) - cut(1) / 2];
        let missing = [0, 1].map(|axis| strides[axis].saturating_sub(size[axis]));
        let first = Axes::Two.channels_first(builder, x);
        let mut inputs = vec![first, weights];
        if self.use_bias {
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
        let y = Axes::Two.channels_last(builder, &y);
        Ok(activate(builder, self.activation, y))
    }
}

impl Export for layers::MaxPooling2D {
    fn export(&self, builder: &mut Builder, at: Exported) -> Result<Value, Problem> {
        pool(builder, "MaxPool", Axes::Two, [pair(self.pool_size), pair(self.strides())], self.padding, at)
    }
}

impl Export for layers::AveragePooling2D {
    fn export(&self, builder: &mut Builder, at: Exported) -> Result<Value, Problem> {
        pool(
            builder,
            "AveragePool",
            Axes::Two,
            [pair(self.pool_size), pair(self.strides())],
            self.padding,
            at,
        )
    }
}

impl Export for layers::MaxPooling1D {
    fn export(&self, builder: &mut Builder, at: Exported) -> Result<Value, Problem> {
        pool(builder, "MaxPool", Axes::One, [vec![self.pool_size], vec![self.strides()]], self.padding, at)
    }
}

fn pool(
    builder: &mut Builder,
    op: &str,
    axes: Axes,
    [size, strides]: [Vec<usize>; 2],
    padding: Padding,
    at: Exported,
) -> Result<Value, Problem> {
    let (_, spatial) = at.input.split_last().ok_or("pooling without an input")?;
    let windows = Windows { dilations: vec![1; size.len()], size, strides };
    let first = axes.channels_first(builder, at.x);
    let attributes = vec![
        ints("pads", windows.padding(padding, spatial)),
        ints("kernel_shape", windows.size),
        ints("strides", windows.strides),
    ];
    let y = builder.op(op, &[&first], attributes);
    Ok(axes.channels_last(builder, &y))
}

impl Export for layers::GlobalMaxPooling2D {
    fn export(&self, builder: &mut Builder, at: Exported) -> Result<Value, Problem> {
        Ok(builder.op("ReduceMax", &[at.x], vec![ints("axes", [1, 2]), int("keepdims", 0)]))
    }
}

impl Export for layers::GlobalMaxPooling1D {
    fn export(&self, builder: &mut Builder, at: Exported) -> Result<Value, Problem> {
        Ok(builder.op("ReduceMax", &[at.x], vec![ints("axes", [1]), int("keepdims", 0)]))
    }
}

impl Export for layers::ZeroPadding2D {
    fn export(&self, builder: &mut Builder, at: Exported) -> Result<Value, Problem> {
        let (start, end) = (self.padding, self.end());
        let pads = [0, start.0, start.1, 0, 0, end.0, end.1, 0].map(|zeros| zeros as i64);
        let pads = builder.whole_numbers("pads", &pads);
        Ok(builder.op("Pad", &[at.x, &pads], Vec::new()))
    }
}

impl Export for layers::Cropping2D {
    fn export(&self, builder: &mut Builder, at: Exported) -> Result<Value, Problem> {
        let &[height, width, _] = at.input else { return Err("Cropping2D without an image".into()) };
        let (start, end) = (self.cropping, self.end());
        let starts = builder.whole_numbers("starts", &[start.0 as i64, start.1 as i64]);
        let ends = [height.saturating_sub(end.0) as i64, width.saturating_sub(end.1) as i64];
        let ends = builder.whole_numbers("ends", &ends);
        let axes = builder.whole_numbers("axes", &[1, 2]);
        Ok(builder.op("Slice", &[at.x, &starts, &ends, &axes], Vec::new()))
    }
}

impl Export for layers::GlobalAveragePooling2D {
    fn export(&self, builder: &mut Builder, at: Exported) -> Result<Value, Problem> {
        Ok(builder.op("ReduceMean", &[at.x], vec![ints("axes", [1, 2]), int("keepdims", 0)]))
    }
}

impl Export for layers::GlobalAveragePooling1D {
    fn export(&self, builder: &mut Builder, at: Exported) -> Result<Value, Problem> {
        Ok(builder.op("ReduceMean", &[at.x], vec![ints("axes", [1]), int("keepdims", 0)]))
    }
}

impl Export for layers::UpSampling2D {
    fn export(&self, builder: &mut Builder, at: Exported) -> Result<Value, Problem> {
        let Pair(down, across) = self.size;
        let scales = builder.numbers("scales", &[4], &[1.0, down as f32, across as f32, 1.0]);
        let ways = [
            ("mode", "nearest"),
            ("coordinate_transformation_mode", "asymmetric"),
            ("nearest_mode", "floor"),
        ];
        let ways = ways.map(|(name, value)| text(name, value)).to_vec();
        Ok(builder.op("Resize", &[at.x, "", &scales], ways))
    }
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
