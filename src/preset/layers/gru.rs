//! GRU: the gated recurrent unit.

use serde::{Deserialize, Serialize};

use super::kind::{Family, LayerKind, SimpleLayer};
use super::recurrent::{Cell, RecurrentOptions};
use super::weights::Parameters;
use crate::fields;
use crate::preset::shapes::ShapeError;

/// Gated recurrent unit, `reset_after` form as in Keras and cuDNN; shapes as `SimpleRNN`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct GRU {
    pub units: usize,
    #[serde(default)]
    pub return_sequences: bool,
    #[serde(default)]
    pub go_backwards: bool,
}

fields! {
    GRU {
        units: Integer(Range::COUNT), "numbers of the state";
        return_sequences: Switch, "whether the state after every step comes out, or the last one only";
        go_backwards: Switch, "whether the sequence is read from its end";
    }
}

impl GRU {
    /// Its options, as those of any recurrent layer.
    pub fn options(&self) -> RecurrentOptions {
        RecurrentOptions {
            cell: Cell::Gru,
            units: self.units,
            return_sequences: self.return_sequences,
            go_backwards: self.go_backwards,
            stateful: false,
        }
    }
}

impl LayerKind for GRU {
    fn family(&self) -> Family {
        Family::Recurrent
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        self.options().output_shape("GRU", input)
    }
}

impl SimpleLayer for GRU {
    fn parameters(&self, input: &[usize]) -> Parameters {
        self.options().parameters(input)
    }

    fn scratch(&self, input: &[usize], _: &[usize]) -> u64 {
        self.options().scratch(input)
    }

    fn recurrent(&self) -> Option<RecurrentOptions> {
        Some(self.options())
    }
}
