//! Normalizations, composed of dfdx's ops.

use dfdx::shapes::{Axis, HasShape};
use dfdx::tensor::{NoneTape, OwnedTape, SplitTape, Tensor};
use dfdx::tensor_ops::{BroadcastTo, Device, MeanTo, ReshapeTo, TryAdd, TryDiv, TryMul, TrySub};

use super::{Failure, Plain, Taped, add_row, fork, sizes};

/// One number for each feature.
pub type Row<D> = Tensor<(usize,), f32, D, NoneTape>;

/// `x * row` in every row; `row` is `[1, columns]` and gets its gradient.
fn scale_rows<D: Device<f32>>(x: Taped<D>, row: &Plain<D>) -> Result<Taped<D>, Failure<D>> {
    let shape = sizes(&x);
    let row = row.retaped::<OwnedTape<f32, D>>().try_reshape_like(&(shape.1,))?;
    x.try_mul(row.try_broadcast_like::<_, Axis<0>>(&shape)?)
}

/// `gamma (x - mean) / sqrt(variance + epsilon) + beta` by the batch's own mean and biased variance, which are returned
/// as well; `x` is `[samples, features]`.
///
/// # Errors
/// When the device fails.
pub fn by_batch<D: Device<f32>>(
    x: Taped<D>,
    gamma: &Plain<D>,
    beta: &Plain<D>,
    epsilon: f32,
) -> Result<(Taped<D>, Row<D>, Row<D>), Failure<D>> {
    let shape = sizes(&x);
    let (x, other) = fork(x);
    let mean = other.try_mean::<(usize,), Axis<0>>()?;
    let (mean_alone, tape) = mean.split_tape();
    let mean = dfdx::tensor::PutTape::put_tape(mean_alone.clone(), tape);
    let (centred, other) = fork(x.try_sub(mean.try_broadcast_like::<_, Axis<0>>(&shape)?)?);
    let variance = other.try_square()?.try_mean::<(usize,), Axis<0>>()?;
    let (variance_alone, tape) = variance.split_tape();
    let variance = dfdx::tensor::PutTape::put_tape(variance_alone.clone(), tape);
    let deviation = variance.try_add(epsilon)?.try_sqrt()?.try_broadcast_like::<_, Axis<0>>(&shape)?;
    let y = add_row(scale_rows(centred.try_div(deviation)?, gamma)?, beta)?;
    Ok((y, mean_alone, variance_alone))
}

/// The same normalization by given statistics.
///
/// # Errors
/// When the device fails.
pub fn by_running<D: Device<f32>>(
    x: Taped<D>,
    [gamma, beta, mean, variance]: [&Plain<D>; 4],
    epsilon: f32,
) -> Result<Taped<D>, Failure<D>> {
    let shape = sizes(&x);
    let row = |row: &Plain<D>| row.clone().try_reshape_like(&(shape.1,));
    let mean = row(mean)?.try_broadcast_like::<_, Axis<0>>(&shape)?;
    let deviation = row(variance)?.try_add(epsilon)?.try_sqrt()?.try_broadcast_like::<_, Axis<0>>(&shape)?;
    add_row(scale_rows(x.try_sub(mean)?.try_div(deviation)?, gamma)?, beta)
}

/// `gamma (x - mean) / sqrt(variance + epsilon) + beta` by each row's own mean and biased variance; `x` is
/// `[vectors, features]`.
///
/// # Errors
/// When the device fails.
pub fn by_row<D: Device<f32>>(
    x: Taped<D>,
    gamma: &Plain<D>,
    beta: &Plain<D>,
    epsilon: f32,
) -> Result<Taped<D>, Failure<D>> {
    let shape = *x.shape();
    let (x, other) = fork(x);
    let mean = other.try_mean::<(usize,), Axis<1>>()?.try_broadcast_like::<_, Axis<1>>(&shape)?;
    let (centred, other) = fork(x.try_sub(mean)?);
    let variance = other.try_square()?.try_mean::<(usize,), Axis<1>>()?;
    let deviation = variance.try_add(epsilon)?.try_sqrt()?.try_broadcast_like::<_, Axis<1>>(&shape)?;
    add_row(scale_rows(centred.try_div(deviation)?, gamma)?, beta)
}
