//! Activations, composed of dfdx's ops.

use dfdx::shapes::Axis;
use dfdx::tensor::{PutTape, SplitTape};
use dfdx::tensor_ops::{Device, ReshapeTo, TryAdd, TryMul, TrySub};

use super::{Failure, Taped, fork, sizes};
use crate::preset::Activation;

/// dfdx's GELU with a corrected gradient: dfdx takes the density of the normal distribution too large by the root of
/// 2 (`2 / sqrt(pi)` for `sqrt(2 / pi)`), so its slope is too large by
/// `(1 - 1 / sqrt(2)) / sqrt(pi) x exp(-x^2 / 2)`. The added term is zero and has exactly the opposite slope.
fn gelu<D: Device<f32>>(x: Taped<D>) -> Result<Taped<D>, Failure<D>> {
    let (x, other) = fork(x);
    let factor = (1.0 - std::f32::consts::FRAC_1_SQRT_2) * std::f32::consts::FRAC_2_SQRT_PI / 2.0;
    let bell = other.try_square()?.try_mul(-0.5)?.try_exp()?.try_mul(factor)?;
    let (bell, tape) = bell.split_tape();
    // dfdx refuses to subtract a tensor from itself.
    let same = bell.clone().try_mul(1.0)?;
    let nothing = bell.put_tape(tape).try_sub(same)?;
    x.try_accurate_gelu()?.try_add(nothing)
}

/// The activation of every number; softmax runs over vectors of `width` numbers.
///
/// # Errors
/// When the device fails.
pub fn apply<D: Device<f32>>(
    x: Taped<D>,
    width: usize,
    activation: Activation,
) -> Result<Taped<D>, Failure<D>> {
    match activation {
        Activation::Linear => Ok(x),
        Activation::Sigmoid => x.try_sigmoid(),
        Activation::Relu => x.try_relu(),
        Activation::Tanh => x.try_tanh(),
        Activation::Gelu => gelu(x),
        Activation::Softmax => {
            let (rows, columns) = sizes(&x);
            let vectors = x.try_reshape_like(&(rows * columns / width.max(1), width))?;
            vectors.try_softmax::<Axis<1>>()?.try_reshape_like(&(rows, columns))
        }
        Activation::LeakyRelu => {
            let (positive, negative) = fork(x);
            let below = negative.try_negate()?.try_relu()?.try_mul(0.2)?;
            positive.try_relu()?.try_sub(below)
        }
        Activation::Elu => {
            let (positive, negative) = fork(x);
            // min(x, 0), so that the exponential never overflows.
            let below = negative.try_negate()?.try_relu()?.try_negate()?;
            positive.try_relu()?.try_add(below.try_exp()?.try_sub(1.0)?)
        }
        Activation::Silu => {
            let (x, gate) = fork(x);
            x.try_mul(gate.try_sigmoid()?)
        }
        Activation::Softplus => {
            let (positive, size) = fork(x);
            let rest = size.try_abs()?.try_negate()?.try_exp()?.try_add(1.0)?.try_ln()?;
            positive.try_relu()?.try_add(rest)
        }
    }
}
