//! GlobalMaxPooling2D: the largest number of each channel of an image.

use serde::{Deserialize, Serialize};

use super::input::image;
use super::kind::{Family, LayerKind, SimpleLayer};
use super::weights::Parameters;
use crate::fields;
use crate::preset::shapes::ShapeError;

/// `[h, w, c]` to `[c]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GlobalMaxPooling2D;

fields! {
    GlobalMaxPooling2D {}
}

impl LayerKind for GlobalMaxPooling2D {
    fn family(&self) -> Family {
        Family::Pooling
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        image("GlobalMaxPooling2D", input).map(|[.., channels]| vec![channels])
    }
}

impl SimpleLayer for GlobalMaxPooling2D {
    fn parameters(&self, _: &[usize]) -> Parameters {
        Parameters::default()
    }

    fn scratch(&self, _: &[usize], _: &[usize]) -> u64 {
        0
    }
}
