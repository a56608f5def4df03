//! ZeroPadding2D: zeros around an image.

use serde::{Deserialize, Serialize};

use super::input::image;
use super::kind::{Family, LayerKind, SimpleLayer};
use super::options::Pair;
use super::weights::Parameters;
use crate::fields;
use crate::preset::shapes::ShapeError;

/// `[h, w, c]` to `[above + h + below, left + w + right, c]`. Keras's `padding=((0, 1), (0, 1))` is `padding: 0, end: 1`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the table below says what they are for")]
pub struct ZeroPadding2D {
    #[serde(default = "Pair::one")]
    pub padding: Pair,
    #[serde(default)]
    pub end: Option<Pair>,
}

fields! {
    ZeroPadding2D {
        padding: Pair(Range::NOT_NEGATIVE), "rows of zeros above and below, and columns on the left and right";
        end: Pair(Range::NOT_NEGATIVE), "rows below and columns on the right, where these are others; left out: as padding says";
    }
}

impl ZeroPadding2D {
    /// Rows and columns of zeros at the end of each axis.
    pub fn end(&self) -> Pair {
        self.end.unwrap_or(self.padding)
    }
}

impl LayerKind for ZeroPadding2D {
    fn family(&self) -> Family {
        Family::Reshaping
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        let [height, width, channels] = image("ZeroPadding2D", input)?;
        let (start, end) = (self.padding, self.end());
        let around =
            |start: usize, inside: usize, end: usize| start.saturating_add(inside).saturating_add(end);
        Ok(vec![around(start.0, height, end.0), around(start.1, width, end.1), channels])
    }
}

impl SimpleLayer for ZeroPadding2D {
    fn parameters(&self, _: &[usize]) -> Parameters {
        Parameters::default()
    }

    /// The image with zeros on its left and right only.
    fn scratch(&self, input: &[usize], output: &[usize]) -> u64 {
        let height = input.first().copied().unwrap_or(0) as u64;
        output.iter().skip(1).fold(height.saturating_mul(2), |all, size| all.saturating_mul(*size as u64))
    }
}
