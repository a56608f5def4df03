//! What SimpleRNN, LSTM and GRU have in common.

use super::input::sequence;
use super::options::Activation;
use super::weights::{Parameters, features};
use crate::preset::shapes::ShapeError;

/// The options of a recurrent layer of any kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecurrentOptions {
    /// What a step computes.
    pub cell: Cell,
    /// Numbers of the state.
    pub units: usize,
    /// Whether the state after every step comes out, or the last one only.
    pub return_sequences: bool,
    /// Whether the sequence is read from its end.
    pub go_backwards: bool,
    /// Whether the state is carried from batch to batch.
    pub stateful: bool,
}

/// What a step of a recurrent layer computes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    /// One function of input and state.
    Simple(Activation),
    /// Gates i, f, c, o.
    Lstm {
        /// Whether the forget gate starts open.
        unit_forget_bias: bool,
    },
    /// Gates z, r, h, with the reset gate applied after the product.
    Gru,
}

impl RecurrentOptions {
    pub(super) fn output_shape(&self, kind: &str, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        let [steps, _] = sequence(kind, input)?;
        Ok(if self.return_sequences { vec![steps, self.units] } else { vec![self.units] })
    }

    pub(super) fn parameters(&self, input: &[usize]) -> Parameters {
        // A gate's inputs are a step's features and the state.
        let inputs = features(input).saturating_add(self.units);
        let (inputs, gates) = match self.cell {
            Cell::Simple(_) => (inputs, 1),
            Cell::Lstm { .. } => (inputs, 4),
            // A second bias is added before the reset gate.
            Cell::Gru => (inputs.saturating_add(1), 3),
        };
        Parameters::affine(&[inputs], self.units.saturating_mul(gates), true)
    }

    /// Gates and states of all steps.
    pub(super) fn scratch(&self, input: &[usize]) -> u64 {
        let steps = input.first().copied().unwrap_or(1) as u64;
        let kept = match self.cell {
            Cell::Simple(_) => 3,
            Cell::Lstm { .. } => 11,
            Cell::Gru => 9,
        };
        kept * steps * self.units as u64
    }
}
