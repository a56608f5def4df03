//! What a rule of an optimizer is, and the loop that applies it to a parameter.

use crate::buffer::Buffer;
use crate::isa::{self, Isa};

/// One update of one weight, with every constant of the step worked out. An optimizer keeps `N` numbers for each
/// weight, its moments.
///
/// A rule is arithmetic on one weight, so it says nothing of loops, threads or instructions.
pub trait Rule<const N: usize>: Copy + Send + Sync {
    /// What the moments are called in checkpoints.
    const MOMENTS: [&'static str; N];
    /// What the rule is called where it is written in another language than this one.
    const NAME: &'static str;

    /// The constants of the step, in the order of the rule's fields.
    fn constants(&self) -> Vec<f32>;

    /// The weight and its moments after an update. Write it `#[inline(always)]`, as the body of a loop that the compiler
    /// vectorises.
    fn update<M: MulAdd>(&self, weight: f32, gradient: f32, moments: [f32; N]) -> (f32, [f32; N]);

    /// Updates a part of a parameter once. Every rule has it for itself, as [`each`] and never inlined, so that it is compiled
    /// here.
    fn update_piece(self, piece: Piece<N>);
}

/// The multiply-add of the instructions that a rule is compiled for.
pub trait MulAdd {
    /// `a * b + c`, in one rounding where there is an instruction for it.
    fn mul_add(a: f32, b: f32, c: f32) -> f32;
}

impl<I: Isa> MulAdd for I {
    #[inline(always)]
    fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        <I as Isa>::mul_add(a, b, c)
    }
}

/// Equal ranges of a parameter, its gradient and its moments.
pub struct Piece<'a, const N: usize> {
    /// The weights.
    pub weights: &'a mut [f32],
    /// Their gradients.
    pub gradient: &'a [f32],
    /// Their moments, in the order of the rule.
    pub moments: [&'a mut [f32]; N],
}

impl<'a, const N: usize> Piece<'a, N> {
    /// A whole parameter.
    ///
    /// # Panics
    /// When there are other than `N` moments.
    pub fn new(weights: &'a mut [f32], gradient: &'a [f32], moments: &'a mut [Buffer]) -> Self {
        let moments: &mut [Buffer; N] = moments.try_into().expect("one buffer for each moment of the rule");
        Piece { weights, gradient, moments: moments.each_mut().map(|moment| &mut moment[..]) }
    }

    /// Two pieces, the first with `at` numbers.
    pub fn split(self, at: usize) -> (Self, Self) {
        let (weights, weights_behind) = self.weights.split_at_mut(at);
        let (gradient, gradient_behind) = self.gradient.split_at(at);
        let mut halves = self.moments.map(|moment| moment.split_at_mut(at));
        let moments = halves.each_mut().map(|(moment, _)| std::mem::take(moment));
        let moments_behind = halves.map(|(_, behind)| behind);
        (
            Piece { weights, gradient, moments },
            Piece { weights: weights_behind, gradient: gradient_behind, moments: moments_behind },
        )
    }
}

/// Updates every weight of a piece once, compiled for every instruction set.
pub(crate) fn each<R: Rule<N>, const N: usize>(rule: R, piece: Piece<N>) {
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
