//! What a device does to parameters and gradients; the CPU updates all parameters at once.

use std::sync::Arc;

use dfdx::tensor::Cpu;

use crate::nn::buffer::Buffer;
use crate::nn::device::{Device, Error};
use crate::nn::gradients::{Gradients, take_gradient};
use crate::nn::graph::Param;
use crate::nn::kernel::rule::{Piece, Rule};
use crate::nn::kernel::sums;
use crate::nn::value::Value;

/// Parameter updates on a device.
pub trait UpdateOp: Device {
    /// One number for each number of a parameter: the parameter's gradient, or one of its moments.
    type Numbers;

    /// The gradient of a parameter, taken out of `gradients`; `None` where no gradient reached the parameter.
    ///
    /// # Errors
    /// When the device fails.
    fn take_gradient(
        gradients: &mut Gradients<Self>,
        param: &Param<Self>,
    ) -> Result<Option<Self::Numbers>, Error>;

    /// Puts a parameter's moment on the device.
    ///
    /// # Errors
    /// When the device fails.
    fn numbers(device: &Self, numbers: Vec<f32>) -> Result<Self::Numbers, Error>;

    /// A copy of the numbers.
    ///
    /// # Errors
    /// When the device fails.
    fn to_vec(numbers: &Self::Numbers) -> Result<Vec<f32>, Error>;

    /// The penalties on parameters together, `l1 sum |w| + l2 sum w^2`.
    ///
    /// # Errors
    /// When the device fails.
    fn penalty(device: &Self, params: &[&Param<Self>]) -> Result<Value<Self>, Error>;

    /// Adds the gradients of the parameters' penalties.
    ///
    /// # Errors
    /// When the device fails.
    fn add_penalties(device: &Self, pending: &mut [Pending<Self>]) -> Result<(), Error>;

    /// Clamps every number of all gradients to `-limit..=limit`.
    ///
    /// # Errors
    /// When the device fails.
    fn clip_values(device: &Self, pending: &mut [Pending<Self>], limit: f32) -> Result<(), Error>;

    /// Scales all gradients so that their common norm is `limit` at most.
    ///
    /// # Errors
    /// When the device fails.
    fn clip_norm(device: &Self, pending: &mut [Pending<Self>], limit: f64) -> Result<(), Error>;

    /// Changes all parameters and their moments by the rule, if all of `guards` are finite.
    ///
    /// # Errors
    /// When the device fails.
    fn update<R: Rule<N>, const N: usize>(
        device: &Self,
        pending: &mut [Pending<Self>],
        rule: R,
        guards: &[Self::Reading],
    ) -> Result<(), Error>;
}

/// A parameter that is about to change.
pub struct Pending<'a, D: UpdateOp> {
    /// The parameter itself.
    pub param: &'a mut Param<D>,
    /// Its gradient.
    pub gradient: D::Numbers,
    /// The moments that the optimizer keeps for it, in the order of the rule.
    pub moments: Vec<D::Numbers>,
}

/// Numbers that one thread updates at a time.
const PIECE: usize = 1 << 13;

/// Updates a piece by halving it again and again, so that threads share the work and nothing is allocated.
fn update_in_pieces<R: Rule<N>, const N: usize>(rule: R, piece: Piece<N>) {
    let len = piece.weights.len();
    if len <= PIECE {
        return rule.update_piece(piece);
    }
    let (first, second) = piece.split((len / 2).next_multiple_of(PIECE));
    rayon::join(|| update_in_pieces(rule, first), || update_in_pieces(rule, second));
}

/// Updates parameters by halving their list again and again, so that threads share them.
fn update_all<R: Rule<N>, const N: usize>(pending: &mut [Pending<Cpu>], rule: R) {
    match pending {
        [] => {}
        [Pending { param, gradient, moments, .. }] => {
            update_in_pieces(rule, Piece::new(param.values_mut(), gradient, moments));
        }
        several => {
            let (first, second) = several.split_at_mut(several.len() / 2);
            rayon::join(|| update_all(first, rule), || update_all(second, rule));
        }
    }
}

impl UpdateOp for Cpu {
    type Numbers = Buffer;

    fn take_gradient(gradients: &mut Gradients<Cpu>, param: &Param<Cpu>) -> Result<Option<Buffer>, Error> {
        Ok(take_gradient(gradients, &param.node))
    }

    fn numbers(_: &Cpu, numbers: Vec<f32>) -> Result<Buffer, Error> {
        Ok(numbers.into())
    }

    fn to_vec(numbers: &Buffer) -> Result<Vec<f32>, Error> {
        Ok(numbers.to_vec())
    }

    fn penalty(_: &Cpu, params: &[&Param<Cpu>]) -> Result<Value<Cpu>, Error> {
        Ok(Value::Known(params.iter().fold(0.0, |sum, param| {
            let absolute = param.values.iter().map(|w| f64::from(w.abs())).sum::<f64>();
            let sum = sum + f64::from(param.l1) * absolute;
            sum + f64::from(param.l2) * sums::sum_of_squares(&param.values)
        })))
    }

    fn add_penalties(_: &Cpu, pending: &mut [Pending<Cpu>]) -> Result<(), Error> {
        for Pending { param, gradient, .. } in pending {
            if param.l1 != 0.0 || param.l2 != 0.0 {
                sums::add_penalty(gradient, &param.values, param.l1, param.l2);
            }
        }
        Ok(())
    }

    fn clip_values(_: &Cpu, pending: &mut [Pending<Cpu>], limit: f32) -> Result<(), Error> {
        for Pending { gradient, .. } in pending {
            sums::clip(gradient, limit);
        }
        Ok(())
    }

    fn clip_norm(_: &Cpu, pending: &mut [Pending<Cpu>], limit: f64) -> Result<(), Error> {
        let squares = pending.iter().map(|Pending { gradient, .. }| sums::sum_of_squares(gradient));
        let norm = squares.sum::<f64>().sqrt();
        if norm > limit {
            let scale = (limit / norm) as f32;
            for Pending { gradient, .. } in pending {
                sums::scale(gradient, scale);
            }
        }
        Ok(())
    }

    fn update<R: Rule<N>, const N: usize>(
        _: &Cpu,
        pending: &mut [Pending<Cpu>],
        rule: R,
        guards: &[Arc<Buffer>],
    ) -> Result<(), Error> {
        if guards.iter().all(|guard| guard.iter().all(|number| number.is_finite())) {
            update_all(pending, rule);
        }
        Ok(())
    }
}
