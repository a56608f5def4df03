//! A part of an axis, and zeros around one: each is the transpose of the other.

use super::output;
use crate::nn::device::Error;
use crate::nn::gpu::array::Array;
use crate::nn::gpu::device::Gpu;
use crate::nn::gpu::grid::Grid;
use crate::nn::gpu::launch::{CutSlice, PutSlice, at};
use crate::nn::gpu::tape::{add_gradient, take_gradient};
use crate::nn::graph::{Pass, Var};
use crate::nn::kernel::slices::Slice;
use crate::nn::ops::slice::{SliceOp, vectors};
use crate::nn::profile::span;

/// The parts of all vectors of `whole`.
pub fn cut(whole: &Array, slice: Slice) -> Result<Array, Error> {
    let Slice { total, from, width } = slice;
    let (card, count) = (whole.card(), whole.len() / total * width);
    let part = Array::scratch(card, count)?;
    CutSlice { part: at(&part), whole: at(whole), count, total, from, width }
        .launch(card, Grid::over(count)?)?;
    Ok(part)
}

/// Writes the parts to their places in `whole`.
pub fn put(whole: &Array, part: &Array, Slice { total, from, width }: Slice) -> Result<(), Error> {
    let count = part.len();
    PutSlice { whole: at(whole), part: at(part), count, total, from, width }
        .launch(whole.card(), Grid::over(count)?)
}

/// The parts among zeros.
fn padded(part: &Array, slice: Slice) -> Result<Array, Error> {
    let whole = Array::zeros(part.card(), part.len() / slice.width * slice.total)?;
    put(&whole, part, slice)?;
    Ok(whole)
}

/// Records a copy whose transpose is `back`.
fn copied(
    pass: &mut Pass<Gpu>,
    x: &Var<Gpu>,
    y: Array,
    columns: usize,
    slice: Slice,
    back: fn(&Array, Slice) -> Result<Array, Error>,
) -> Result<Var<Gpu>, Error> {
    let y = output(pass, y, [x.rows, columns], x.wants_gradient)?;
    if x.wants_gradient {
        let (node, x_node) = (y.node.clone(), x.node.clone());
        pass.record(move |grads| {
            let Some(g) = take_gradient(grads, &node)? else { return Ok(()) };
            let _span = span("slice backward", 0);
            add_gradient(grads, &x_node, back(&g, slice)?)
        });
    }
    Ok(y)
}

impl SliceOp for Gpu {
    fn slice(pass: &mut Pass<Gpu>, x: &Var<Gpu>, slice: Slice) -> Result<Var<Gpu>, Error> {
        let columns = vectors(x, slice, slice.total)? * slice.width;
        let _span = span("slice forward", 0);
        copied(pass, x, cut(&x.values, slice)?, columns, slice, padded)
    }

    fn pad(pass: &mut Pass<Gpu>, x: &Var<Gpu>, slice: Slice) -> Result<Var<Gpu>, Error> {
        let columns = vectors(x, slice, slice.width)? * slice.total;
        let _span = span("slice forward", 0);
        copied(pass, x, padded(&x.values, slice)?, columns, slice, cut)
    }
}
