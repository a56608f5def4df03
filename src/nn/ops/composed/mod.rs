//! Ops composed of dfdx's own: an independent reference for the fused ops, which the tests beside them compare with.
//!
//! Where samples have a layout behind their columns (images, sequences), numbers are picked by [`pick`]: one gather by
//! indices that depend on the layer's shape alone.

pub mod activation;
pub mod image;
pub mod join;
pub mod norm;
pub mod recurrent;
pub mod sequence;
mod tests;

use dfdx::shapes::{Axes2, Axis};
use dfdx::tensor::{NoneTape, OwnedTape, PutTape, SplitTape, Tensor};
use dfdx::tensor_ops::{
    BroadcastTo, Device, GatherTo, PermuteTo, ReshapeTo, TryAdd, TryConcatAlong, TryMatMul,
};

use crate::preset::Activation;

/// A matrix on the tape.
pub type Taped<D> = Tensor<(usize, usize), f32, D, OwnedTape<f32, D>>;
/// A matrix that carries no tape: a parameter, or a constant.
pub type Plain<D> = Tensor<(usize, usize), f32, D, NoneTape>;
/// The error of dfdx's ops.
pub type Failure<D> = <D as dfdx::tensor::HasErr>::Err;

/// The same matrix twice, so that two ops can read it; the gradients of both are added up.
pub fn fork<D: Device<f32>>(x: Taped<D>) -> (Taped<D>, Taped<D>) {
    let (x, tape) = x.split_tape();
    (x.clone().put_tape(tape), x.retaped())
}

/// The sizes of a matrix.
pub fn sizes<D: Device<f32>, T>(x: &Tensor<(usize, usize), f32, D, T>) -> (usize, usize) {
    use dfdx::shapes::HasShape;
    *x.shape()
}

/// The transpose.
///
/// # Errors
/// When the device fails.
pub fn transposed<D: Device<f32>>(x: Taped<D>) -> Result<Taped<D>, Failure<D>> {
    x.try_permute::<(usize, usize), Axes2<1, 0>>()
}

/// For each sample, the columns that `indices` name: `[rows, columns]` to `[indices, rows]`. The index `columns` stands
/// for a number that is not there (padding) and gives `missing`.
///
/// # Errors
/// When the device fails.
pub fn pick<D: Device<f32>>(x: Taped<D>, indices: Vec<usize>, missing: f32) -> Result<Taped<D>, Failure<D>> {
    let (rows, columns) = sizes(&x);
    let device = x.device().clone();
    let is_padded = indices.contains(&columns);
    let mut numbers = transposed(x)?;
    if is_padded {
        let padding: Plain<D> = device.try_tensor_from_vec(vec![missing; rows], (1, rows))?;
        numbers = (numbers, padding).try_concat_along(Axis::<0>)?;
    }
    let count = indices.len();
    let indices: Tensor<(usize,), usize, D> = device.try_tensor_from_vec(indices, (count,))?;
    numbers.try_gather(indices)
}

/// `x + row` in every row; `row` is `[1, columns]` and gets its gradient.
///
/// # Errors
/// When the device fails.
pub fn add_row<D: Device<f32>>(x: Taped<D>, row: &Plain<D>) -> Result<Taped<D>, Failure<D>> {
    let shape = sizes(&x);
    let row = row.retaped::<OwnedTape<f32, D>>().try_reshape_like(&(shape.1,))?;
    x.try_add(row.try_broadcast_like::<_, Axis<0>>(&shape)?)
}

/// `activation(x kernel + bias)` over the last axis: `x` is `[rows, steps * in]`, the kernel `[in, out]`.
///
/// # Errors
/// When the device fails.
pub fn dense<D: Device<f32>>(
    x: Taped<D>,
    kernel: &Plain<D>,
    bias: Option<&Plain<D>>,
    activation: Activation,
) -> Result<Taped<D>, Failure<D>> {
    let ((rows, columns), (inputs, units)) = (sizes(&x), sizes(kernel));
    let vectors = rows * (columns / inputs.max(1));
    let x = x.try_reshape_like(&(vectors, inputs))?;
    let y = x.try_matmul(kernel.clone())?;
    let y = match bias {
        Some(bias) => add_row(y, bias)?,
        None => y,
    };
    activation::apply(y, units, activation)?.try_reshape_like(&(rows, vectors / rows.max(1) * units))
}
