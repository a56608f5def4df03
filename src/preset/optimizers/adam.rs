//! Adam (Kingma & Ba 2015).

use kernels::rules;
use serde::{Deserialize, Serialize};

use super::rule::{Algorithm, UseRule};
use crate::fields;

/// Adam: steps scaled by running estimates of each gradient's mean and square.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Adam {
    /// The size of a step.
    pub learning_rate: f64,
    /// How much of the gradient's mean is kept from step to step.
    pub beta_1: f64,
    /// How much of the gradient's mean square is kept from step to step.
    pub beta_2: f64,
    /// Keeps the division away from zero.
    pub epsilon: f64,
}

impl Default for Adam {
    fn default() -> Self {
        Adam { learning_rate: 0.001, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 }
    }
}

fields! {
    Adam {
        learning_rate: Number(Range::ABOVE_ZERO), "the size of a step", "a learning rate of {}";
        beta_1: Number(Range::SHARE), "how much of the gradient's mean is kept from step to step";
        beta_2: Number(Range::SHARE), "how much of the gradient's mean square is kept from step to step";
        epsilon: Number(Range::ABOVE_ZERO), "keeps the division away from zero";
    }
}

impl Algorithm for Adam {
    fn rule<U: UseRule>(&self, learning_rate: f64, step: u64, user: U) -> U::Output {
        user.with(self.step(0.0, learning_rate, step))
    }
}

impl Adam {
    /// The rule of update number `step`, with biases of the moments corrected.
    pub(super) fn step(&self, weight_decay: f64, learning_rate: f64, step: u64) -> rules::Adam {
        let Adam { beta_1, beta_2, epsilon, .. } = *self;
        let t = step.min(i32::MAX as u64) as i32;
        rules::Adam {
            rate: (learning_rate / (1.0 - beta_1.powi(t))) as f32,
            beta_1: beta_1 as f32,
            beta_2: beta_2 as f32,
            epsilon: epsilon as f32,
            decay: (1.0 - learning_rate * weight_decay) as f32,
            root: (1.0 / (1.0 - beta_2.powi(t)).sqrt()) as f32,
        }
    }
}
