//! Shapes that fit, and the errors for those that do not.

use super::{Layer, output_shape};
use crate::preset::shapes::show;

/// The error of `layer` on `input`, with the place in front.
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
            "SeparableConv2D(filters: 8, kernel_size: 3, strides: 2, padding: same)",
            &[9, 9, 4],
            "fits: [5, 5, 8]",
        ),
        ("DepthwiseConv2D(kernel_size: 3, depth_multiplier: 2)", &[9, 9, 4], "fits: [7, 7, 8]"),
        (
            "DepthwiseConv2D(kernel_size: 5)",
            &[3, 3, 1],
            "kernel_size| kernel 5x5 is larger than its 3x3 input: use a kernel of at most 3x3 or padding: same",
        ),
        (
            "SeparableConv2D(filters: 8, kernel_size: 5)",
            &[3, 3, 1],
            "kernel_size| kernel 5x5 is larger than its 3x3 input: use a kernel of at most 3x3 or padding: same",
        ),
        ("ZeroPadding2D(padding: (1, 0), end: Some((0, 2)))", &[9, 9, 4], "fits: [10, 11, 4]"),
        ("Cropping2D(cropping: (1, 0), end: Some((0, 2)))", &[9, 9, 4], "fits: [8, 7, 4]"),
        (
            "Cropping2D(cropping: (5, 1))",
            &[9, 9, 4],
            "cropping| nothing is left of an image of 9x9 without 10 rows and 2 columns: cut off less than 9 rows and 9 columns",
        ),
        ("RepeatVector(n: 3)", &[4], "fits: [3, 4]"),
        (
            "RepeatVector(n: 3)",
            &[4, 2],
            "| RepeatVector needs a vector [features], and its input is [4, 2]: put Flatten before it, or a recurrent layer with return_sequences: false",
        ),
        ("PReLU(shared_axes: [2, 1])", &[4, 2, 3], "fits: [4, 2, 3]"),
        (
            "PReLU(shared_axes: [2])",
            &[4, 2, 3],
            "shared_axes| PReLU shares alpha along the first axes only, not along [2]: use [1, 2] for an alpha of every channel, or leave it out for one of every input",
        ),
        ("SpatialDropout2D(rate: 1.0)", &[4, 4, 2], "rate| rate is 1: use a share from 0 to below 1"),
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
