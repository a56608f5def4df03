//! Recurrent layers over all their time steps.
//!
//! The batch is cut into pieces of [`PIECE`] samples. A piece runs through all steps on one thread: one product of all
//! its inputs with the input kernel, then step by step the product of its state with the packed recurrent kernel and
//! the gates. The backward pass is the same in reverse; the gradients of the kernels are one product each over all
//! steps and samples. Within a piece numbers are ordered by step, then sample, so that a step is contiguous and the
//! states before all steps are the states after them, shifted by one step.

mod backward;
mod cells;
mod forward;
mod lanes;
#[cfg(test)]
mod tests;

pub use backward::{Gradients, Wanted};

use std::ops::Range;
use std::sync::Arc;

use crate::buffer::Buffer;

/// The number of samples that run through all steps together on a thread.
const PIECE: usize = 16;

/// The activations of a simple recurrent layer: functions whose derivative follows from their value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Squash {
    /// (e^x - e^-x) / (e^x + e^-x)
    Tanh,
    /// max(x, 0)
    Relu,
    /// 1 / (1 + e^-x)
    Sigmoid,
    /// x
    Linear,
}

/// The computation at each step, from the input `x` and the state `h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// `h' = squash(x W + h U + b)` (Elman 1990).
    Simple(Squash),
    /// Long short-term memory with forget gate (Gers et al. 2000), without peepholes; gates i, f, c, o.
    Lstm,
    /// Gated recurrent unit (Cho et al. 2014) with the reset gate applied after the product, as cuDNN and Keras do;
    /// gates z, r, h.
    Gru,
}

impl Cell {
    /// The number of gates in the kernels, whose last axis is this times the units.
    pub fn gates(self) -> usize {
        match self {
            Cell::Simple(_) => 1,
            Cell::Lstm => 4,
            Cell::Gru => 3,
        }
    }

    /// Columns of a step's gates, in multiples of the units: GRU keeps the candidate's two products apart.
    fn columns(self) -> usize {
        match self {
            Cell::Simple(_) => 1,
            Cell::Lstm | Cell::Gru => 4,
        }
    }

    /// The gate columns that the input's product is written to.
    fn input_columns(self, units: usize) -> Range<usize> {
        0..self.gates() * units
    }

    /// The gate columns that the state's product is added to. GRU's are ordered so that both ranges are contiguous.
    fn state_columns(self, units: usize) -> Range<usize> {
        (self.columns() - self.gates()) * units..self.columns() * units
    }

    /// Columns of the cell state, which only LSTM has.
    fn memory(self, units: usize) -> usize {
        if self == Cell::Lstm { units } else { 0 }
    }

    /// Copies from Keras's order of gates to that of the input's product: for GRU, `z, r, h` to `h, z, r`.
    fn reorder(self, from: &[f32], to: &mut [f32], units: usize) {
        for (from, to) in
            from.chunks_exact(self.gates() * units).zip(to.chunks_exact_mut(self.gates() * units))
        {
            to.copy_from_slice(from);
            if self == Cell::Gru {
                to.rotate_right(units);
            }
        }
    }

    /// Goes back to Keras's order, in place.
    fn restore(self, numbers: &mut [f32], units: usize) {
        if self == Cell::Gru {
            numbers.chunks_exact_mut(3 * units).for_each(|row| row.rotate_left(units));
        }
    }
}

/// A recurrent layer's shape and options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recurrence {
    /// The computation of a step.
    pub cell: Cell,
    /// Steps of a sequence.
    pub steps: usize,
    /// The length of a step's input.
    pub features: usize,
    /// The length of the state.
    pub units: usize,
    /// Whether all states come out, `[batch, steps * units]`, or the last one, `[batch, units]`.
    pub return_sequences: bool,
    /// Whether the sequence is read from its end; all states then come out last step first, as in Keras.
    pub go_backwards: bool,
    /// Whether all states come out in reverse order, the last one first, so that both directions of a bidirectional
    /// layer line up.
    pub reverse_output: bool,
    /// The gradient is cut every this many steps; 0: never.
    pub truncate_steps: usize,
}

impl Recurrence {
    fn gate_columns(&self) -> usize {
        self.cell.columns() * self.units
    }

