//! Shapes of one sample, channels last, and why a layer does not fit one.

use super::path::Path;

/// The largest count of numbers that one sample's activation, or a layer's parameters, may have.
pub const LARGEST: u64 = 1 << 32;

/// Why a layer does not fit its input, or is not valid at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}: {help}")]
pub struct ShapeError {
    /// The place inside the layer that is to blame; empty for the layer as a whole.
    pub path: Path,
    /// What is wrong.
    pub problem: String,
    /// What would be valid.
    pub help: String,
}

impl ShapeError {
    pub(super) fn at(field: &str, problem: impl Into<String>, help: impl Into<String>) -> Self {
        ShapeError { path: Path::to(field), problem: problem.into(), help: help.into() }
    }

    pub(super) fn whole(problem: impl Into<String>, help: impl Into<String>) -> Self {
        ShapeError { path: Path::top(), problem: problem.into(), help: help.into() }
    }

    pub(super) fn inside(mut self, outer: Path) -> Self {
        self.path = outer.then(self.path);
        self
    }
}

/// How many numbers a shape holds.
pub fn size(shape: &[usize]) -> usize {
    shape.iter().fold(1, |product: usize, &size| product.saturating_mul(size))
}

/// A shape without its axes of length 1, which change nothing about where its numbers lie.
pub fn only_long_axes(shape: &[usize]) -> Vec<usize> {
    shape.iter().copied().filter(|axis| *axis != 1).collect()
}

/// A shape as a person writes it: `[28, 28, 1]`.
pub fn show(shape: &[usize]) -> String {
    format!("{shape:?}")
}
