//! Stochastic gradient descent, with momentum and Nesterov's form of it.

use serde::{Deserialize, Serialize};

use super::rule::{Algorithm, MulAdd, Rule, UseRule};
use crate::fields;

/// Stochastic gradient descent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sgd {
    /// The size of a step.
    pub learning_rate: f64,
    /// Share of the last step that is added to the next; with 0 nothing is remembered.
    pub momentum: f64,
    /// Whether the gradient is taken as that of the point to which the momentum leads (Sutskever et al. 2013).
    pub nesterov: bool,
}

impl Default for Sgd {
    fn default() -> Self {
        Sgd { learning_rate: 0.01, momentum: 0.0, nesterov: false }
    }
}

fields! {
    Sgd {
        learning_rate: Number(Range::ABOVE_ZERO), "the size of a step", "a learning rate of {}";
        momentum: Number(Range::between(0.0, 1.0)), "the share of the last step that is added to the next";
        nesterov: Switch, "looks ahead to where the momentum leads";
    }
}

impl Algorithm for Sgd {
    fn rule<U: UseRule>(&self, learning_rate: f64, _: u64, user: U) -> U::Output {
        let rate = learning_rate as f32;
        if self.momentum == 0.0 {
            return user.with(Plain { rate });
        }
        user.with(Heavy { rate, momentum: self.momentum as f32, nesterov: self.nesterov })
    }
}

/// `w - rate g`
#[derive(Clone, Copy)]
struct Plain {
    rate: f32,
}

impl Rule<0> for Plain {
    const MOMENTS: [&'static str; 0] = [];
    const NAME: &'static str = "sgd";

    fn constants(&self) -> Vec<f32> {
        vec![self.rate]
    }

    #[inline(always)]
    fn update<M: MulAdd>(&self, weight: f32, gradient: f32, []: [f32; 0]) -> (f32, [f32; 0]) {
        (M::mul_add(-self.rate, gradient, weight), [])
    }
}

/// A weight with inertia, in PyTorch's form: the rate scales the whole step.
#[derive(Clone, Copy)]
struct Heavy {
    rate: f32,
    momentum: f32,
    nesterov: bool,
}

impl Rule<1> for Heavy {
    const MOMENTS: [&'static str; 1] = ["momentum"];
    const NAME: &'static str = "momentum";

    fn constants(&self) -> Vec<f32> {
        vec![self.rate, self.momentum, f32::from(u8::from(self.nesterov))]
    }

    #[inline(always)]
    fn update<M: MulAdd>(&self, weight: f32, gradient: f32, [v]: [f32; 1]) -> (f32, [f32; 1]) {
        let v = M::mul_add(self.momentum, v, gradient);
        let step = if self.nesterov { M::mul_add(self.momentum, v, gradient) } else { v };
        (M::mul_add(-self.rate, step, weight), [v])
    }
}
