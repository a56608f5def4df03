//! How arrays of NumPy hold samples.

use super::csv::Missing;

/// How the samples of an array are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ArrayForm {
    /// They are images whose channels come first.
    pub channels_first: bool,
    /// Those of the shape `[height, width]` are grey images.
    pub grey_images: bool,
    /// What stands in for NaN.
    pub missing: Missing,
}
