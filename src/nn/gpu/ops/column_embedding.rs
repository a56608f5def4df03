//! Learned vectors in the place of some features of a table. Here rows lie column by column, so that a feature is an array of its
//! own: the kernels that look up tokens take it as it is, and parts are joined by where they are written.

use std::rc::Rc;

use super::output;
use crate::nn::device::Error;
use crate::nn::gpu::array::Array;
use crate::nn::gpu::card::Card;
use crate::nn::gpu::device::Gpu;
use crate::nn::gpu::grid::Grid;
use crate::nn::gpu::launch::{GatherRows, OrderBySteps, Place, ScatterRows, at, from};
use crate::nn::gpu::reading::Reading;
use crate::nn::gpu::tape::{add_gradient, take_gradient};
use crate::nn::graph::{Pass, Var};
use crate::nn::ops::column_embedding::{ColumnEmbeddingOp, Lookup, Stretch, not_a_word, stretches};
use crate::nn::profile::span;

/// Transposes `x`, `[rows, columns]`, into `out`, or the other way round where `is_back` is set.
fn transpose(
    card: &Rc<Card>,
    out: Place<f32>,
    x: Place<f32>,
    [rows, columns]: [usize; 2],
    is_back: bool,
) -> Result<(), Error> {
    let count = rows * columns;
    OrderBySteps {
        out,
        x,
        count,
        rows,
        steps: columns,
        features: 1,
        is_reversed: 0,
        is_back: usize::from(is_back),
    }
    .launch(card, Grid::over(count)?)
}

/// Copies so many numbers: a transposition of one column.
fn copy(card: &Rc<Card>, out: Place<f32>, x: Place<f32>, count: usize) -> Result<(), Error> {
    transpose(card, out, x, [count, 1], false)
}

impl ColumnEmbeddingOp for Gpu {
    fn embed_columns(pass: &mut Pass<Gpu>, x: &Var<Gpu>, lookups: &[Lookup<Gpu>]) -> Result<Var<Gpu>, Error> {
        let _span = span("column embedding forward", 0);
        let parts = stretches(x.columns, lookups)?;
        let (card, rows, features) = (pass.device.card().clone(), x.rows, x.columns);
        let columns: usize = parts.iter().map(|part| part.len()).sum();
        let by_feature = Array::scratch(&card, rows * features)?;
        transpose(&card, at(&by_feature), at(&x.values), [rows, features], false)?;
        let by_column = Array::scratch(&card, rows * columns)?;
        let mut first = 0;
        for part in &parts {
            let out = from(&by_column, first * rows);
            first += part.len();
            match *part {
                Stretch::Plain { from: feature, count } => {
                    copy(&card, out, from(&by_feature, feature * rows), count * rows)?;
                }
                Stretch::Vector { lookup, size } => {
                    let Lookup { place, table } = lookups[lookup];
                    let words = table.shape[0];
                    let vectors = Array::scratch(&card, rows * size)?;
                    let fault = Array::<i32>::zeros(&card, 1)?;
                    GatherRows {
                        rows: at(&vectors),
                        table: at(&table.values),
                        x: from(&by_feature, place * rows),
                        fault: at(&fault),
                        count: rows,
                        width: size,
                        tokens: words,
                    }
                    .launch(&card, Grid::over(rows * size)?)?;
                    let (fault, numbers) = (Reading::begin(&fault)?, x.values.clone());
                    card.watch(move || match usize::try_from(fault.read()?[0]) {
                        Ok(sample @ 1..) => {
                            let number = numbers.to_host()?[(sample - 1) * features + place];
                            Err(not_a_word(number, place, sample - 1, words))
                        }
                        Ok(0) | Err(_) => Ok(()),
                    });
                    transpose(&card, out, at(&vectors), [rows, size], false)?;
                }
            }
        }
        let y = Array::scratch(&card, rows * columns)?;
        transpose(&card, at(&y), at(&by_column), [rows, columns], true)?;
        let wants = x.wants_gradient || lookups.iter().any(|lookup| lookup.table.trainable);
        let y = output(pass, y, [rows, columns], wants)?;
        if wants {
            let (node, x) = (y.node.clone(), x.wants_gradient.then(|| x.node.clone()));
            let table = |&Lookup { place, table }: &Lookup<Gpu>| {
                (place, table.shape[0], table.trainable.then(|| table.node.clone()))
            };
            let tables: Vec<_> = lookups.iter().map(table).collect();
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node)? else { return Ok(()) };
                let _span = span("column embedding backward", 0);
                let by_column = Array::scratch(&card, rows * columns)?;
                transpose(&card, at(&by_column), at(&g), [rows, columns], false)?;
                let input = x.as_ref().map(|_| Array::zeros(&card, rows * features)).transpose()?;
                let mut first = 0;
                for part in &parts {
                    let own = from(&by_column, first * rows);
                    first += part.len();
                    match *part {
                        Stretch::Plain { from: feature, count } => {
                            let Some(input) = &input else { continue };
                            copy(&card, from(input, feature * rows), own, count * rows)?;
                        }
                        Stretch::Vector { lookup, size } => {
                            let (place, words, Some(table)) = &tables[lookup] else { continue };
                            let vectors = Array::scratch(&card, rows * size)?;
                            transpose(&card, at(&vectors), own, [rows, size], true)?;
                            let sums = Array::zeros(&card, words * size)?;
                            ScatterRows {
                                table: at(&sums),
                                rows: at(&vectors),
                                x: from(&by_feature, place * rows),
                                count: rows,
                                width: size,
                                tokens: *words,
                            }
                            .launch(&card, Grid::of_warps(rows)?)?;
                            add_gradient(grads, table, sums)?;
                        }
                    }
                }
                let (Some(x), Some(input)) = (&x, input) else { return Ok(()) };
                let gradient = Array::scratch(&card, rows * features)?;
                transpose(&card, at(&gradient), at(&input), [rows, features], true)?;
                add_gradient(grads, x, gradient)
            });
        }
        Ok(y)
    }
}
