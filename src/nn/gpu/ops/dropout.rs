//! Dropout, by the masks that the CPU draws.

use super::output;
use crate::nn::device::Error;
use crate::nn::gpu::array::Array;
use crate::nn::gpu::device::Gpu;
use crate::nn::gpu::grid::Grid;
use crate::nn::gpu::launch::{Dropout, Step, at};
use crate::nn::gpu::tape::{add_gradient, take_gradient};
use crate::nn::graph::{Pass, Var};
use crate::nn::kernel::dropout::Keep;
use crate::nn::ops::dropout::DropoutOp;
use crate::nn::profile::span;

/// `x` with the mask of one draw.
fn masked(x: &Array, step: &Array<Step>, draw: usize, keep: Keep) -> Result<Array, Error> {
    let (card, count) = (x.card(), x.len());
    let y = Array::scratch(card, count)?;
    let Keep { threshold, scale } = keep;
    Dropout { y: at(&y), x: at(x), step: at(step), draw, threshold, scale, count }
        .launch(card, Grid::over(count)?)?;
    Ok(y)
}

impl DropoutOp for Gpu {
    fn dropout(pass: &mut Pass<Gpu>, x: &Var<Gpu>, rate: f32) -> Result<Var<Gpu>, Error> {
        if !pass.training || rate <= 0.0 {
            return Ok(x.clone());
        }
        let _span = span("dropout forward", 0);
        let (step, draw, keep) = (pass.device.step(pass.seed)?, pass.next_draw() as usize, Keep::of(rate));
        let y = output(pass, masked(&x.values, &step, draw, keep)?, [x.rows, x.columns], x.wants_gradient)?;
        if x.wants_gradient {
            let (node, x_node) = (y.node.clone(), x.node.clone());
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node)? else { return Ok(()) };
                let _span = span("dropout backward", 0);
                add_gradient(grads, &x_node, masked(&g, &step, draw, keep)?)
            });
        }
        Ok(y)
    }
}
