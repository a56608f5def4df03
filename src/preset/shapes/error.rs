//! Why a layer cannot be.

use crate::preset::path::Path;

/// Why a layer does not fit its input, or cannot be.
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
    pub(in crate::preset) fn at(field: &str, problem: impl Into<String>, help: impl Into<String>) -> Self {
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
