//! Learning-rate schedules, on top of the optimizer's learning rate.

use serde::{Deserialize, Serialize};

use super::field::nested_values;
use super::variants::variants;
use crate::fields;

variants! {
    /// How the learning rate changes over time.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub enum Schedule {
        /// The same rate throughout.
        #[default]
        Constant = "constant",
        /// Lower every few epochs.
        Step(Step) = "step",
        /// Lower after each epoch.
        Exponential(Exponential) = "exponential",
        /// Half a cosine, step by step, after a linear rise.
        Cosine(Cosine) = "cosine",
        /// Smith's one-cycle policy.
        OneCycle(OneCycle) = "one_cycle",
        /// A linear rise, then constant.
        WarmUp(WarmUp) = "warm_up",
        /// Lower whenever the validation loss stops improving.
        ReduceOnPlateau(ReduceOnPlateau) = "reduce_on_plateau",
    }
}

impl Schedule {
    /// Whether the rate of a step depends on how many epochs the whole training has.
    pub fn spans_training(&self) -> bool {
        match self {
            Schedule::Cosine(_) | Schedule::OneCycle(_) => true,
            Schedule::Constant
            | Schedule::Step(_)
            | Schedule::Exponential(_)
            | Schedule::WarmUp(_)
            | Schedule::ReduceOnPlateau(_) => false,
        }
    }
}

/// Multiplies the rate by `gamma` every `every` epochs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Epochs between two changes.
    pub every: u32,
    /// What the rate is multiplied by.
    pub gamma: f64,
}

/// Multiplies the rate by `gamma` after each epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exponential {
    /// What the rate is multiplied by.
    pub gamma: f64,
}

/// Half a cosine from the rate to `minimum`, step by step, after `warmup_steps` of linear rise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cosine {
    /// The rate at the end.
    pub minimum: f64,
    /// Steps of linear rise at the beginning.
    pub warmup_steps: u32,
}

/// Rises to the rate during the share `rise` of all steps, then falls to almost nothing (Smith & Topin 2019).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OneCycle {
    /// The share of all steps in which the rate rises.
    pub rise: f64,
    /// The first rate is the optimizer's divided by this.
    pub start_divisor: f64,
    /// The last rate is the first one divided by this.
    pub final_divisor: f64,
}

impl Default for OneCycle {
    fn default() -> Self {
        OneCycle { rise: 0.3, start_divisor: 25.0, final_divisor: 1e4 }
    }
}

/// A linear rise over `steps`, then constant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WarmUp {
    /// Steps until the rate is reached.
    pub steps: u32,
}

/// Multiplies the rate by `factor` when the validation loss has not improved for `patience` epochs, down to `minimum`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReduceOnPlateau {
    /// What the rate is multiplied by.
    pub factor: f64,
    /// Epochs without improvement that are tolerated.
    pub patience: u32,
    /// The lowest rate.
    pub minimum: f64,
}

impl Default for ReduceOnPlateau {
    fn default() -> Self {
        ReduceOnPlateau { factor: 0.1, patience: 10, minimum: 0.0 }
    }
}

nested_values!(Step, Exponential, Cosine, OneCycle, WarmUp, ReduceOnPlateau);

fields! {
    Step {
        every: Integer(Range::at_least(1.0)), "epochs between two changes";
        gamma: Number(Range::ABOVE_ZERO), "what the rate is multiplied by";
    }
}

fields! {
    Exponential {
        gamma: Number(Range::ABOVE_ZERO), "what the rate is multiplied by";
    }
}

fields! {
    Cosine {
        minimum: Number(Range::NOT_NEGATIVE), "the rate at the end";
        warmup_steps: Integer(Range::NOT_NEGATIVE), "steps of linear rise at the beginning";
    }
}

fields! {
    OneCycle {
        rise: Number(Range::between(0.0, 1.0)), "the share of all steps in which the rate rises";
        start_divisor: Number(Range::at_least(1.0)), "the first rate is the optimizer's divided by this";
        final_divisor: Number(Range::at_least(1.0)), "the last rate is the first one divided by this";
    }
}

fields! {
    WarmUp {
        steps: Integer(Range::at_least(1.0)), "steps until the rate is reached";
    }
}

fields! {
    ReduceOnPlateau {
        factor: Number(Range::within(0.0, 1.0)), "what the rate is multiplied by";
        patience: Integer(Range::NOT_NEGATIVE), "epochs without improvement that are tolerated";
        minimum: Number(Range::NOT_NEGATIVE), "the lowest rate";
    }
}
