//! Learned vectors: one for each token, and one for each place in a sequence.

use super::dense::sum_rows;
use super::output;
use crate::nn::device::Error;
use crate::nn::gpu::array::Array;
use crate::nn::gpu::device::Gpu;
use crate::nn::gpu::grid::Grid;
use crate::nn::gpu::launch::{AddRow, GatherRows, ScatterRows, at};
use crate::nn::gpu::reading::Reading;
use crate::nn::gpu::tape::{add_gradient, take_gradient};
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::ops::embedding::{EmbeddingOp, check_positions, not_a_token};
use crate::nn::profile::span;

impl EmbeddingOp for Gpu {
    fn embed(pass: &mut Pass<Gpu>, x: &Var<Gpu>, table: &Param<Gpu>) -> Result<Var<Gpu>, Error> {
        let [tokens, width] = table.shape[..] else {
            return Err(Error::Weights(format!("an embedding of shape {:?}", table.shape)));
        };
        let _span = span("embedding forward", 0);
        let (card, count) = (pass.device.card().clone(), x.values.len());
        let rows = Array::scratch(&card, count * width)?;
        let fault = Array::<i32>::zeros(&card, 1)?;
        GatherRows {
            rows: at(&rows),
            table: at(&table.values),
            x: at(&x.values),
            fault: at(&fault),
            count,
            width,
            tokens,
        }
        .launch(&card, Grid::over(count * width)?)?;
        let (fault, numbers, steps) = (Reading::begin(&fault)?, x.values.clone(), x.columns);
        card.watch(move || match usize::try_from(fault.read()?[0]) {
            Ok(place @ 1..) => Err(not_a_token(numbers.to_host()?[place - 1], place - 1, steps, tokens)),
            Ok(0) | Err(_) => Ok(()),
        });
        let y = output(pass, rows, [x.rows, x.columns * width], table.trainable)?;
        if table.trainable {
            let (node, table, x) = (y.node.clone(), table.node.clone(), x.values.clone());
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node)? else { return Ok(()) };
                let _span = span("embedding backward", 0);
                let sums = Array::zeros(&card, tokens * width)?;
                ScatterRows { table: at(&sums), rows: at(&g), x: at(&x), count, width, tokens }
                    .launch(&card, Grid::of_warps(count)?)?;
                add_gradient(grads, &table, sums)
            });
        }
        Ok(y)
    }

    fn add_positions(pass: &mut Pass<Gpu>, x: &Var<Gpu>, table: &Param<Gpu>) -> Result<Var<Gpu>, Error> {
        check_positions(x, table)?;
        let _span = span("positions forward", 0);
        let (card, count, columns) = (pass.device.card().clone(), x.values.len(), x.columns);
        let y = Array::scratch(&card, count)?;
        AddRow { y: at(&y), x: at(&x.values), row: at(&table.values), count, width: columns }
            .launch(&card, Grid::over(count)?)?;
        let wants = x.wants_gradient || table.trainable;
        let y = output(pass, y, [x.rows, columns], wants)?;
        if wants {
            let (node, x_node, wants_x) = (y.node.clone(), x.node.clone(), x.wants_gradient);
            let table = table.trainable.then(|| table.node.clone());
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node)? else { return Ok(()) };
                let _span = span("positions backward", 0);
                if let Some(table) = &table {
                    add_gradient(grads, table, sum_rows(&card, &g, columns)?)?;
                }
                if wants_x {
                    add_gradient(grads, &x_node, g)?;
                }
                Ok(())
            });
        }
        Ok(y)
    }
}
