//! Cropping2D: an image without its margins.

use serde::{Deserialize, Serialize};

use super::input::image;
use super::kind::{Family, LayerKind, SimpleLayer};
use super::options::Pair;
use super::weights::Parameters;
use crate::fields;
use crate::preset::shapes::ShapeError;

/// `[h, w, c]` to what is left of it. Keras's `cropping=((0, 1), (0, 1))` is `cropping: 0, end: 1`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the table below says what they are for")]
pub struct Cropping2D {
    #[serde(default = "Pair::one")]
    pub cropping: Pair,
    #[serde(default)]
    pub end: Option<Pair>,
}

fields! {
    Cropping2D {
        cropping: Pair(Range::NOT_NEGATIVE), "rows that are cut off above and below, and columns on the left and right";
        end: Pair(Range::NOT_NEGATIVE), "rows below and columns on the right, where these are others; left out: as cropping says";
    }
}

impl Cropping2D {
    /// Rows and columns that are cut off at the end of each axis.
    pub fn end(&self) -> Pair {
        self.end.unwrap_or(self.cropping)
    }
}

impl LayerKind for Cropping2D {
    fn family(&self) -> Family {
        Family::Reshaping
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        let [height, width, channels] = image("Cropping2D", input)?;
        let (start, end) = (self.cropping, self.end());
        let left = |whole: usize, start: usize, end: usize| {
            whole.checked_sub(start).and_then(|rest| rest.checked_sub(end)).filter(|left| *left > 0)
        };
        match (left(height, start.0, end.0), left(width, start.1, end.1)) {
            (Some(height), Some(width)) => Ok(vec![height, width, channels]),
            _ => Err(ShapeError::at(
                "cropping",
                format!(
                    "nothing is left of an image of {height}x{width} without {} rows and {} columns",
                    start.0.saturating_add(end.0),
                    start.1.saturating_add(end.1)
                ),
                format!("cut off less than {height} rows and {width} columns"),
            )),
        }
    }
}

impl SimpleLayer for Cropping2D {
    fn parameters(&self, _: &[usize]) -> Parameters {
        Parameters::default()
    }

    /// The image without the rows above and below only.
    fn scratch(&self, input: &[usize], output: &[usize]) -> u64 {
        let height = output.first().copied().unwrap_or(0) as u64;
        input.iter().skip(1).fold(height.saturating_mul(2), |all, size| all.saturating_mul(*size as u64))
    }
}
