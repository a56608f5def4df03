//! RMSprop (Hinton's lecture 6e), also centred and with momentum (Graves 2013).

use serde::{Deserialize, Serialize};

use super::rule::{Algorithm, MulAdd, Rule, UseRule};
use crate::fields;

/// RMSprop: steps over the root of a running mean of the gradient's square.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RmsProp {
    /// The size of a step.
    pub learning_rate: f64,
    /// How much of the gradient's mean square goes on from step to step.
    pub rho: f64,
    /// Share of the last step that goes on.
    pub momentum: f64,
    /// Keeps the division away from zero.
    pub epsilon: f64,
    /// Whether the gradient's variance is meant instead of its mean square.
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
        rho: Number(Range::SHARE), "how much of the gradient's mean square goes on";
        momentum: Number(Range::between(0.0, 1.0)), "the share of the last step that goes on";
        epsilon: Number(Range::ABOVE_ZERO), "keeps the division away from zero";
        centered: Switch, "divides by the gradient's deviation instead of its root mean square";
    }
}

impl Algorithm for RmsProp {
    fn rule<U: UseRule>(&self, learning_rate: f64, _: u64, user: U) -> U::Output {
        user.with(RmsPropRule {
            rate: learning_rate as f32,
            rho: self.rho as f32,
            momentum: self.momentum as f32,
            epsilon: self.epsilon as f32,
            centered: f32::from(u8::from(self.centered)),
        })
    }
}

#[derive(Clone, Copy)]
struct RmsPropRule {
    rate: f32,
    rho: f32,
    momentum: f32,
    epsilon: f32,
    /// 1 where the square of the mean is taken off the mean square, else 0.
    centered: f32,
}

impl Rule<3> for RmsPropRule {
    const MOMENTS: [&'static str; 3] = ["square_average", "gradient_average", "momentum"];

    #[inline(always)]
    fn update<M: MulAdd>(&self, weight: f32, gradient: f32, [v, a, b]: [f32; 3]) -> (f32, [f32; 3]) {
        let v = M::mul_add(self.rho, v, (1.0 - self.rho) * gradient * gradient);
        let a = M::mul_add(1.0 - self.rho, gradient - a, a);
        let spread = v - self.centered * a * a;
        let b = M::mul_add(self.momentum, b, gradient / (spread.sqrt() + self.epsilon));
        (M::mul_add(-self.rate, b, weight), [v, a, b])
    }
}
