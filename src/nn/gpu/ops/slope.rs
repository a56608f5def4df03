//! A slope where the input is negative: fixed, or learned.

use super::dense::sum_rows;
use super::output;
use crate::nn::device::Error;
use crate::nn::gpu::array::Array;
use crate::nn::gpu::device::Gpu;
use crate::nn::gpu::grid::Grid;
use crate::nn::gpu::launch::{Slope, SlopeBack, at};
use crate::nn::gpu::tape::{add_gradient, take_gradient};
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::ops::dense;
use crate::nn::ops::slope::SlopeOp;
use crate::nn::profile::span;

impl SlopeOp for Gpu {
    fn slope(pass: &mut Pass<Gpu>, x: &Var<Gpu>, slopes: &Param<Gpu>) -> Result<Var<Gpu>, Error> {
        let (card, count, width) = (pass.device.card().clone(), x.values.len(), slopes.len());
        dense::check(x.columns, width)?;
        let _span = span("slope forward", 0);
        let y = Array::scratch(&card, count)?;
        Slope { y: at(&y), x: at(&x.values), slopes: at(&slopes.values), count, width }
            .launch(&card, Grid::over(count)?)?;
        let wants = x.wants_gradient || slopes.trainable;
        let y = output(pass, y, [x.rows, x.columns], wants)?;
        if wants && pass.records() {
            let node = y.node.clone();
            let x_node = x.wants_gradient.then(|| x.node.clone());
            let slopes_node = slopes.trainable.then(|| slopes.node.clone());
            let (x, slopes) = (x.values.clone(), slopes.values.clone());
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node)? else { return Ok(()) };
                let _span = span("slope backward", 0);
                let [d, terms] = [Array::scratch(&card, count)?, Array::scratch(&card, count)?];
                SlopeBack {
                    d: at(&d),
                    terms: at(&terms),
                    g: at(&g),
                    x: at(&x),
                    slopes: at(&slopes),
                    count,
                    width,
                }
                .launch(&card, Grid::over(count)?)?;
                if let Some(node) = &slopes_node {
                    add_gradient(grads, node, sum_rows(&card, &terms, width)?)?;
                }
                match &x_node {
                    Some(node) => add_gradient(grads, node, d),
                    None => Ok(()),
                }
            });
        }
        Ok(y)
    }
}
