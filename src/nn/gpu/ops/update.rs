//! Updates of parameters: one launch for all of them, over a table of pieces.

use super::loss::mean;
use crate::nn::Value;
use crate::nn::device::Error;
use crate::nn::gpu::array::Array;
use crate::nn::gpu::device::Gpu;
use crate::nn::gpu::grid::Grid;
use crate::nn::gpu::launch::{
    Add, AddPenalties, ClipValues, NormFactor, Penalties, Piece, ScaleGradients, Squares, UpdateAdagrad,
    UpdateAdam, UpdateLion, UpdateMomentum, UpdateRmsProp, UpdateSgd, at,
};
use crate::nn::gpu::reading::Reading;
use crate::nn::gpu::tape::take_gradient;
use crate::nn::gradients::Gradients;
use crate::nn::graph::Param;
use crate::nn::kernel::rule::Rule;
use crate::nn::optim::update::{Pending, UpdateOp};

/// Numbers of a block; `PER_BLOCK` of `update.cu`.
const PER_BLOCK: usize = 1024;

/// The table of all parameters that change.
struct Table {
    pieces: Array<Piece>,
    blocks: usize,
}

impl Table {
    /// A table on the card. Pieces without numbers are left out.
    fn of(gpu: &Gpu, all: impl Iterator<Item = Piece>) -> Result<Self, Error> {
        let (mut pieces, mut blocks) = (Vec::new(), 0);
        for piece in all.filter(|piece| piece.count > 0) {
            let first_block =
                i32::try_from(blocks).map_err(|_| Error::Device("too many parameters for a GPU".into()))?;
            pieces.push(Piece { first_block, ..piece });
            blocks += (piece.count.cast_unsigned() as usize).div_ceil(PER_BLOCK);
        }
        Ok(Table { pieces: gpu.pieces(pieces)?, blocks })
    }

    fn of_pending(gpu: &Gpu, pending: &[Pending<Gpu>]) -> Result<Self, Error> {
        let pieces = pending.iter().map(|Pending { param, gradient, moments }| {
            let piece = piece(param)?;
            let mut addresses = [0; 3];
            addresses.iter_mut().zip(moments).for_each(|(address, moment)| *address = moment.address());
            Ok(Piece { gradient: gradient.address(), moments: addresses, ..piece })
        });
        Self::of(gpu, pieces.collect::<Result<Vec<_>, Error>>()?.into_iter())
    }

    fn grid(&self) -> Result<Grid, Error> {
        Grid::of([self.blocks.max(1), 1, 1], 256)
    }

    /// Whether nothing changes: then there is nothing to launch.
    fn is_empty(&self) -> bool {
        self.blocks == 0
    }
}

fn piece(param: &Param<Gpu>) -> Result<Piece, Error> {
    let count =
        i32::try_from(param.len()).map_err(|_| Error::Device("a parameter is too large for a GPU".into()))?;
    Ok(Piece { weights: param.values.address(), count, l1: param.l1, l2: param.l2, ..Piece::default() })
}

/// A number that is finite where all guards are; `None` without guards.
fn sum_of(guards: &[Reading]) -> Result<Option<Array>, Error> {
    let Some((first, others)) = guards.split_first() else { return Ok(None) };
    let mut sum = first.array().clone();
    for other in others {
        let card = sum.card().clone();
        let next = Array::scratch(&card, 1)?;
        Add { sum: at(&next), a: at(&sum), b: at(other.array()), count: 1 }.launch(&card, Grid::over(1)?)?;
        sum = next;
    }
    Ok(Some(sum))
}

impl UpdateOp for Gpu {
    type Numbers = Array;

    fn take_gradient(gradients: &mut Gradients<Gpu>, param: &Param<Gpu>) -> Result<Option<Array>, Error> {
        take_gradient(gradients, &param.node)
    }

    fn numbers(device: &Gpu, numbers: Vec<f32>) -> Result<Array, Error> {
        Array::from_host(device.card(), &numbers)
    }

