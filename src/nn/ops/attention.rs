//! Attention between the steps of a sequence.

use dfdx::tensor::Cpu;

use crate::nn::device::{Device, Error};
use crate::nn::gradients::{add_gradient, take_gradient};
use crate::nn::graph::{Pass, Var};
use crate::nn::kernel::attention::Attention;
use crate::nn::profile::span;

/// The results of attention.
pub struct Attended<D: Device> {
    /// The output, `[rows, steps * heads * width]`.
    pub output: Var<D>,
    /// The weights: how much each step takes from each step, a constant: `[rows, heads * steps * steps]`.
    pub weights: Var<D>,
}

/// Attention.
pub trait AttentionOp: Device {
    /// `softmax(Q K' / sqrt(width)) V`, head by head; queries, keys and values are `[rows, steps * heads * width]`.
    ///
    /// # Errors
    /// When queries, keys or values do not have the shape that `shape` gives, or the device fails.
    fn attention(
        pass: &mut Pass<Self>,
        queries_keys_values: [&Var<Self>; 3],
        shape: Attention,
    ) -> Result<Attended<Self>, Error>;
}

/// Checks that queries, keys and values have the shape that `shape` gives.
pub(in crate::nn) fn check<D: Device>(parts: [&Var<D>; 3], shape: &Attention) -> Result<(), Error> {
    let (rows, columns) = (parts[0].rows, shape.steps * shape.heads * shape.width);
    if parts.iter().all(|x| (x.rows, x.columns) == (rows, columns)) {
        return Ok(());
    }
    Err(Error::Weights(format!("queries, keys and values are not {columns} numbers each")))
}

impl AttentionOp for Cpu {
    fn attention(
        pass: &mut Pass<Cpu>,
        parts: [&Var<Cpu>; 3],
        shape: Attention,
    ) -> Result<Attended<Cpu>, Error> {
        check(parts, &shape)?;
        let (rows, columns, Attention { steps, heads, .. }) = (parts[0].rows, parts[0].columns, shape);
        let flops = shape.flops() * rows as u64;
        let _span = span("attention forward", flops);
        let (output, weights) = shape.forward(parts.map(|x| &x.values[..]), rows);
        let wants = parts.iter().any(|x| x.wants_gradient);
        let output = Var::new(&pass.device, output, rows, columns, wants)?;
        let weights = Var::new(&pass.device, weights, rows, heads * steps * steps, false)?;
        if wants && pass.records() {
            let node = output.node.clone();
            let kept = weights.values.clone();
            let parts = parts.map(|x| (x.node.clone(), x.values.clone(), x.wants_gradient));
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node) else { return Ok(()) };
                let _span = span("attention backward", 2 * flops);
                let values = [0, 1, 2].map(|i| &parts[i].1[..]);
                let gradients = shape.backward(values, &kept, &g, rows);
                for ((node, _, wants), gradient) in parts.iter().zip(gradients) {
                    if *wants {
                        add_gradient(grads, node, gradient)?;
                    }
                }
                Ok(())
            });
        }
        Ok(Attended { output, weights })
    }
}
