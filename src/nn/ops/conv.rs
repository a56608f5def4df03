//! Convolution with bias, activation and optional pooling, and max-pooling alone.

use std::sync::Arc;

use dfdx::tensor::Cpu;

use super::conv_pool;
use super::dense::{finish, output};
use crate::nn::buffer::Buffer;
use crate::nn::device::{Device, Error};
use crate::nn::gradients::{add_gradient, take_gradient};
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::kernel::conv::Conv;
use crate::nn::kernel::conv_window::Window;
use crate::nn::kernel::elementwise::{activation_gradient, sum_rows};
use crate::nn::kernel::pool::{max_backward, max_forward};
use crate::nn::profile::span;
use crate::preset::Activation;

/// Convolutions and poolings.
pub trait ConvOp: Device {
    /// `activation(x * kernel + bias)`, then max-pooling with windows of 2x2 if `pool` is set: `x` is
    /// `[rows, height * width * channels]`, the kernel `[height, width, channels / groups, filters]`, the result
    /// `[rows, height' * width' * filters]`.
    ///
    /// # Errors
    /// When `x` or the kernel has a shape that does not match `conv`, or the device fails.
    fn conv2d(
        pass: &mut Pass<Self>,
        x: &Var<Self>,
        kernel: &Param<Self>,
        bias: Option<&Param<Self>>,
        conv: Conv,
        activation: Activation,
        pool: bool,
    ) -> Result<Var<Self>, Error>;

    /// The largest number of each window: `[rows, height * width * channels]` to `[rows, height' * width' * channels]`.
    ///
    /// # Errors
    /// When `x` has a shape that does not match `window`, or the device fails.
    fn max_pool2d(pass: &mut Pass<Self>, x: &Var<Self>, window: Window) -> Result<Var<Self>, Error>;
}

/// Windows of 2x2 over a convolution's output.
pub fn pooling(conv: &Conv) -> Window {
    let [height, width] = conv.window.output();
    Window::new([height, width, conv.filters], [2, 2], [2, 2])
}

pub(in crate::nn) fn check(columns: usize, window: &Window) -> Result<(), Error> {
    check_len(columns, window.input)
}

pub(in crate::nn) fn check_len(columns: usize, [height, width, channels]: [usize; 3]) -> Result<(), Error> {
    if columns == height * width * channels {
        return Ok(());
    }
    Err(Error::Weights(format!("{columns} features are not an image of [{height}, {width}, {channels}]")))
}

/// A kernel over steps, `[steps, channels, filters]`, is a kernel over an image one pixel wide.
pub(in crate::nn) fn check_kernel(kernel: &[usize], conv: &Conv) -> Result<(), Error> {
    let [height, width] = conv.window.size;
    let divides = |n: usize| conv.groups > 0 && n.is_multiple_of(conv.groups);
    if divides(conv.window.input[2]) && divides(conv.filters) {
        let depth = conv.window.input[2] / conv.groups;
        if kernel == [height, width, depth, conv.filters]
            || width == 1 && kernel == [height, depth, conv.filters]
        {
            return Ok(());
        }
    }
    Err(Error::Weights(format!("a kernel of shape {kernel:?} does not fit {conv:?}")))
}

impl ConvOp for Cpu {
    fn conv2d(
        pass: &mut Pass<Cpu>,
        x: &Var<Cpu>,
        kernel: &Param<Cpu>,
        bias: Option<&Param<Cpu>>,
        conv: Conv,
        activation: Activation,
        pool: bool,
    ) -> Result<Var<Cpu>, Error> {
        check(x.columns, &conv.window)?;
        check_kernel(&kernel.shape, &conv)?;
        if let Some(bias) = bias.filter(|_| pool && conv_pool::serves(x, &conv, activation)) {
            return conv_pool::conv_relu_pool(pass, x, kernel, bias, conv);
        }
        let y = convolve(pass, x, kernel, bias, (conv, Way::Down), activation)?;
        if pool { Self::max_pool2d(pass, &y, pooling(&conv)) } else { Ok(y) }
    }

