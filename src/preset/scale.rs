//! How numbers were scaled.

use serde::{Deserialize, Serialize};

/// How a column was scaled: `value = mean + deviation * scaled`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// The value that becomes 0: the training samples' mean, or another of [`Scaling`](super::Scaling).
    pub mean: f64,
    /// What becomes 1 above it: the training samples' standard deviation, or another of [`Scaling`](super::Scaling).
    pub deviation: f64,
    /// Whether what is scaled is a share: what lies beyond 0 and 1 is cut off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_share: bool,
}

impl Scale {
    /// Leaves values as they are.
    pub const NONE: Scale = Scale::of(0.0, 1.0);

    /// A scale with this mean and deviation.
    pub const fn of(mean: f64, deviation: f64) -> Self {
        Scale { mean, deviation, is_share: false }
    }

    /// A network's output in the data's own unit.
    pub fn restore(&self, scaled: f32) -> f64 {
        self.mean + self.deviation * f64::from(scaled)
    }

    /// What the network gets for a value.
    pub fn apply(&self, value: f64) -> f32 {
        let scaled = self.apply_uncut(value);
        if self.is_share { scaled.clamp(0.0, 1.0) } else { scaled }
    }

    /// The same, with what lies beyond the range of a share.
    pub fn apply_uncut(&self, value: f64) -> f32 {
        ((value - self.mean) / self.deviation) as f32
    }
}
