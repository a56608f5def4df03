//! What an optimizer is: settings with a table of fields, and the rule by which they move one weight.
//!
//! A rule is arithmetic on one weight, so it says nothing of loops, threads or instructions. The engine takes it as a
//! type parameter and compiles a loop of its own around it.

use crate::preset::field::Fields;

/// The settings of an optimizer.
pub trait Algorithm: Fields {
    /// Hands `user` the rule of update number `step`, counted from 1, at this learning rate.
    fn rule<U: UseRule>(&self, learning_rate: f64, step: u64, user: U) -> U::Output;

    /// What every moment of a weight is before the first update.
    fn start(&self) -> f32 {
        0.0
    }
}

/// One update of one weight, with every constant of the step worked out. An optimizer keeps `N` numbers for each
/// weight, its moments.
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
}

/// The multiply-add of the instructions that a rule is compiled for.
pub trait MulAdd {
    /// `a * b + c`, in one rounding where there is an instruction for it.
    fn mul_add(a: f32, b: f32, c: f32) -> f32;
}

/// Code that works with a rule of any type.
pub trait UseRule {
    /// The result.
    type Output;

    /// Takes the rule.
    fn with<R: Rule<N>, const N: usize>(self, rule: R) -> Self::Output;
}

/// Asks a rule for the names of its moments.
pub(super) struct MomentNames;

impl UseRule for MomentNames {
    type Output = &'static [&'static str];

    fn with<R: Rule<N>, const N: usize>(self, _: R) -> &'static [&'static str] {
        const { &R::MOMENTS }
    }
}