    fn to_vec(numbers: &Array) -> Result<Vec<f32>, Error> {
        numbers.to_host()
    }

    fn penalty(device: &Gpu, params: &[&Param<Gpu>]) -> Result<Value<Gpu>, Error> {
        let pieces = params.iter().map(|param| piece(param)).collect::<Result<Vec<_>, Error>>()?;
        let table = Table::of(device, pieces.into_iter())?;
        if table.is_empty() {
            return Ok(Value::Known(0.0));
        }
        let sums = Array::scratch(device.card(), table.blocks)?;
        Penalties { sums: at(&sums), pieces: at(&table.pieces), number_of_pieces: table.pieces.len() }
            .launch(device.card(), table.grid()?)?;
        mean(&sums, 1)
    }

    fn add_penalties(device: &Gpu, pending: &mut [Pending<Gpu>]) -> Result<(), Error> {
        if pending.iter().all(|Pending { param, .. }| param.l1 == 0.0 && param.l2 == 0.0) {
            return Ok(());
        }
        let table = Table::of_pending(device, pending)?;
        AddPenalties { pieces: at(&table.pieces), number_of_pieces: table.pieces.len() }
            .launch(device.card(), table.grid()?)
    }

    fn clip_values(device: &Gpu, pending: &mut [Pending<Gpu>], limit: f32) -> Result<(), Error> {
        let table = Table::of_pending(device, pending)?;
        if table.is_empty() {
            return Ok(());
        }
        ClipValues { pieces: at(&table.pieces), number_of_pieces: table.pieces.len(), limit }
            .launch(device.card(), table.grid()?)
    }

    fn clip_norm(device: &Gpu, pending: &mut [Pending<Gpu>], limit: f64) -> Result<(), Error> {
        let (card, table) = (device.card(), Table::of_pending(device, pending)?);
        if table.is_empty() {
            return Ok(());
        }
        let (sums, factor) = (Array::scratch(card, table.blocks)?, Array::scratch(card, 1)?);
        let (pieces, number_of_pieces) = (at(&table.pieces), table.pieces.len());
        Squares { sums: at(&sums), pieces, number_of_pieces }.launch(card, table.grid()?)?;
        NormFactor { factor: at(&factor), sums: at(&sums), count: table.blocks, limit: limit as f32 }
            .launch(card, Grid::of([1, 1, 1], 256)?)?;
        ScaleGradients { pieces, number_of_pieces, factor: at(&factor) }.launch(card, table.grid()?)
    }

    fn update<R: Rule<N>, const N: usize>(
        device: &Gpu,
        pending: &mut [Pending<Gpu>],
        rule: R,
        guards: &[Reading],
    ) -> Result<(), Error> {
        let table = Table::of_pending(device, pending)?;
        if table.is_empty() {
            return Ok(());
        }
        let (card, grid, guard) = (device.card(), table.grid()?, sum_of(guards)?);
        let guard = at(guard.as_ref());
        let constants = Array::from_host(card, &rule.constants())?;
        let (pieces, number_of_pieces, constants) = (at(&table.pieces), table.pieces.len(), at(&constants));
        match R::NAME {
            "sgd" => UpdateSgd { pieces, number_of_pieces, constants, guard }.launch(card, grid),
            "momentum" => UpdateMomentum { pieces, number_of_pieces, constants, guard }.launch(card, grid),
            "adam" => UpdateAdam { pieces, number_of_pieces, constants, guard }.launch(card, grid),
            "rms_prop" => UpdateRmsProp { pieces, number_of_pieces, constants, guard }.launch(card, grid),
            "adagrad" => UpdateAdagrad { pieces, number_of_pieces, constants, guard }.launch(card, grid),
            "lion" => UpdateLion { pieces, number_of_pieces, constants, guard }.launch(card, grid),
            other => return Err(Error::Unsupported(format!("the optimizer's rule {other}"))),
        }?;
        card.end_step()
    }
}
