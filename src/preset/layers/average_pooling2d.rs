//! AveragePooling2D: the mean of each window of an image.

use serde::{Deserialize, Serialize};

use super::input::image;
use super::kind::{Family, LayerKind, SimpleLayer};
use super::options::{Padding, Pair};
use super::weights::Parameters;
use super::windows::Windows;
use crate::fields;
use crate::preset::shapes::ShapeError;

/// `[h, w, c]` to `[h', w', c]`: the mean of each window (padding not counted).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct AveragePooling2D {
    #[serde(default = "Pair::two")]
    pub pool_size: Pair,
    #[serde(default)]
    pub strides: Option<Pair>,
    #[serde(default)]
    pub padding: Padding,
}

fields! {
    AveragePooling2D {
        pool_size: Pair(Range::COUNT), "height and width of the windows";
        strides: Pair(Range::COUNT), "how far the windows move; left out: their size";
        padding: Choice(Padding::WORDS), "valid: windows stay inside; same: zeros around, so that strides of 1 keep the size";
    }
}

impl AveragePooling2D {
    /// How far the windows move.
    pub fn strides(&self) -> Pair {
        self.strides.unwrap_or(self.pool_size)
    }
}

impl LayerKind for AveragePooling2D {
    fn family(&self) -> Family {
        Family::Pooling
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        let [height, width, channels] = image("AveragePooling2D", input)?;
        let windows =
            Windows { field: "pool_size", what: "window", size: self.pool_size, padding: self.padding };
        let (height, width) = windows.over((height, width), self.strides(), Pair(1, 1))?;
        Ok(vec![height, width, channels])
    }
}

impl SimpleLayer for AveragePooling2D {
    fn parameters(&self, _: &[usize]) -> Parameters {
        Parameters::default()
    }

    fn scratch(&self, _: &[usize], _: &[usize]) -> u64 {
        0
    }
}
