//! Stochastic gradient descent, with momentum and Nesterov's form of it.

use kernels::rules;
use serde::{Deserialize, Serialize};

use super::rule::{Algorithm, UseRule};
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
            return user.with(rules::Descent { rate });
        }
        user.with(rules::Momentum { rate, momentum: self.momentum as f32, nesterov: self.nesterov })
    }
}
