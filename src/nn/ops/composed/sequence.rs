//! Embedding and attention, composed of dfdx's ops.

use dfdx::shapes::{Axes3, Axes4, Axis};
use dfdx::tensor::{OwnedTape, PutTape, SplitTape, Tensor};
use dfdx::tensor_ops::{BroadcastTo, Device, GatherTo, PermuteTo, ReshapeTo, TryAdd, TryMatMul, TryMul};

use super::{Failure, Plain, Taped, sizes};
use crate::nn::kernel::attention::Attention;

/// Looks up a row of `table`, `[tokens, width]`, for each of the `tokens` of `rows` samples: `[rows, steps * width]`.
///
/// # Errors
/// When the device fails.
pub fn embed<D: Device<f32>>(table: Taped<D>, tokens: &[u32], rows: usize) -> Result<Taped<D>, Failure<D>> {
    let (count, width) = (tokens.len(), sizes(&table).1);
    let indices: Vec<usize> = tokens.iter().map(|&token| token as usize).collect();
    let indices: Tensor<(usize,), usize, D> =
        table.device().clone().try_tensor_from_vec(indices, (count,))?;
    table.try_gather(indices)?.try_reshape_like(&(rows, count / rows.max(1) * width))
}

/// `[rows, steps * heads * width]` to `[rows * heads, steps, width]`.
fn by_head<D: Device<f32>>(
    x: Taped<D>,
    shape: &Attention,
) -> Result<Tensor<(usize, usize, usize), f32, D, OwnedTape<f32, D>>, Failure<D>> {
    let Attention { steps, heads, width, .. } = *shape;
    let (rows, _) = sizes(&x);
    let x = x.try_reshape_like(&(rows, steps, heads, width))?;
    let x = x.try_permute::<(usize, usize, usize, usize), Axes4<0, 2, 1, 3>>()?;
    x.try_reshape_like(&(rows * heads, steps, width))
}

/// `softmax(Q K' / sqrt(width)) V`, head by head, and the softmax's weights, `[rows, heads * steps * steps]`.
///
/// # Errors
/// When the device fails.
pub fn attention<D: Device<f32>>(
    queries: Taped<D>,
    keys: &Plain<D>,
    values: &Plain<D>,
    shape: &Attention,
) -> Result<(Taped<D>, Plain<D>), Failure<D>> {
    let Attention { steps, heads, width, causal } = *shape;
    let (rows, columns) = sizes(&queries);
    let device = queries.device().clone();
    let keys = by_head(keys.retaped(), shape)?.try_permute::<(usize, usize, usize), Axes3<0, 2, 1>>()?;
    let mut scores = by_head(queries, shape)?.try_matmul(keys)?.try_mul(1.0 / (width as f32).sqrt())?;
    if causal {
        // Later steps get no weight: e to this power is zero.
        let mask = (0..steps * steps).map(|i| if i % steps > i / steps { -1e9 } else { 0.0 }).collect();
        let mask: Plain<D> = device.try_tensor_from_vec(mask, (steps, steps))?;
        scores = scores.try_add(mask.try_broadcast_like::<_, Axis<0>>(&(rows * heads, steps, steps))?)?;
    }
    let (weights, tape) = scores.try_softmax::<Axis<2>>()?.split_tape();
    let shown = weights.clone().try_reshape_like(&(rows, heads * steps * steps))?;
    let output = weights.put_tape(tape).try_matmul(by_head(values.retaped(), shape)?)?;
    let output = output.try_reshape_like(&(rows, heads, steps, width))?;
    let output = output.try_permute::<(usize, usize, usize, usize), Axes4<0, 2, 1, 3>>()?;
    Ok((output.try_reshape_like(&(rows, columns))?, shown))
}
