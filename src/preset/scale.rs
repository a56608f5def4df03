//! How numbers were standardised.

use serde::{Deserialize, Serialize};

/// How a column was standardised: `value = mean + deviation * standardised`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// The training samples' mean.
    pub mean: f64,
    /// Their standard deviation; 1 where they are all the same.
    pub deviation: f64,
}

impl Scale {
    /// Leaves values as they are.
    pub const NONE: Scale = Scale { mean: 0.0, deviation: 1.0 };

    /// A network's output in the data's own unit.
    pub fn restore(&self, standardised: f32) -> f64 {
        self.mean + self.deviation * f64::from(standardised)
    }

    /// What the network gets for a value.
    pub fn apply(&self, value: f32) -> f32 {
        ((f64::from(value) - self.mean) / self.deviation) as f32
    }
}
