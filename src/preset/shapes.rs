//! The shape a layer gives, by Keras's rules; shapes are of one sample, channels last.

use super::layer::{Activation, Layer, Padding, Pair, Regularizer};
use super::path::Path;

/// The largest count of numbers that one sample's activation, or a layer's parameters, may have.
pub const LARGEST: u64 = 1 << 32;

/// Why a layer does not fit its input, or cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}: {help}")]
pub struct ShapeError {
    /// The place inside the layer that is to blame; empty for the layer as a whole.
    pub path: Path,
    /// What is wrong.
    pub problem: String,
    /// What would be valid.
    pub help: String,
}

impl ShapeError {
    pub(super) fn at(field: &str, problem: impl Into<String>, help: impl Into<String>) -> Self {
        ShapeError { path: Path::to(field), problem: problem.into(), help: help.into() }
    }

    fn whole(problem: impl Into<String>, help: impl Into<String>) -> Self {
        ShapeError { path: Path::top(), problem: problem.into(), help: help.into() }
    }

    fn inside(mut self, outer: Path) -> Self {
        self.path = outer.then(self.path);
        self
    }
}

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

/// Windows that move over an image, or over a sequence (width 1).
struct Windows {
    /// The field that says how large they are.
    field: &'static str,
    /// What they are called.
    what: &'static str,
    size: Pair,
    padding: Padding,
}

impl Windows {
    fn over(
        &self,
        input: (usize, usize),
        strides: Pair,
        dilation: Pair,
    ) -> Result<(usize, usize), ShapeError> {
        positive_pair(self.field, self.size)?;
        positive_pair("strides", strides)?;
        positive_pair("dilation_rate", dilation)?;
        strides_or_dilation(strides != Pair(1, 1), dilation != Pair(1, 1))?;
        let reach = Pair(spread(self.size.0, dilation.0), spread(self.size.1, dilation.1));
        if self.padding == Padding::Valid && (reach.0 > input.0 || reach.1 > input.1) {
            let dilated = if dilation == Pair(1, 1) {
                String::new()
            } else {
                format!(" (dilated to {}x{})", reach.0, reach.1)
            };
            return Err(ShapeError::at(
                self.field,
                format!(
                    "{} {}x{}{dilated} is larger than its {}x{} input",
                    self.what, self.size.0, self.size.1, input.0, input.1
                ),
                format!("use a {} of at most {}x{} or padding: same", self.what, input.0, input.1),
            ));
        }
        Ok((self.count(input.0, reach.0, strides.0), self.count(input.1, reach.1, strides.1)))
    }

    fn along(&self, steps: usize, stride: usize, dilation: usize) -> Result<(usize, usize), ShapeError> {
        positive(self.field, self.size.0)?;
        positive("strides", stride)?;
        positive("dilation_rate", dilation)?;
        strides_or_dilation(stride > 1, dilation > 1)?;
        let reach = spread(self.size.0, dilation);
        if self.padding == Padding::Valid && reach > steps {
            return Err(ShapeError::at(
                self.field,
                format!("{} of {reach} steps is longer than its input of {steps} steps", self.what),
                format!("use a {} of at most {steps} or padding: same", self.what),
            ));
        }
        Ok((self.count(steps, reach, stride), 1))
    }

    /// How many windows fit side by side; `reach <= size` where the padding is valid.
    fn count(&self, size: usize, reach: usize, stride: usize) -> usize {
        match self.padding {
            Padding::Valid => (size - reach) / stride + 1,
            Padding::Same => size.div_ceil(stride),
        }
    }
}

/// The reach of a kernel whose taps are `dilation` apart.
fn spread(kernel: usize, dilation: usize) -> usize {
    (kernel - 1).saturating_mul(dilation).saturating_add(1)
}

fn strides_or_dilation(strides: bool, dilation: bool) -> Result<(), ShapeError> {
    if strides && dilation {
        return Err(ShapeError::at(
            "dilation_rate",
            "strides and dilation cannot both be above 1",
            "leave one of strides and dilation_rate at 1",
        ));
    }
    Ok(())
}