    /// The index of the input's step that is read at `step`.
    pub fn reads(&self, step: usize) -> usize {
        if self.go_backwards { self.steps - 1 - step } else { step }
    }

    /// The index of the output's step that the state after `step` is written to; `None` where it is not part of the
    /// output.
    pub fn writes(&self, step: usize) -> Option<usize> {
        match self.return_sequences {
            true if self.reverse_output => Some(self.steps - 1 - step),
            true => Some(step),
            false => (step + 1 == self.steps).then_some(0),
        }
    }

    /// Columns of the output.
    pub fn output_columns(&self) -> usize {
        if self.return_sequences { self.steps * self.units } else { self.units }
    }

    /// Whether no gradient flows from `step` to the step before it.
    pub fn is_cut_before(&self, step: usize) -> bool {
        // Only 0 is a multiple of 0.
        step.is_multiple_of(self.truncate_steps)
    }
}

/// A layer's weights in Keras's layout.
#[derive(Clone, Copy, Debug)]
pub struct Weights<'a> {
    /// The input kernel, `[features, gates * units]`.
    pub kernel: &'a [f32],
    /// The recurrent kernel, `[units, gates * units]`.
    pub recurrent_kernel: &'a [f32],
    /// The bias, `[gates * units]`; GRU: `[2, 3 * units]`, the input's and the state's.
    pub bias: &'a [f32],
}

/// The state of every sample, carried from batch to batch.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The hidden state, `[batch, units]`.
    pub hidden: Arc<Buffer>,
    /// LSTM's cell state, `[batch, units]`; empty for other cells.
    pub memory: Arc<Buffer>,
}

/// What the forward pass keeps for the backward pass, ordered by piece, within a piece by step.
pub struct Trace {
    shape: Recurrence,
    batch: usize,
    starts_from_state: bool,
    /// The inputs, `[steps, samples, features]`, in the order of reading.
    inputs: Buffer,
    /// The gates, `[steps, samples, gate columns]`.
    gates: Buffer,
    /// `[1 + steps, samples, units]`: the states before the first step and after each.
    states: Buffer,
    /// LSTM's cell states in the same layout.
    memories: Buffer,
}

impl Trace {
    /// The state after the last step.
    pub fn last_state(&self) -> State {
        State {
            hidden: Arc::new(self.last(&self.states, self.shape.units)),
            memory: Arc::new(self.last(&self.memories, self.shape.cell.memory(self.shape.units))),
        }
    }

    fn last(&self, numbers: &[f32], columns: usize) -> Buffer {
        let (steps, mut rest) = (self.shape.steps, numbers);
        let mut last = Buffer::scratch(self.batch * columns);
        let mut to = &mut last[..];
        for rows in pieces(self.batch) {
            let (piece, next) = rest.split_at((1 + steps) * rows * columns);
            let (own, others) = to.split_at_mut(rows * columns);
            own.copy_from_slice(&piece[steps * rows * columns..]);
            (rest, to) = (next, others);
        }
        last
    }
}

/// The number of samples of each piece.
fn pieces(batch: usize) -> impl Iterator<Item = usize> {
    (0..batch).step_by(PIECE).map(move |first| PIECE.min(batch - first))
}

/// Cuts a slice with `per_sample` numbers for each sample into the pieces' parts.
fn cut<'a>(numbers: &'a [f32], batch: usize, per_sample: usize) -> Vec<&'a [f32]> {
    let mut rest = numbers;
    let part = |rows| -> &'a [f32] {
        let (part, next) = rest.split_at(rows * per_sample);
        rest = next;
        part
    };
    pieces(batch).map(part).collect()
}

/// Like [`cut`], for a mutable slice.
fn cut_mut(numbers: &mut [f32], batch: usize, per_sample: usize) -> std::vec::IntoIter<&mut [f32]> {
    let mut rest = numbers;
    let mut parts = Vec::with_capacity(batch.div_ceil(PIECE));
    for rows in pieces(batch) {
        let (part, next) = rest.split_at_mut(rows * per_sample);
        parts.push(part);
        rest = next;
    }
    parts.into_iter()
}
