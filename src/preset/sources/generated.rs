//! Points in the plane, made by a formula from a seed.

use serde::{Deserialize, Serialize};

use crate::fields;
use crate::preset::field::Range;
use crate::preset::variants::variants;

/// Standard deviations of noise.
const NOISE: Range = Range::between(0.0, 100.0);
/// Numbers of samples.
const SAMPLES: Range = Range::between(10.0, 1e7);

variants! {
    /// A gate of logic.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Gate {
        /// One of both, and not the other: no straight line separates it.
        #[default]
        Xor = "xor",
        /// Both.
        And = "and",
        /// At least one.
        Or = "or",
    }
}

/// Two truth values, given as numbers near 0 and 1, and the output of a gate for them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Logic {
    /// The gate that joins the two values.
    pub gate: Gate,
    /// Standard deviation of the inputs around 0 and 1.
    pub noise: f64,
    /// Samples to train on; the test set has as many.
    pub samples: usize,
    /// The points are drawn from this seed.
    pub seed: u64,
}

impl Default for Logic {
    fn default() -> Self {
        Logic { gate: Gate::default(), noise: 0.15, samples: 400, seed: 0 }
    }
}

/// Intertwined spirals, one for each class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Spirals {
    /// How many spirals there are.
    pub arms: usize,
    /// How many times each winds around the middle.
    pub turns: f64,
    /// Standard deviation of the points around the spirals.
    pub noise: f64,
    /// Samples to train on; the test set has as many.
    pub samples: usize,
    /// The points are drawn from this seed.
    pub seed: u64,
}

impl Spirals {
    /// The most arms that there can be.
    pub const MOST_ARMS: usize = 20;
}

impl Default for Spirals {
    fn default() -> Self {
        Spirals { arms: 2, turns: 1.5, noise: 0.02, samples: 1000, seed: 0 }
    }
}

/// A circle inside another, `factor` times as large.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Circles {
    /// Radius of the inner circle; that of the outer one is 1.
    pub factor: f64,
    /// Standard deviation of the points around the circles.
    pub noise: f64,
    /// Samples to train on; the test set has as many.
    pub samples: usize,
    /// The points are drawn from this seed.
    pub seed: u64,
}

impl Default for Circles {
    fn default() -> Self {
        Circles { factor: 0.5, noise: 0.1, samples: 1000, seed: 0 }
    }
}

/// Two half moons that reach into each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Moons {
    /// Standard deviation of the points around the moons.
    pub noise: f64,
    /// Samples to train on; the test set has as many.
    pub samples: usize,
    /// The points are drawn from this seed.
    pub seed: u64,
}

impl Default for Moons {
    fn default() -> Self {
        Moons { noise: 0.1, samples: 1000, seed: 0 }
    }
}

fields! {
    Logic {
        gate: Choice(Gate::WORDS), "the gate that joins the two values";
        noise: Number(NOISE), "standard deviation of the inputs around 0 and 1";
        samples: Integer(SAMPLES), "samples to train on; the test set has as many";
        seed: Integer(Range::NOT_NEGATIVE), "the points are drawn from this seed";
    }
}

fields! {
    Spirals {
        arms: Integer(Range::between(2.0, Spirals::MOST_ARMS as f64)), "how many spirals there are";
        turns: Number(Range::above_to(0.0, 20.0)), "how many times each winds around the middle";
        noise: Number(NOISE), "standard deviation of the points around the spirals";
        samples: Integer(SAMPLES), "samples to train on; the test set has as many";
        seed: Integer(Range::NOT_NEGATIVE), "the points are drawn from this seed";
    }
}

fields! {
    Circles {
        factor: Number(Range::within(0.0, 1.0)), "radius of the inner circle; that of the outer one is 1";
        noise: Number(NOISE), "standard deviation of the points around the circles";
        samples: Integer(SAMPLES), "samples to train on; the test set has as many";
        seed: Integer(Range::NOT_NEGATIVE), "the points are drawn from this seed";
    }
}

fields! {
    Moons {
        noise: Number(NOISE), "standard deviation of the points around the moons";
        samples: Integer(SAMPLES), "samples to train on; the test set has as many";
        seed: Integer(Range::NOT_NEGATIVE), "the points are drawn from this seed";
    }
}
