//! Joins two activations: side by side, or as their sum.

use super::output;
use crate::nn::device::Error;
use crate::nn::gpu::array::Array;
use crate::nn::gpu::device::Gpu;
use crate::nn::gpu::grid::Grid;
use crate::nn::gpu::launch::{Add, OneSide, SideBySide, at};
use crate::nn::gpu::tape::{add_gradient, take_gradient};
use crate::nn::graph::{Pass, Var};
use crate::nn::ops::join::{JoinOp, check, check_width};
use crate::nn::profile::span;

impl JoinOp for Gpu {
    fn side_by_side(
        pass: &mut Pass<Gpu>,
        a: &Var<Gpu>,
        b: &Var<Gpu>,
        width: usize,
    ) -> Result<Var<Gpu>, Error> {
        check(a, b)?;
        check_width(a, width)?;
        let _span = span("join forward", 0);
        let (card, count) = (pass.device.card().clone(), 2 * a.values.len());
        let y = Array::scratch(&card, count)?;
        SideBySide { y: at(&y), a: at(&a.values), b: at(&b.values), count, width }
            .launch(&card, Grid::over(count)?)?;
        let wants = a.wants_gradient || b.wants_gradient;
        let y = output(pass, y, [a.rows, 2 * a.columns], wants)?;
        if wants {
            let node = y.node.clone();
            let parts = [a, b].map(|x| (x.node.clone(), x.wants_gradient));
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node)? else { return Ok(()) };
                let _span = span("join backward", 0);
                for (side, (node, wants)) in parts.iter().enumerate() {
                    if !wants {
                        continue;
                    }
                    let count = g.len() / 2;
                    let part = Array::scratch(&card, count)?;
                    OneSide { part: at(&part), y: at(&g), count, width, side }
                        .launch(&card, Grid::over(count)?)?;
                    add_gradient(grads, node, part)?;
                }
                Ok(())
            });
        }
        Ok(y)
    }

    fn add(pass: &mut Pass<Gpu>, a: &Var<Gpu>, b: &Var<Gpu>) -> Result<Var<Gpu>, Error> {
        check(a, b)?;
        let _span = span("add forward", 0);
        let (card, count) = (pass.device.card().clone(), a.values.len());
        let sum = Array::scratch(&card, count)?;
        Add { sum: at(&sum), a: at(&a.values), b: at(&b.values), count }.launch(&card, Grid::over(count)?)?;
        let wants = a.wants_gradient || b.wants_gradient;
        let sum = output(pass, sum, [a.rows, a.columns], wants)?;
        if wants {
            let node = sum.node.clone();
            let parts = [a, b].map(|x| (x.node.clone(), x.wants_gradient));
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node)? else { return Ok(()) };
                parts
                    .iter()
                    .filter(|(_, wants)| *wants)
                    .try_for_each(|(node, _)| add_gradient(grads, node, g.clone()))
            });
        }
        Ok(sum)
    }
}
