//! SimpleRNN: a recurrent layer without gates.

use serde::{Deserialize, Serialize};

use super::kind::{Family, LayerKind, SimpleLayer};
use super::options::Activation;
use super::recurrent::{Cell, RecurrentOptions};
use super::weights::Parameters;
use crate::fields;
use crate::preset::shapes::ShapeError;

/// `[steps, n]` to `[units]`, or to `[steps, units]` with `return_sequences`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct SimpleRNN {
    pub units: usize,
    #[serde(default = "tanh")]
    pub activation: Activation,
    #[serde(default)]
    pub return_sequences: bool,
    #[serde(default)]
    pub go_backwards: bool,
}

fields! {
    SimpleRNN {
        units: Integer(Range::COUNT), "numbers of the state";
        activation: Choice(Activation::OF_STATES), "the function applied to the state at every step";
        return_sequences: Switch, "whether the state after every step comes out, or the last one only";
        go_backwards: Switch, "whether the sequence is read from its end";
    }
}

impl SimpleRNN {
    /// Its options, as those of any recurrent layer.
    pub fn options(&self) -> RecurrentOptions {
        RecurrentOptions {
            cell: Cell::Simple(self.activation),
            units: self.units,
            return_sequences: self.return_sequences,
            go_backwards: self.go_backwards,
            stateful: false,
        }
    }
}

impl LayerKind for SimpleRNN {
    fn family(&self) -> Family {
        Family::Recurrent
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        // The engine computes a derivative from the function's value, which these four allow.
        use Activation::{Linear, Relu, Sigmoid, Tanh};
        if !matches!(self.activation, Tanh | Relu | Sigmoid | Linear) {
            return Err(ShapeError::at(
                "activation",
                format!("SimpleRNN cannot run {:?} at every step", self.activation),
                "use tanh, relu, sigmoid or linear",
            ));
        }
        self.options().output_shape("SimpleRNN", input)
    }
}

impl SimpleLayer for SimpleRNN {
    fn parameters(&self, input: &[usize]) -> Parameters {
        self.options().parameters(input)
    }

    fn scratch(&self, input: &[usize], _: &[usize]) -> u64 {
        self.options().scratch(input)
    }

    fn activation(&self) -> Option<Activation> {
        Some(self.activation)
    }

    fn recurrent(&self) -> Option<RecurrentOptions> {
        Some(self.options())
    }
}

fn tanh() -> Activation {
    Activation::Tanh
}
