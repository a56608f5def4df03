//! The arithmetic of an update on slices, compiled for every instruction set.

use super::update::Piece;
use crate::nn::kernel::isa::{self, Isa};
use crate::preset::optimizers::{MulAdd, Rule};

impl<I: Isa> MulAdd for I {
    #[inline(always)]
    fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        <I as Isa>::mul_add(a, b, c)
    }
}

/// Updates a part of a parameter once.
pub(super) fn update<R: Rule<N>, const N: usize>(rule: R, piece: Piece<N>) {
    isa::run(Update { rule, piece });
}

struct Update<'a, R, const N: usize> {
    rule: R,
    piece: Piece<'a, N>,
}

impl<R: Rule<N>, const N: usize> isa::Kernel for Update<'_, R, N> {
    #[inline(always)]
    fn run<I: Isa>(self) {
        let Piece { weights, gradient, moments } = self.piece;
        // The compiler can see that the lengths are equal, so it vectorises the loop.
        let len = weights.len();
        let gradient = &gradient[..len];
        let moments = moments.map(|moment| &mut moment[..len]);
        for i in 0..len {
            let before = std::array::from_fn(|moment| moments[moment][i]);
            let (weight, after) = self.rule.update::<I>(weights[i], gradient[i], before);
            weights[i] = weight;
            for moment in 0..N {
                moments[moment][i] = after[moment];
            }
        }
    }
}

/// Adds the gradient of `l1 sum |w| + l2 sum w^2`.
pub(super) fn add_penalty(gradient: &mut [f32], weights: &[f32], l1: f32, l2: f32) {
    for (g, &w) in gradient.iter_mut().zip(weights) {
        let sign = if w == 0.0 { 0.0 } else { w.signum() };
        *g += 2.0 * l2 * w + l1 * sign;
    }
}

/// The sum of squares, in double precision and in order.
pub(super) fn sum_of_squares(numbers: &[f32]) -> f64 {
    numbers.iter().map(|&x| f64::from(x) * f64::from(x)).sum()
}
