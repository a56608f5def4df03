//! RMSprop (Hinton's lecture 6e), also centred and with momentum (Graves 2013).

use kernels::rules;
use serde::{Deserialize, Serialize};

use super::rule::{Algorithm, UseRule};
use crate::fields;

/// RMSprop: steps over the root of a running mean of the gradient's square.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RmsProp {
    /// The size of a step.
    pub learning_rate: f64,
    /// How much of the gradient's mean square is kept from step to step.
    pub rho: f64,
    /// Share of the last step that is added to the next.
    pub momentum: f64,
    /// Keeps the division away from zero.
    pub epsilon: f64,
    /// Whether the gradient's variance is used instead of its mean square.
    pub centered: bool,
}

impl Default for RmsProp {
    fn default() -> Self {
        RmsProp { learning_rate: 0.001, rho: 0.9, momentum: 0.0, epsilon: 1e-7, centered: false }
    }
}

fields! {
    RmsProp {
        learning_rate: Number(Range::ABOVE_ZERO), "the size of a step", "a learning rate of {}";
        rho: Number(Range::SHARE), "how much of the gradient's mean square is kept from step to step";
        momentum: Number(Range::between(0.0, 1.0)), "the share of the last step that is added to the next";
        epsilon: Number(Range::ABOVE_ZERO), "keeps the division away from zero";
        centered: Switch, "divides by the gradient's deviation instead of its root mean square";
    }
}

impl Algorithm for RmsProp {
    fn rule<U: UseRule>(&self, learning_rate: f64, _: u64, user: U) -> U::Output {
        user.with(rules::RmsProp {
            rate: learning_rate as f32,
            rho: self.rho as f32,
            momentum: self.momentum as f32,
            epsilon: self.epsilon as f32,
            centered: f32::from(u8::from(self.centered)),
        })
    }
}

#[cfg(test)]
mod tests {
    use kernels::rule::{MulAdd, Rule};

    use super::*;

    struct Plain;

    impl MulAdd for Plain {
        fn mul_add(a: f32, b: f32, c: f32) -> f32 {
            a * b + c
        }
    }

    /// The weight and the moments after many updates by the same gradient.
    struct Repeated(f32);

    impl UseRule for Repeated {
        type Output = (f32, Vec<f32>);

        fn with<R: Rule<N>, const N: usize>(self, rule: R) -> (f32, Vec<f32>) {
            let mut state = (0.0, [0.0; N]);
            for _ in 0..2000 {
                state = rule.update::<Plain>(state.0, self.0, state.1);
            }
            (state.0, state.1.to_vec())
        }
    }

    #[test]
    fn a_gradient_that_stays_the_same_has_no_negative_variance() {
        let centred = RmsProp { centered: true, ..RmsProp::default() };
        // The first four leave less than 0 in single precision.
        for gradient in [0.380_64, -6.736_025, 3.632_220_7, 7.991_266, 1e10] {
            let (weight, moments) = centred.rule(0.001, 1, Repeated(gradient));
            assert!(weight.is_finite() && moments.iter().all(|x| x.is_finite()), "{gradient}: {weight}");
        }
        let (weight, _) = centred.rule(0.001, 1, Repeated(f32::NAN));
        assert!(weight.is_nan(), "a gradient that is not finite is seen");
    }
}
