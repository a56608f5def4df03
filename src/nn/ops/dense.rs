//! `activation(x W + b)`, and an activation alone.

use std::sync::Arc;

use dfdx::tensor::Cpu;

use crate::nn::buffer::Buffer;
use crate::nn::device::{Device, Error};
use crate::nn::gradients::{add_gradient, take_gradient};
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::kernel::elementwise::{activation_gradient, bias_activation, needs_input, sum_rows};
use crate::nn::kernel::gemm::{Mat, gemm};
use crate::nn::profile::span;
use crate::preset::Activation;

/// Fully connected layers and activations.
pub trait DenseOp: Device {
    /// `activation(x kernel + bias)` over the last axis: `x` is `[rows, steps * in]`, the kernel `[in, out]`, the
    /// result `[rows, steps * out]`.
    ///
    /// # Errors
    /// When `x` does not divide into vectors of `in` numbers, or the device fails.
    fn dense(
        pass: &mut Pass<Self>,
        x: &Var<Self>,
        kernel: &Param<Self>,
        bias: Option<&Param<Self>>,
        activation: Activation,
    ) -> Result<Var<Self>, Error>;

    /// An activation alone; softmax runs over the last axis, `width` numbers long.
    ///
    /// # Errors
    /// When `x` does not divide into vectors of `width` numbers, or the device fails.
    fn activate(
        pass: &mut Pass<Self>,
        x: &Var<Self>,
        width: usize,
        activation: Activation,
    ) -> Result<Var<Self>, Error>;
}

pub(in crate::nn) fn check(columns: usize, width: usize) -> Result<(), Error> {
    if width == 0 || !columns.is_multiple_of(width) {
        return Err(Error::Weights(format!("{columns} features do not divide into vectors of {width}")));
    }
    Ok(())
}

/// Applies bias and activation in place; returns the result, and what the activation's gradient needs.
pub(super) fn finish(
    mut y: Buffer,
    width: usize,
    bias: Option<&[f32]>,
    activation: Activation,
    records: bool,
) -> (Arc<Buffer>, Arc<Buffer>) {
    if records && needs_input(activation.into()) {
        let mut before = Buffer::scratch(y.len());
        bias_activation(&mut y, width, bias, activation.into(), Some(&mut before));
        return (Arc::new(y), Arc::new(before));
    }
    bias_activation(&mut y, width, bias, activation.into(), None);
    let y = Arc::new(y);
    (y.clone(), y)
}

pub(super) fn output(
    pass: &Pass<Cpu>,
    values: Arc<Buffer>,
    shape: [usize; 2],
    wants: bool,
) -> Result<Var<Cpu>, Error> {
    let node = pass.device.node()?;
    Ok(Var { node, values, rows: shape[0], columns: shape[1], wants_gradient: wants })
}

impl DenseOp for Cpu {
    fn dense(
        pass: &mut Pass<Cpu>,
        x: &Var<Cpu>,
        kernel: &Param<Cpu>,
        bias: Option<&Param<Cpu>>,
        activation: Activation,
    ) -> Result<Var<Cpu>, Error> {
        let (inputs, units) = match kernel.shape[..] {
            [inputs, units] => (inputs, units),
            _ => return Err(Error::Weights(format!("a dense kernel of shape {:?}", kernel.shape))),
        };
        check(x.columns, inputs)?;
        let rows = x.rows * (x.columns / inputs);
        let flops = 2 * (rows * inputs * units) as u64;
        let _span = span("dense forward", flops);
        let mut y = Buffer::scratch(rows * units);
        gemm(
            rows,
            units,
            inputs,
            Mat::rows(&x.values, inputs),
            Mat::rows(&kernel.values, units),
            &mut y,
            false,
        );
        let (y, kept) = finish(y, units, bias.map(|b| &b.values[..]), activation, pass.records());
        let (wants_kernel, wants_x) = (kernel.trainable, x.wants_gradient);
        let bias_node = bias.filter(|b| b.trainable).map(|b| b.node.clone());
        let wants = wants_kernel || wants_x || bias_node.is_some();
        let y = output(pass, y, [x.rows, x.columns / inputs * units], wants)?;
        if wants && pass.records() {
            let (node, x_node, w_node) = (y.node.clone(), x.node.clone(), kernel.node.clone());
            let (x, w) = (x.values.clone(), kernel.values.clone());
            pass.record(move |grads| {
                let Some(mut g) = take_gradient(grads, &node) else { return Ok(()) };
                let products = u64::from(wants_kernel) + u64::from(wants_x);
                let _span = span("dense backward", flops * products);
                activation_gradient(&mut g, &kept, units, activation.into());
                if let Some(bias) = &bias_node {
                    let mut sum = Buffer::scratch(units);
                    sum_rows(&g, units, &mut sum);
                    add_gradient(grads, bias, sum)?;
                }
                if wants_kernel {
                    let mut dw = Buffer::scratch(inputs * units);
                    gemm(
                        inputs,
                        units,
                        rows,
                        Mat::transposed(&x, inputs),
                        Mat::rows(&g, units),
                        &mut dw,
                        false,
                    );
                    add_gradient(grads, &w_node, dw)?;
                }
                if wants_x {
                    let mut dx = Buffer::scratch(rows * inputs);
                    gemm(
                        rows,
                        inputs,
                        units,
                        Mat::rows(&g, units),
                        Mat::transposed(&w, units),
                        &mut dx,
                        false,
                    );
                    add_gradient(grads, &x_node, dx)?;
                }
                Ok(())
            });
        }
        Ok(y)
    }

    fn activate(
        pass: &mut Pass<Cpu>,
        x: &Var<Cpu>,
        width: usize,
        activation: Activation,
    ) -> Result<Var<Cpu>, Error> {
        check(x.columns, width)?;
        let _span = span("activation forward", 0);
        let (y, kept) = finish(Buffer::copy_of(&x.values), width, None, activation, pass.records());
        let y = output(pass, y, [x.rows, x.columns], x.wants_gradient)?;
        if x.wants_gradient {
            let (node, x_node) = (y.node.clone(), x.node.clone());
            pass.record(move |grads| {
                let Some(mut g) = take_gradient(grads, &node) else { return Ok(()) };
                let _span = span("activation backward", 0);
                activation_gradient(&mut g, &kept, width, activation.into());
                add_gradient(grads, &x_node, g)
            });
        }
        Ok(y)
    }
}

#[cfg(test)]
#[path = "dense_tests.rs"]
mod tests;
