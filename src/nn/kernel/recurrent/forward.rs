//! The forward pass through all steps.

use rayon::prelude::*;

use super::cells::Forward;
use super::{Recurrence, State, Trace, Weights, cut_mut, pieces};
use crate::buffer::Buffer;
use crate::gemm::{Mat, gemm_here};
use crate::panel::Packed;

struct Piece<'a> {
    first: usize,
    rows: usize,
    inputs: &'a mut [f32],
    gates: &'a mut [f32],
    states: &'a mut [f32],
    memories: &'a mut [f32],
    output: &'a mut [f32],
}

/// The weights in the form that the steps use.
struct Prepared {
    kernel: Buffer,
    recurrent: Packed,
    bias: Buffer,
}

impl Recurrence {
    /// Runs `input`, `[batch, steps * features]`, through all steps from `state` (zeros if there is none) and returns
    /// the output, `[batch, steps * units]` or `[batch, units]`, with what the backward pass needs.
    ///
    /// # Panics
    /// When a slice does not have its shape.
    pub fn forward(
        &self,
        input: &[f32],
        batch: usize,
        weights: Weights,
        state: Option<&State>,
    ) -> (Buffer, Trace) {
        let (units, steps, features) = (self.units, self.steps, self.features);
        assert_eq!(input.len(), batch * steps * features, "recurrent: input");
        let memory = self.cell.memory(units);
        let mut trace = Trace {
            shape: *self,
            batch,
            starts_from_state: state.is_some(),
            inputs: Buffer::scratch(batch * steps * features),
            gates: Buffer::scratch(batch * steps * self.gate_columns()),
            states: Buffer::scratch(batch * (1 + steps) * units),
            memories: Buffer::scratch(batch * (1 + steps) * memory),
        };
        let mut output = Buffer::scratch(batch * self.output_columns());
        let prepared = self.prepare(weights);
        let mut first = 0;
        let mut inputs = cut_mut(&mut trace.inputs, batch, steps * features);
        let mut gates = cut_mut(&mut trace.gates, batch, steps * self.gate_columns());
        let mut states = cut_mut(&mut trace.states, batch, (1 + steps) * units);
        let mut memories = cut_mut(&mut trace.memories, batch, (1 + steps) * memory);
        let mut outputs = cut_mut(&mut output, batch, self.output_columns());
        let parts: Vec<Piece> = pieces(batch)
            .map_while(|rows| {
                first += rows;
                Some(Piece {
                    first: first - rows,
                    rows,
                    inputs: inputs.next()?,
                    gates: gates.next()?,
                    states: states.next()?,
                    memories: memories.next()?,
                    output: outputs.next()?,
                })
            })
            .collect();
        parts.into_par_iter().for_each(|piece| self.piece_forward(piece, input, &prepared, state));
        (output, trace)
    }

    fn prepare(&self, weights: Weights) -> Prepared {
        let (units, width) = (self.units, self.cell.gates() * self.units);
        let mut kernel = Buffer::scratch(weights.kernel.len());
        self.cell.reorder(weights.kernel, &mut kernel, units);
        let mut bias = Buffer::zeroed(self.gate_columns());
        self.cell.reorder(&weights.bias[..width], &mut bias[..width], units);
        if weights.bias.len() > width {
            let columns = self.cell.state_columns(units);
            bias[columns].iter_mut().zip(&weights.bias[width..]).for_each(|(sum, &b)| *sum += b);
        }
        let recurrent = Packed::new(Mat::rows(weights.recurrent_kernel, width), units, width);
        Prepared { kernel, recurrent, bias }
    }

    fn piece_forward(&self, piece: Piece, input: &[f32], weights: &Prepared, state: Option<&State>) {
        let Piece { first, rows, inputs, gates, states, memories, output } = piece;
        let (units, steps, features, width) = (self.units, self.steps, self.features, self.gate_columns());
        for (step, line) in inputs.chunks_exact_mut((rows * features).max(1)).enumerate() {
            for (row, target) in line.chunks_exact_mut(features).enumerate() {
                let start = ((first + row) * steps + self.reads(step)) * features;
                target.copy_from_slice(&input[start..start + features]);
            }
        }
        let (from_input, from_state) = (self.cell.input_columns(units), self.cell.state_columns(units));
        let dims = [steps * rows, from_input.len(), features];
        gemm_here(
            dims,
            Mat::rows(inputs, features),
            Mat::rows(&weights.kernel, from_input.len()),
            gates,
            width,
            false,
        );
        let memory = self.cell.memory(units);
        match state {
            Some(state) => {
                states[..rows * units].copy_from_slice(&state.hidden[first * units..(first + rows) * units]);
                memories[..rows * memory]
                    .copy_from_slice(&state.memory[first * memory..(first + rows) * memory]);
            }
            None => {
                states[..rows * units].fill(0.0);
                memories[..rows * memory].fill(0.0);
            }
        }
        for step in 0..steps {
            let gates = &mut gates[step * rows * width..(step + 1) * rows * width];
            let (before, after) =
                states[step * rows * units..(step + 2) * rows * units].split_at_mut(rows * units);
            let (memory_before, memory_after) =
                memories[step * rows * memory..(step + 2) * rows * memory].split_at_mut(rows * memory);
            // GRU's last columns get nothing from the input.
            if from_input.end < width {
                gates.chunks_exact_mut(width).for_each(|row| row[from_input.end..].fill(0.0));
            }
            if step > 0 || state.is_some() {
                weights.recurrent.multiply(rows, before, units, &mut gates[from_state.start..], width, true);
            }
            let bias = &weights.bias;
            Forward { gates, bias, before, after, memory_before, memory_after }.run(self.cell, units);
            if let Some(to) = self.writes(step) {
                let target = output[to * units..].chunks_mut(self.output_columns());
                for (target, after) in target.zip(after.chunks_exact(units)) {
                    target[..units].copy_from_slice(after);
                }
            }
        }
    }
}
