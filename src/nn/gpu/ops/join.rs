//! Joins several activations into one: side by side, as their sum, product, mean or dot product.

use super::slice::{cut, put};
use super::{output, scaled_rows};
use crate::nn::device::Error;
use crate::nn::gpu::array::Array;
use crate::nn::gpu::device::Gpu;
use crate::nn::gpu::grid::Grid;
use crate::nn::gpu::launch::{Add, RowDots, Scale, at};
use crate::nn::gpu::tape::{add_gradient, take_gradient};
use crate::nn::graph::{Pass, Var};
use crate::nn::ops::dense;
use crate::nn::ops::join::{JoinOp, check, places};
use crate::nn::profile::span;

/// `factor * x`
fn times(x: &Array, factor: f32) -> Result<Array, Error> {
    let (card, count) = (x.card(), x.len());
    let y = Array::scratch(card, count)?;
    Scale { y: at(&y), x: at(x), factor, count }.launch(card, Grid::over(count)?)?;
    Ok(y)
}

/// Records that each of two factors gets the gradient of `y`, which has a number for each vector of the factors, times the other
/// factor.
fn record_product(pass: &mut Pass<Gpu>, y: &Var<Gpu>, [a, b]: [&Var<Gpu>; 2], name: &'static str) {
    let node = y.node.clone();
    let factors =
        [(a, b), (b, a)].map(|(x, other)| x.wants_gradient.then(|| (x.node.clone(), other.values.clone())));
    pass.record(move |grads| {
        let Some(g) = take_gradient(grads, &node)? else { return Ok(()) };
        let _span = span(name, 0);
        let mut wanted = factors.iter().flatten();
        wanted.try_for_each(|(node, other)| add_gradient(grads, node, scaled_rows(other, &g)?))
    });
}

impl JoinOp for Gpu {
    fn concatenate(pass: &mut Pass<Gpu>, parts: &[(&Var<Gpu>, usize)]) -> Result<Var<Gpu>, Error> {
        let (places, [rows, columns]) = places(parts)?;
        let _span = span("join forward", 0);
        let card = pass.device.card().clone();
        let y = Array::scratch(&card, rows * columns)?;
        for ((part, _), place) in parts.iter().zip(&places) {
            put(&y, &part.values, *place)?;
        }
        let wants = parts.iter().any(|(part, _)| part.wants_gradient);
        let y = output(pass, y, [rows, columns], wants)?;
        if wants {
            let node = y.node.clone();
            let wanted = parts.iter().zip(places).filter(|((part, _), _)| part.wants_gradient);
            let parts: Vec<_> = wanted.map(|((part, _), place)| (part.node.clone(), place)).collect();
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node)? else { return Ok(()) };
                let _span = span("join backward", 0);
                parts.iter().try_for_each(|(node, place)| add_gradient(grads, node, cut(&g, *place)?))
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

    fn multiply(pass: &mut Pass<Gpu>, a: &Var<Gpu>, b: &Var<Gpu>) -> Result<Var<Gpu>, Error> {
        check(a, b)?;
        let _span = span("multiply forward", 0);
        let wants = a.wants_gradient || b.wants_gradient;
        let y = output(pass, scaled_rows(&a.values, &b.values)?, [a.rows, a.columns], wants)?;
        if wants {
            record_product(pass, &y, [a, b], "multiply backward");
        }
        Ok(y)
    }

    fn dot(pass: &mut Pass<Gpu>, a: &Var<Gpu>, b: &Var<Gpu>, width: usize) -> Result<Var<Gpu>, Error> {
        check(a, b)?;
        dense::check(a.columns, width)?;
        let _span = span("dot forward", 0);
        let (card, rows) = (pass.device.card().clone(), a.values.len() / width);
        let y = Array::scratch(&card, rows)?;
        RowDots { y: at(&y), a: at(&a.values), b: at(&b.values), rows, width }
            .launch(&card, Grid::of_warps(rows)?)?;
        let wants = a.wants_gradient || b.wants_gradient;
        let y = output(pass, y, [a.rows, a.columns / width], wants)?;
        if wants {
            record_product(pass, &y, [a, b], "dot backward");
        }
        Ok(y)
    }

    fn scale(pass: &mut Pass<Gpu>, x: &Var<Gpu>, factor: f32) -> Result<Var<Gpu>, Error> {
        let _span = span("scale forward", 0);
        let y = output(pass, times(&x.values, factor)?, [x.rows, x.columns], x.wants_gradient)?;
        if x.wants_gradient {
            let (node, x) = (y.node.clone(), x.node.clone());
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node)? else { return Ok(()) };
                let _span = span("scale backward", 0);
                add_gradient(grads, &x, times(&g, factor)?)
            });
        }
        Ok(y)
    }
}
