//! Activation: a function on its own, written `Activation(relu)`.

use serde::{Deserialize, Serialize};

use super::kind::{Family, LayerKind, SimpleLayer};
use super::options;
use super::weights::Parameters;
use crate::preset::field::{AsValue, Field, FieldKind, Fields};
use crate::preset::shapes::{ShapeError, size};

/// An activation on its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Activation(pub options::Activation);

impl Fields for Activation {
    const FIELDS: &'static [Field] = &[Field {
        name: "activation",
        kind: FieldKind::Choice(options::Activation::WORDS),
        help: "the function applied to the inputs",
        refusal: None,
    }];
    const IS_NAMELESS: bool = true;

    fn contents(&self) -> Vec<&dyn AsValue> {
        vec![&self.0]
    }
}

impl LayerKind for Activation {
    fn family(&self) -> Family {
        Family::Activation
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        Ok(input.to_vec())
    }
}

impl SimpleLayer for Activation {
    fn parameters(&self, _: &[usize]) -> Parameters {
        Parameters::default()
    }

    fn scratch(&self, _: &[usize], output: &[usize]) -> u64 {
        self.0.scratch(size(output))
    }

    fn activation(&self) -> Option<options::Activation> {
        Some(self.0)
    }

    fn take_activation(&mut self) -> Option<options::Activation> {
        Some(std::mem::take(&mut self.0))
    }
}
