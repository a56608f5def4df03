//! `activation(x W + b)`, and an activation alone.

use std::rc::Rc;

use super::output;
use crate::nn::device::Error;
use crate::nn::gpu::activation;
use crate::nn::gpu::array::Array;
use crate::nn::gpu::card::Card;
use crate::nn::gpu::device::Gpu;
use crate::nn::gpu::grid::Grid;
use crate::nn::gpu::launch::{
    ActivationGradient, BiasActivation, ColumnSums, SoftmaxGradient, SoftmaxRows, at,
};
use crate::nn::gpu::product::{Finish, Matrix, product};
use crate::nn::gpu::tape::{add_gradient, take_gradient};
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::ops::dense::{DenseOp, check};
use crate::nn::profile::span;
use crate::preset::Activation;

/// Rows that one block sums.
const CHUNK: usize = 512;

/// The sum of all rows of `x`, `[rows, width]`.
pub fn sum_rows(card: &Rc<Card>, x: &Array, width: usize) -> Result<Array, Error> {
    let mut rows = x.len() / width.max(1);
    let mut sums = x.clone();
    if rows == 0 {
        return Array::zeros(card, width);
    }
    loop {
        let chunks = rows.div_ceil(CHUNK);
        let parts = Array::scratch(card, chunks * width)?;
        ColumnSums { sums: at(&parts), x: at(&sums), rows, width, chunk: CHUNK }
            .launch(card, Grid::of([width.div_ceil(32), chunks, 1], 256)?)?;
        if chunks == 1 {
            return Ok(parts);
        }
        (sums, rows) = (parts, chunks);
    }
}

/// Softmax of rows of `width`.
pub fn softmax(card: &Rc<Card>, x: &Array, width: usize) -> Result<Array, Error> {
    let (y, rows) = (Array::scratch(card, x.len())?, x.len() / width);
    SoftmaxRows { y: at(&y), x: at(x), rows, width }.launch(card, Grid::of_warps(rows)?)?;
    Ok(y)
}

/// The gradient of an activation's input; `kept` is its output, or its input where the activation needs that.
pub fn activation_gradient(
    card: &Rc<Card>,
    gradient: Array,
    kept: &Array,
    width: usize,
    which: Activation,
) -> Result<Array, Error> {
    if which == Activation::Linear {
        return Ok(gradient);
    }
    let (out, count) = (Array::scratch(card, gradient.len())?, gradient.len());
    if which == Activation::Softmax {
        let rows = count / width;
        SoftmaxGradient { out: at(&out), gradient: at(&gradient), y: at(kept), rows, width }
            .launch(card, Grid::of_warps(rows)?)?;
    } else {
        let activation = activation::code(which);
        ActivationGradient { out: at(&out), gradient: at(&gradient), kept: at(kept), count, activation }
            .launch(card, Grid::over(count)?)?;
    }
    Ok(out)
}

impl DenseOp for Gpu {
    fn dense(
        pass: &mut Pass<Gpu>,
        x: &Var<Gpu>,
        kernel: &Param<Gpu>,
        bias: Option<&Param<Gpu>>,
        activation: Activation,
    ) -> Result<Var<Gpu>, Error> {
        let (inputs, units) = match kernel.shape[..] {
            [inputs, units] => (inputs, units),
            _ => return Err(Error::Weights(format!("a dense kernel of shape {:?}", kernel.shape))),
        };
        check(x.columns, inputs)?;
        let card = pass.device.card().clone();
        let rows = x.rows * (x.columns / inputs);
        let _span = span("dense forward", 2 * (rows * inputs * units) as u64);
        let is_softmax = activation == Activation::Softmax;
        let before = match pass.records() && activation.needs_input() {
            true => Some(Array::scratch(&card, rows * units)?),
            false => None,
        };
        let finish = Finish {
            bias: bias.map(|bias| &bias.values),
            activation: if is_softmax { Activation::Linear } else { activation },
            before: before.as_ref(),
        };
        let (a, b) = (Matrix::rows(&x.values), Matrix::rows(&kernel.values));
        let mut y = product(&card, [rows, units, inputs], a, b, finish)?;
        if is_softmax {
            y = softmax(&card, &y, units)?;
        }
        let (wants_kernel, wants_x) = (kernel.trainable, x.wants_gradient);
        let bias_node = bias.filter(|b| b.trainable).map(|b| b.node.clone());
        let wants = wants_kernel || wants_x || bias_node.is_some();
        let y = output(pass, y, [x.rows, x.columns / inputs * units], wants)?;
        if wants && pass.records() {
            let kept = before.unwrap_or_else(|| y.values.clone());
            let (node, x_node, w_node) = (y.node.clone(), x.node.clone(), kernel.node.clone());
            let (x, w) = (x.values.clone(), kernel.values.clone());
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node)? else { return Ok(()) };
                let _span = span("dense backward", 0);
                let g = activation_gradient(&card, g, &kept, units, activation)?;
                if let Some(bias) = &bias_node {
                    add_gradient(grads, bias, sum_rows(&card, &g, units)?)?;
                }
                if wants_kernel {
                    let (a, b) = (Matrix::transposed(&x), Matrix::rows(&g));
                    let dw = product(&card, [inputs, units, rows], a, b, Finish::default())?;
                    add_gradient(grads, &w_node, dw)?;
                }
                if wants_x {
                    let (a, b) = (Matrix::rows(&g), Matrix::transposed(&w));
                    let dx = product(&card, [rows, inputs, units], a, b, Finish::default())?;
                    add_gradient(grads, &x_node, dx)?;
                }
                Ok(())
            });
        }
        Ok(y)
    }

    fn activate(
        pass: &mut Pass<Gpu>,
        x: &Var<Gpu>,
        width: usize,
        which: Activation,
    ) -> Result<Var<Gpu>, Error> {
        check(x.columns, width)?;
        let _span = span("activation forward", 0);
        let (card, count) = (pass.device.card().clone(), x.values.len());
        let y = match which {
            Activation::Linear => x.values.clone(),
            Activation::Softmax => softmax(&card, &x.values, width)?,
            _ => {
                let (y, activation) = (Array::scratch(&card, count)?, activation::code(which));
                BiasActivation {
                    y: at(&y),
                    before: at(None),
                    x: at(&x.values),
                    bias: at(None),
                    count,
                    width,
                    activation,
                }
                .launch(&card, Grid::over(count)?)?;
                y
            }
        };
        let y = output(pass, y, [x.rows, x.columns], x.wants_gradient)?;
        if x.wants_gradient {
            let kept = if which.needs_input() { x.values.clone() } else { y.values.clone() };
            let (node, x_node) = (y.node.clone(), x.node.clone());
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node)? else { return Ok(()) };
                let _span = span("activation backward", 0);
                let g = activation_gradient(&card, g, &kept, width, which)?;
                add_gradient(grads, &x_node, g)
            });
        }
        Ok(y)
    }
}
