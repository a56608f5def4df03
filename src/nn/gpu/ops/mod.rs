//! The engine's ops on the card, one file a family, as in `nn/ops`.

mod attention;
mod batch_norm;
mod boltzmann;
mod column_embedding;
mod conv;
mod dense;
mod dropout;
mod embedding;
mod gradient;
mod join;
mod latent;
mod layer_norm;
mod loss;
mod max_pool;
mod recurrent;
mod resample;
mod slice;
mod slope;
mod update;
mod windows;

use super::array::Array;
use super::device::Gpu;
use super::grid::Grid;
use super::launch::{ScaleRows, at};
use crate::nn::device::{Device, Error};
use crate::nn::graph::{Pass, Var};

/// An op's result, `[rows, columns]`.
fn output(
    pass: &Pass<Gpu>,
    values: Array,
    [rows, columns]: [usize; 2],
    wants_gradient: bool,
) -> Result<Var<Gpu>, Error> {
    Ok(Var { node: pass.device.node()?, values, rows, columns, wants_gradient })
}

/// Every row of a matrix times its factor; there are as many factors as rows.
fn scaled_rows(x: &Array, factors: &Array) -> Result<Array, Error> {
    let (card, count) = (x.card().clone(), x.len());
    let y = Array::scratch(&card, count)?;
    let width = (count / factors.len().max(1)).max(1);
    ScaleRows { y: at(&y), x: at(x), factors: at(factors), count, width }
        .launch(&card, Grid::over(count)?)?;
    Ok(y)
}
