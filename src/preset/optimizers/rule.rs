//! What an optimizer is: settings with a table of fields, and the rule by which they move one weight.
//!
//! The rules themselves are the engine's, in `nn/kernel/rules.rs`.

use kernels::rule::Rule;

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