fn grouped(filters: usize, groups: usize, channels: usize) -> Result<(), ShapeError> {
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
fn recurrent_activation(layer: &Layer) -> Result<(), ShapeError> {
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

fn heads(num_heads: usize, key_dim: usize) -> Result<(), ShapeError> {
    positive("num_heads", num_heads)?;
    positive("key_dim", key_dim)?;
    Ok(())
}

fn image(kind: &str, input: &[usize]) -> Result<[usize; 3], ShapeError> {
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

fn sequence(kind: &str, input: &[usize]) -> Result<[usize; 2], ShapeError> {
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

fn positive(field: &str, value: usize) -> Result<usize, ShapeError> {
    match value {
        0 => Err(ShapeError::at(field, format!("{field} is 0"), "use at least 1")),
        1..=0x7fff_ffff => Ok(value),
        _ => Err(ShapeError::at(field, format!("{field} is {value}"), "use less than 2 billion")),
    }
}

fn positive_pair(field: &str, pair: Pair) -> Result<(), ShapeError> {
    positive(field, pair.0)?;
    positive(field, pair.1)?;
    Ok(())
}

fn share(field: &str, value: f32) -> Result<(), ShapeError> {
    if (0.0..1.0).contains(&value) {
        return Ok(());
    }
    Err(ShapeError::at(field, format!("{field} is {value}"), "use a share from 0 to below 1"))
}

fn above_zero(field: &str, value: f32) -> Result<(), ShapeError> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(ShapeError::at(field, format!("{field} is {value}"), "use a small number above 0, such as 0.001"))
}

fn regularizer(penalty: &Regularizer) -> Result<(), ShapeError> {
    for (name, value) in [("l1", penalty.l1), ("l2", penalty.l2)] {
        if !(value >= 0.0 && value.is_finite()) {
            let error = ShapeError::at(name, format!("{name} is {value}"), "use 0 or more, such as 0.0001");
            return Err(error.inside(Path::to("kernel_regularizer")));
        }
    }
    Ok(())
}

/// How many numbers a shape holds.
pub fn size(shape: &[usize]) -> usize {
    shape.iter().fold(1, |product: usize, &size| product.saturating_mul(size))
}

/// A shape as a person writes it: `[28, 28, 1]`.
pub fn show(shape: &[usize]) -> String {
    format!("{shape:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said about `layer` on `input`, with the place in front.
    fn refusal(layer: &str, input: &[usize]) -> String {
        let layer: Layer = ron::from_str(layer).unwrap();
        match output_shape(&layer, input) {
            Ok(shape) => format!("fits: {}", show(&shape)),
            Err(error) => format!("{}| {error}", error.path),
        }
    }

    #[test]
    fn each_misfit_says_what_would_be_valid() {
        for (layer, input, expected) in [
            (
                "Conv2D(filters: 8, kernel_size: 5)",
                &[3, 3, 1][..],
                "kernel_size| kernel 5x5 is larger than its 3x3 input: use a kernel of at most 3x3 or padding: same",
            ),
            (
                "Conv2D(filters: 8, kernel_size: 3, dilation_rate: 2)",
                &[4, 9, 1],
                "kernel_size| kernel 3x3 (dilated to 5x5) is larger than its 4x9 input: use a kernel of at most 4x9 or padding: same",
            ),
            ("Dense(units: 0)", &[4], "units| units is 0: use at least 1"),
            (
                "SimpleRNN(units: 4, activation: gelu)",
                &[3, 2],
                "activation| SimpleRNN cannot run Gelu at every step: use tanh, relu, sigmoid or linear",
            ),
            ("Dense(units: 10)", &[28, 28, 1], "fits: [28, 28, 10]"),
            ("Dropout(rate: 1.0)", &[4], "rate| rate is 1: use a share from 0 to below 1"),
            ("Dropout(rate: NaN)", &[4], "rate| rate is NaN: use a share from 0 to below 1"),
            (
                "Conv2D(filters: 8, kernel_size: 3, groups: 3)",
                &[9, 9, 4],
                "groups| 3 groups do not divide the 4 channels of the input: use a divisor of 4",
            ),
            (
                "Conv2D(filters: 8, kernel_size: 3, groups: 3)",
                &[9, 9, 6],
                "groups| 3 groups do not divide the 8 filters: use filters that are a multiple of 3",
            ),
            (
                "Conv2D(filters: 8, kernel_size: 3, strides: 2, dilation_rate: 2)",
                &[9, 9, 6],
                "dilation_rate| strides and dilation cannot both be above 1: leave one of strides and dilation_rate at 1",
            ),
            (
                "Conv2D(filters: 8, kernel_size: 3)",
                &[28, 28],
                "| Conv2D needs an image [height, width, channels], and its input is [28, 28]: put Reshape(target_shape: [28, 28, 1]) before it",
            ),
            (
                "LSTM(units: 8)",
                &[28, 28, 1],
                "| LSTM needs a sequence [steps, features], and its input is [28, 28, 1]: put Reshape(target_shape: [28, 28]) before it",
            ),
            (
                "Reshape(target_shape: [28, 27])",
                &[28, 28, 1],
                "target_shape| [28, 28, 1] cannot be reshaped to [28, 27]: the target's sizes must multiply to 784",
            ),
            (
                "Bidirectional(Dense(units: 3))",
                &[28, 28],
                "[0]| Bidirectional cannot run Dense in both directions: put a SimpleRNN, LSTM or GRU in it",
            ),
            (
                "Residual(layers: [Conv2D(filters: 8, kernel_size: 3)])",
                &[9, 9, 8],
                "layers| Residual adds [7, 7, 8] to its input [9, 9, 8]: its layers must give back [9, 9, 8]; use padding: same, strides: 1 and as many filters or units as come in",
            ),
            (
                "Dense(units: 4, kernel_regularizer: (l2: -1))",
                &[4],
                "kernel_regularizer.l2| l2 is -1: use 0 or more, such as 0.0001",
            ),
            (
                "UpSampling2D(size: 2000000000)",
                &[9, 9, 8],
                "| an output of [18000000000, 18000000000, 8] has more than 4 billion numbers a sample: use fewer units or filters, or pool first",
            ),
        ] {
            assert_eq!(refusal(layer, input), expected);
        }
    }

    #[test]
    fn a_residual_that_keeps_its_shape_fits() {
        assert_eq!(
            refusal(
                "Residual(layers: [Conv2D(filters: 8, kernel_size: 3, padding: same), BatchNormalization()])",
                &[9, 9, 8]
            ),
            "fits: [9, 9, 8]"
        );
    }
}
