//! Two activations joined, composed of dfdx's ops.

use dfdx::shapes::Axis;
use dfdx::tensor::OwnedTape;
use dfdx::tensor_ops::{Device, ReshapeTo, TryConcatAlong};

use super::{Failure, Plain, Taped, sizes};

/// Joins both along the last axis, `width` numbers of each at every step.
///
/// # Errors
/// When the device fails.
pub fn side_by_side<D: Device<f32>>(a: Taped<D>, b: &Plain<D>, width: usize) -> Result<Taped<D>, Failure<D>> {
    let (rows, columns) = sizes(&a);
    let vectors = (rows * (columns / width.max(1)), width);
    let a = a.try_reshape_like(&vectors)?;
    let b = b.retaped::<OwnedTape<f32, D>>().try_reshape_like(&vectors)?;
    (a, b).try_concat_along(Axis::<1>)?.try_reshape_like(&(rows, 2 * columns))
}
