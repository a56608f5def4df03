//! Adam (Kingma & Ba 2015).

use serde::{Deserialize, Serialize};

use super::rule::{Algorithm, MulAdd, Rule, UseRule};
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
        user.with(AdamRule::new(self, 0.0, learning_rate, step))
    }
}

/// Algorithm 1 of the paper, with AdamW's decay of the weight before it.
#[derive(Clone, Copy)]
pub(super) struct AdamRule {
    /// The learning rate divided by the bias correction of the mean.
    rate: f32,
    beta_1: f32,
    beta_2: f32,
    epsilon: f32,
    /// The share of the weight that the decay leaves.
    decay: f32,
    /// One over the root of the bias of the mean square.
    root: f32,
}

impl AdamRule {
    /// The rule of update number `step`, with biases of the moments corrected.
    pub fn new(settings: &Adam, weight_decay: f64, learning_rate: f64, step: u64) -> Self {
        let Adam { beta_1, beta_2, epsilon, .. } = *settings;
        let t = step.min(i32::MAX as u64) as i32;
        AdamRule {
            rate: (learning_rate / (1.0 - beta_1.powi(t))) as f32,
            beta_1: beta_1 as f32,
            beta_2: beta_2 as f32,
            epsilon: epsilon as f32,
            decay: (1.0 - learning_rate * weight_decay) as f32,
            root: (1.0 / (1.0 - beta_2.powi(t)).sqrt()) as f32,
        }
    }
}

impl Rule<2> for AdamRule {
    const MOMENTS: [&'static str; 2] = ["m", "v"];
    const NAME: &'static str = "adam";

    fn constants(&self) -> Vec<f32> {
        vec![self.rate, self.beta_1, self.beta_2, self.epsilon, self.decay, self.root]
    }

    #[inline(always)]
    fn update<M: MulAdd>(&self, weight: f32, gradient: f32, [m, v]: [f32; 2]) -> (f32, [f32; 2]) {
        let m = M::mul_add(1.0 - self.beta_1, gradient - m, m);
        let v = M::mul_add(self.beta_2, v, (1.0 - self.beta_2) * gradient * gradient);
        let deviation = M::mul_add(v.sqrt(), self.root, self.epsilon);
        (weight * self.decay - self.rate * m / deviation, [m, v])
    }
}
