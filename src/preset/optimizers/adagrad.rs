//! Adagrad (Duchi et al. 2011).

use kernels::rules;
use serde::{Deserialize, Serialize};

use super::rule::{Algorithm, UseRule};
use crate::fields;

/// Adagrad: steps over the root of the sum of all squared gradients so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Adagrad {
    /// The size of a step.
    pub learning_rate: f64,
    /// What the sum of squares starts from.
    pub initial_accumulator_value: f64,
    /// Keeps the division away from zero.
    pub epsilon: f64,
}

impl Default for Adagrad {
    fn default() -> Self {
        Adagrad { learning_rate: 0.001, initial_accumulator_value: 0.1, epsilon: 1e-7 }
    }
}

fields! {
    Adagrad {
        learning_rate: Number(Range::ABOVE_ZERO), "the size of a step", "a learning rate of {}";
        initial_accumulator_value: Number(Range::NOT_NEGATIVE), "what the sum of squares starts from";
        epsilon: Number(Range::ABOVE_ZERO), "keeps the division away from zero";
    }
}

impl Algorithm for Adagrad {
    fn rule<U: UseRule>(&self, learning_rate: f64, _: u64, user: U) -> U::Output {
        user.with(rules::Adagrad { rate: learning_rate as f32, epsilon: self.epsilon as f32 })
    }

    fn start(&self) -> f32 {
        self.initial_accumulator_value as f32
    }
}
