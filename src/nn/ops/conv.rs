//! Convolution with bias, activation and optional pooling, and max-pooling alone.

use std::sync::Arc;

use dfdx::tensor::Cpu;

use super::conv_pool;
use super::dense::{finish, output};
use crate::nn::buffer::Buffer;
use crate::nn::device::{Device, Error};
use crate::nn::graph::{Param, Pass, Var, add_gradient, take_gradient};
use crate::nn::kernel::conv::Conv;
use crate::nn::kernel::conv_window::Window;
use crate::nn::kernel::elementwise::{activation_gradient, sum_rows};
use crate::nn::kernel::pool::{max_backward, max_forward};
use crate::nn::profile::span;
use crate::preset::Activation;

/// Convolutions and poolings.
pub trait ConvOp: Device {
    /// `activation(x * kernel + bias)`, then max-pooling with windows of 2x2 if `pool`: `x` is
    /// `[rows, height * width * channels]`, the kernel `[height, width, channels / groups, filters]`, the result
    /// `[rows, height' * width' * filters]`.
    ///
    /// # Errors
    /// When `x` or the kernel has another shape than `conv` says, or the device fails.
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
    /// When `x` has another shape than `window` says, or the device fails.
    fn max_pool2d(pass: &mut Pass<Self>, x: &Var<Self>, window: Window) -> Result<Var<Self>, Error>;
}

/// Windows of 2x2 over a convolution's output.
pub fn pooling(conv: &Conv) -> Window {
    let [height, width] = conv.window.output();
    Window::new([height, width, conv.filters], [2, 2], [2, 2])
}

pub(super) fn check(columns: usize, window: &Window) -> Result<(), Error> {
    check_len(columns, window.input)
}

pub(super) fn check_len(columns: usize, [height, width, channels]: [usize; 3]) -> Result<(), Error> {
    if columns == height * width * channels {
        return Ok(());
    }
    Err(Error::Weights(format!("{columns} features are not an image of [{height}, {width}, {channels}]")))
}

/// A kernel over steps, `[steps, channels, filters]`, is one over an image one pixel wide.
pub(super) fn check_kernel(kernel: &[usize], conv: &Conv) -> Result<(), Error> {
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
        let y = convolve(pass, x, kernel, bias, conv, activation)?;
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

/// Any convolution, by matrix products.
fn convolve(
    pass: &mut Pass<Cpu>,
    x: &Var<Cpu>,
    kernel: &Param<Cpu>,
    bias: Option<&Param<Cpu>>,
    conv: Conv,
    activation: Activation,
) -> Result<Var<Cpu>, Error> {
    let (columns, filters) = (conv.output_len(), conv.filters);
    let flops = 2 * (x.rows * conv.work()) as u64;
    let _span = span("conv2d forward", flops);
    let mut y = Buffer::scratch(x.rows * columns);
    conv.forward(&x.values, &kernel.values, &mut y);
    let (y, kept) = finish(y, filters, bias.map(|b| &b.values[..]), activation, pass.records());
    let (wants_kernel, wants_x) = (kernel.trainable, x.wants_gradient);
    let bias_node = bias.filter(|b| b.trainable).map(|b| b.node.clone());
    let wants = wants_kernel || wants_x || bias_node.is_some();
    let y = output(pass, y, [x.rows, columns], wants)?;
    if wants && pass.records() {
        let (node, x_node, w_node) = (y.node.clone(), x.node.clone(), kernel.node.clone());
        let (x, w) = (x.values.clone(), kernel.values.clone());
        pass.record(move |grads| {
            let Some(mut g) = take_gradient(grads, &node) else { return Ok(()) };
            let _span = span("conv2d backward", flops * (u64::from(wants_kernel) + u64::from(wants_x)));
            activation_gradient(&mut g, &kept, filters, activation);
            if let Some(bias) = &bias_node {
                let mut sum = Buffer::scratch(filters);
                sum_rows(&g, filters, &mut sum);
                add_gradient(grads, bias, sum)?;
            }
            if wants_kernel {
                add_gradient(grads, &w_node, conv.kernel_gradient(&x, &g))?;
            }
            if wants_x {
                let mut dx = Buffer::scratch(x.len());
                conv.transpose(&w, &g, &mut dx);
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
