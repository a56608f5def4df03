//! LSTM: long short-term memory.

use serde::{Deserialize, Serialize};

use super::kind::{Family, LayerKind, SimpleLayer};
use super::options::yes;
use super::recurrent::{Cell, RecurrentOptions};
use super::weights::Parameters;
use crate::fields;
use crate::preset::shapes::ShapeError;

/// Long short-term memory; shapes as `SimpleRNN`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct LSTM {
    pub units: usize,
    #[serde(default)]
    pub return_sequences: bool,
    #[serde(default)]
    pub go_backwards: bool,
    #[serde(default = "yes")]
    pub unit_forget_bias: bool,
    #[serde(default)]
    pub stateful: bool,
}

fields! {
    LSTM {
        units: Integer(Range::COUNT), "numbers of the state";
        return_sequences: Switch, "whether the state after every step comes out, or the last one only";
        go_backwards: Switch, "whether the sequence is read from its end";
        unit_forget_bias: Switch, "whether the forget gate starts open (Jozefowicz et al. 2015)";
        stateful: Switch, "whether the state is carried from batch to batch: for language models";
    }
}

impl LSTM {
    /// Its options, as those of any recurrent layer.
    pub fn options(&self) -> RecurrentOptions {
        RecurrentOptions {
            cell: Cell::Lstm { unit_forget_bias: self.unit_forget_bias },
            units: self.units,
            return_sequences: self.return_sequences,
            go_backwards: self.go_backwards,
            stateful: self.stateful,
        }
    }
}

impl LayerKind for LSTM {
    fn family(&self) -> Family {
        Family::Recurrent
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        self.options().output_shape("LSTM", input)
    }
}

impl SimpleLayer for LSTM {
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
