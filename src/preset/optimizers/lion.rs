//! Lion (Chen et al. 2023).

use kernels::rules;
use serde::{Deserialize, Serialize};

use super::rule::{Algorithm, UseRule};
use crate::fields;

/// Lion: every weight moves by the learning rate, in the direction of the sign of a mean of gradients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lion {
    /// The size of a step; 3 to 10 times smaller than Adam's suits.
    pub learning_rate: f64,
    /// How much of the mean counts against the new gradient in a step's direction.
    pub beta_1: f64,
    /// How much of the mean is kept from step to step.
    pub beta_2: f64,
    /// Every step takes this share, times the learning rate, off each weight.
    pub weight_decay: f64,
}

impl Default for Lion {
    fn default() -> Self {
        Lion { learning_rate: 0.001, beta_1: 0.9, beta_2: 0.99, weight_decay: 0.0 }
    }
}

fields! {
    Lion {
        learning_rate: Number(Range::ABOVE_ZERO), "the size of a step", "a learning rate of {}";
        beta_1: Number(Range::SHARE), "how much of the gradient's mean counts in a step's direction";
        beta_2: Number(Range::SHARE), "how much of the gradient's mean is kept from step to step";
        weight_decay: Number(Range::NOT_NEGATIVE), "what a step takes off each weight, times the learning rate";
    }
}

impl Algorithm for Lion {
    fn rule<U: UseRule>(&self, learning_rate: f64, _: u64, user: U) -> U::Output {
        user.with(rules::Lion {
            rate: learning_rate as f32,
            beta_1: self.beta_1 as f32,
            beta_2: self.beta_2 as f32,
            decay: (1.0 - learning_rate * self.weight_decay) as f32,
        })
    }
}
