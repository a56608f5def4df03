//! UpSampling2D: larger images by repeating pixels.

use serde::{Deserialize, Serialize};

use super::input::image;
use super::kind::{Family, LayerKind, SimpleLayer};
use super::options::Pair;
use super::weights::Parameters;
use crate::fields;
use crate::preset::shapes::ShapeError;

/// `[h, w, c]` to `[h * size, w * size, c]` by repeating (nearest).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct UpSampling2D {
    #[serde(default = "Pair::two")]
    pub size: Pair,
}

fields! {
    UpSampling2D {
        size: Pair(Range::COUNT), "how many times each pixel is repeated, down and across";
    }
}

impl LayerKind for UpSampling2D {
    fn family(&self) -> Family {
        Family::Reshaping
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        let [height, width, channels] = image("UpSampling2D", input)?;
        Ok(vec![height.saturating_mul(self.size.0), width.saturating_mul(self.size.1), channels])
    }
}

impl SimpleLayer for UpSampling2D {
    fn parameters(&self, _: &[usize]) -> Parameters {
        Parameters::default()
    }

    fn scratch(&self, _: &[usize], _: &[usize]) -> u64 {
        0
    }
}