    fn max_pool2d(pass: &mut Pass<Cpu>, x: &Var<Cpu>, window: Window) -> Result<Var<Cpu>, Error> {
        check(x.columns, &window)?;
        let _span = span("max_pool2d forward", 0);
        let columns = window.pixels() * window.input[2];
        let mut y = Buffer::scratch(x.rows * columns);
        let winners = max_forward(&window, &x.values, &mut y);
        let y = output(pass, Arc::new(y), [x.rows, columns], x.wants_gradient)?;
        if x.wants_gradient && pass.records() {
            let (node, x_node) = (y.node.clone(), x.node.clone());
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node) else { return Ok(()) };
                let _span = span("max_pool2d backward", 0);
                add_gradient(grads, &x_node, max_backward(&window, &g, &winners))
            });
        }
        Ok(y)
    }
}

/// The two directions through a convolution: the gradient of each runs in the other.
#[derive(Clone, Copy)]
pub(super) enum Way {
    /// From the large image to the small one: the convolution itself.
    Down,
    /// From the small one to the large one: its transpose.
    Up,
}

impl Way {
    /// Its names in the profile, forward and backward.
    fn names(self) -> [&'static str; 2] {
        match self {
            Way::Down => ["conv2d forward", "conv2d backward"],
            Way::Up => ["conv2d_transpose forward", "conv2d_transpose backward"],
        }
    }

    /// The numbers of an image that it leads to, and its channels.
    fn end(self, conv: &Conv) -> (usize, usize) {
        match self {
            Way::Down => (conv.output_len(), conv.filters),
            Way::Up => (conv.window.input_len(), conv.window.input[2]),
        }
    }

    fn go(self, conv: &Conv, kernel: &[f32], x: &[f32], y: &mut [f32]) {
        match self {
            Way::Down => conv.forward(x, kernel, y),
            Way::Up => conv.transpose(kernel, x, y),
        }
    }

    fn back(self) -> Self {
        match self {
            Way::Down => Way::Up,
            Way::Up => Way::Down,
        }
    }

    /// The kernel's gradient, from the input `x` and the gradient `g` of the output.
    fn kernel_gradient(self, conv: &Conv, x: &[f32], g: &[f32]) -> Buffer {
        match self {
            Way::Down => conv.kernel_gradient(x, g),
            Way::Up => conv.kernel_gradient(g, x),
        }
    }
}

/// Any convolution or its transpose, by matrix products, with bias and activation.
pub(super) fn convolve(
    pass: &mut Pass<Cpu>,
    x: &Var<Cpu>,
    kernel: &Param<Cpu>,
    bias: Option<&Param<Cpu>>,
    (conv, way): (Conv, Way),
    activation: Activation,
) -> Result<Var<Cpu>, Error> {
    let ([there, back], (columns, channels)) = (way.names(), way.end(&conv));
    let flops = 2 * (x.rows * conv.work()) as u64;
    let _span = span(there, flops);
    let mut y = Buffer::scratch(x.rows * columns);
    way.go(&conv, &kernel.values, &x.values, &mut y);
    let (y, kept) = finish(y, channels, bias.map(|b| &b.values[..]), activation, pass.records());
    let (wants_kernel, wants_x) = (kernel.trainable, x.wants_gradient);
    let bias_node = bias.filter(|b| b.trainable).map(|b| b.node.clone());
    let wants = wants_kernel || wants_x || bias_node.is_some();
    let y = output(pass, y, [x.rows, columns], wants)?;
    if wants && pass.records() {
        let (node, x_node, w_node) = (y.node.clone(), x.node.clone(), kernel.node.clone());
        let (x, w) = (x.values.clone(), kernel.values.clone());
        pass.record(move |grads| {
            let Some(mut g) = take_gradient(grads, &node) else { return Ok(()) };
            let _span = span(back, flops * (u64::from(wants_kernel) + u64::from(wants_x)));
            activation_gradient(&mut g, &kept, channels, activation.into());
            if let Some(bias) = &bias_node {
                let mut sum = Buffer::scratch(channels);
                sum_rows(&g, channels, &mut sum);
                add_gradient(grads, bias, sum)?;
            }
            if wants_kernel {
                add_gradient(grads, &w_node, way.kernel_gradient(&conv, &x, &g))?;
            }
            if wants_x {
                let mut dx = Buffer::scratch(x.len());
                way.back().go(&conv, &w, &g, &mut dx);
                add_gradient(grads, &x_node, dx)?;
            }
            Ok(())
        });
    }
    Ok(y)
}

#[cfg(test)]
#[path = "conv_tests.rs"]
mod tests;
