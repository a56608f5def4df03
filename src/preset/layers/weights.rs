//! Counts of a layer's parameters.

use std::ops::{Add, AddAssign};

use crate::preset::shapes::size;

/// A layer's (or a model's) parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    /// Changed by the optimizer.
    pub trainable: u64,
    /// Changed by other means: running statistics.
    pub non_trainable: u64,
}

impl Parameters {
    /// Both kinds together.
    pub fn total(self) -> u64 {
        self.trainable.saturating_add(self.non_trainable)
    }

    /// Weights of this shape.
    pub(super) fn weights(shape: &[usize]) -> Self {
        Parameters { trainable: size(shape) as u64, non_trainable: 0 }
    }

    /// The kernel from `inputs` numbers to `outputs`, with or without a bias.
    pub(super) fn affine(inputs: &[usize], outputs: usize, use_bias: bool) -> Self {
        let bias = if use_bias { Parameters::weights(&[outputs]) } else { Parameters::default() };
        Parameters::weights(&[size(inputs), outputs]) + bias
    }
}

impl Add for Parameters {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Parameters {
            trainable: self.trainable.saturating_add(other.trainable),
            non_trainable: self.non_trainable.saturating_add(other.non_trainable),
        }
    }
}

impl AddAssign for Parameters {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// The length of the last axis.
pub(super) fn features(shape: &[usize]) -> usize {
    shape.last().copied().unwrap_or(1)
}
