//! The optimizers' rules, composed; without a tape, since nothing flows through an update.

use dfdx::tensor_ops::{Device, SumTo, TryAdd, TryDiv, TryMul, TrySub};

use super::{Failure, Plain};
use crate::nn::optim::Rule;

/// A parameter after one update by its gradient `g`; its moments are replaced by what they are then.
///
/// # Errors
/// When the device fails, or the moments are another rule's.
pub fn update<D: Device<f32>>(
    rule: &Rule,
    w: Plain<D>,
    g: Plain<D>,
    moments: &mut [Plain<D>],
) -> Result<Plain<D>, Failure<D>> {
    match (*rule, moments) {
        (Rule::Adam { rate, beta_1, beta_2, epsilon, decay, root }, [m, v, ..]) => {
            *m = towards(m, &g, 1.0 - beta_1)?;
            *v = v.clone().try_mul(beta_2)?.try_add(g.try_square()?.try_mul(1.0 - beta_2)?)?;
            let deviation = v.clone().try_sqrt()?.try_mul(root)?.try_add(epsilon)?;
            let step = m.clone().try_mul(rate)?.try_div(deviation)?;
            w.try_mul(decay)?.try_sub(step)
        }
        (Rule::RmsProp { rate, rho, momentum, epsilon, centered }, [v, a, b, ..]) => {
            *v = v.clone().try_mul(rho)?.try_add(g.clone().try_square()?.try_mul(1.0 - rho)?)?;
            *a = towards(a, &g, 1.0 - rho)?;
            let spread = if centered { v.clone().try_sub(a.clone().try_square()?)? } else { v.clone() };
            let step = g.try_div(spread.try_sqrt()?.try_add(epsilon)?)?;
            *b = b.clone().try_mul(momentum)?.try_add(step)?;
            w.try_sub(b.clone().try_mul(rate)?)
        }
        (Rule::Adagrad { rate, epsilon, .. }, [s, ..]) => {
            *s = s.clone().try_add(g.clone().try_square()?)?;
            w.try_sub(g.try_mul(rate)?.try_div(s.clone().try_sqrt()?.try_add(epsilon)?)?)
        }
        (Rule::Sgd { rate, momentum, nesterov }, [v, ..]) => {
            *v = v.clone().try_mul(momentum)?.try_add(g.clone())?;
            let step = if nesterov { v.clone().try_mul(momentum)?.try_add(g)? } else { v.clone() };
            w.try_sub(step.try_mul(rate)?)
        }
        // Without moments it is the plain rule: every other one starts with some.
        (Rule::Sgd { rate, .. } | Rule::Adagrad { rate, .. } | Rule::Adam { rate, .. }, _)
        | (Rule::RmsProp { rate, .. }, _) => w.try_sub(g.try_mul(rate)?),
    }
}

/// `x + share (target - x)`.
fn towards<D: Device<f32>>(x: &Plain<D>, target: &Plain<D>, share: f32) -> Result<Plain<D>, Failure<D>> {
    x.clone().try_add(target.clone().try_sub(x.clone())?.try_mul(share)?)
}

/// A gradient with that of the penalty `l1 sum |w| + l2 sum w^2` added.
///
/// # Errors
/// When the device fails.
pub fn add_penalty<D: Device<f32>>(
    g: Plain<D>,
    w: &Plain<D>,
    [l1, l2]: [f32; 2],
) -> Result<Plain<D>, Failure<D>> {
    // dfdx has no sign: a number times the largest there is, cut off at one.
    let sign = w.clone().try_mul(f32::MAX)?.try_clamp(-1.0, 1.0)?;
    g.try_add(w.clone().try_mul(2.0 * l2)?)?.try_add(sign.try_mul(l1)?)
}

/// The sum of all squares.
///
/// # Errors
/// When the device fails.
pub fn sum_of_squares<D: Device<f32>>(g: &Plain<D>) -> Result<f64, Failure<D>> {
    let sum = g.clone().try_square()?.try_sum::<(), _>()?;
    Ok(sum.as_vec().iter().copied().map(f64::from).sum())
}
