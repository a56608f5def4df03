//! AdamW (Loshchilov & Hutter 2019).

use serde::{Deserialize, Serialize};

use super::adam::Adam;
use super::rule::{Algorithm, UseRule};
use crate::fields;

/// Adam with decoupled weight decay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdamW {
    /// The size of a step.
    pub learning_rate: f64,
    /// How much of the gradient's mean is kept from step to step.
    pub beta_1: f64,
    /// How much of the gradient's mean square is kept from step to step.
    pub beta_2: f64,
    /// Keeps the division away from zero.
    pub epsilon: f64,
    /// Every step takes this share, times the learning rate, off each weight.
    pub weight_decay: f64,
}

impl Default for AdamW {
    fn default() -> Self {
        let Adam { learning_rate, beta_1, beta_2, epsilon } = Adam::default();
        AdamW { learning_rate, beta_1, beta_2, epsilon, weight_decay: 0.004 }
    }
}

fields! {
    AdamW {
        learning_rate: Number(Range::ABOVE_ZERO), "the size of a step", "a learning rate of {}";
        beta_1: Number(Range::SHARE), "how much of the gradient's mean is kept from step to step";
        beta_2: Number(Range::SHARE), "how much of the gradient's mean square is kept from step to step";
        epsilon: Number(Range::ABOVE_ZERO), "keeps the division away from zero";
        weight_decay: Number(Range::NOT_NEGATIVE), "what a step takes off each weight, times the learning rate";
    }
}

impl Algorithm for AdamW {
    fn rule<U: UseRule>(&self, learning_rate: f64, step: u64, user: U) -> U::Output {
        let AdamW { beta_1, beta_2, epsilon, weight_decay, .. } = *self;
        let adam = Adam { learning_rate, beta_1, beta_2, epsilon };
        user.with(adam.step(weight_decay, learning_rate, step))
    }
}
