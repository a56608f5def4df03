//! The backward pass through all steps.

use rayon::prelude::*;

use super::cells::Backward;
use super::{Recurrence, Trace, Weights, cut, cut_mut, pieces};
use crate::buffer::Buffer;
use crate::gemm::{Mat, gemm_here};
use crate::panel::Packed;

/// Which gradients are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Whether the gradient of the input is computed.
    pub input: bool,
    /// Whether the gradients of the weights are computed.
    pub weights: bool,
}

/// The gradients, each in the layout of what it belongs to; those that are not computed are empty.
pub struct Gradients {
    /// `[batch, steps * features]`.
    pub input: Buffer,
    /// `[features, gates * units]`.
    pub kernel: Buffer,
    /// `[units, gates * units]`.
    pub recurrent_kernel: Buffer,
    /// In the layout of the bias.
    pub bias: Buffer,
}

struct Piece<'a> {
    first: usize,
    rows: usize,
    gates: &'a mut [f32],
    states: &'a [f32],
    memories: &'a [f32],
    input: &'a mut [f32],
    bias: &'a mut [f32],
}

/// The kernels in the form that the backward pass uses.
struct Prepared {
    kernel: Buffer,
    recurrent: Packed,
}

/// The number of rows of a kernel's gradient in one piece of work.
const BLOCK: usize = 32;

impl Trace {
    /// Computes the gradients from `d_output`, the gradient of the output, which has the output's shape.
    ///
    /// # Panics
    /// When a slice does not have its shape.
    pub fn backward(mut self, d_output: &[f32], weights: Weights, wanted: Wanted) -> Gradients {
        let (shape, batch) = (self.shape, self.batch);
        let (units, steps, width) = (shape.units, shape.steps, shape.gate_columns());
        assert_eq!(d_output.len(), batch * shape.output_columns(), "recurrent: gradient of the output");
        let gate_count = shape.cell.gates() * units;
        let mut kernel = Buffer::scratch(if wanted.input { weights.kernel.len() } else { 0 });
        shape.cell.reorder(&weights.kernel[..kernel.len()], &mut kernel, units);
        let recurrent = Packed::new(Mat::transposed(weights.recurrent_kernel, gate_count), gate_count, units);
        let prepared = Prepared { kernel, recurrent };

        let per_sample = if wanted.input { steps * shape.features } else { 0 };
        let mut input = Buffer::scratch(batch * per_sample);
        let count = pieces(batch).count();
        let mut bias_parts = Buffer::zeroed(count * width);
        let states = cut(&self.states, batch, (1 + steps) * units);
        let memories = cut(&self.memories, batch, (1 + steps) * shape.cell.memory(units));
        let mut first = 0;
        let mut inputs = cut_mut(&mut input, batch, per_sample);
        let mut gates = cut_mut(&mut self.gates, batch, steps * width);
        let parts: Vec<Piece> = pieces(batch)
            .zip(bias_parts.chunks_exact_mut(width))
            .enumerate()
            .map_while(|(i, (rows, bias))| {
                first += rows;
                Some(Piece {
                    first: first - rows,
                    rows,
                    gates: gates.next()?,
                    states: states[i],
                    memories: memories[i],
                    input: inputs.next()?,
                    bias,
                })
            })
            .collect();
        parts.into_par_iter().for_each(|piece| piece_backward(&shape, piece, d_output, &prepared));
        drop((inputs, gates));

        let (mut kernel, mut recurrent_kernel, mut bias) = Default::default();
        if wanted.weights {
            bias = shape.bias_gradient(&bias_parts, weights.bias.len());
            (kernel, recurrent_kernel) = self.kernel_gradients();
        }
        Gradients { input, kernel, recurrent_kernel, bias }
    }

    /// The kernels' gradients: one product each over all steps and samples, cut into blocks of rows. Within a block the
    /// pieces are added in their order.
    fn kernel_gradients(&self) -> (Buffer, Buffer) {
        let shape = &self.shape;
        let (units, steps, width, features) =
            (shape.units, shape.steps, shape.gate_columns(), shape.features);
        let columns = shape.cell.gates() * units;
        let mut kernel = Buffer::scratch(features * columns);
        let mut recurrent = Buffer::scratch(units * columns);
        let inputs = cut(&self.inputs, self.batch, steps * features);
        let gates = cut(&self.gates, self.batch, steps * width);
        let states = cut(&self.states, self.batch, (1 + steps) * units);
        let rows: Vec<usize> = pieces(self.batch).collect();
        // The first state is all zeros unless the caller gave one.
        let skipped = usize::from(!self.starts_from_state);
        let block = |first: usize, target: &mut [f32], of_input: bool| {
            for (i, &rows) in rows.iter().enumerate() {
                let height = target.len() / columns;
                let (left, left_row, gates, k) = if of_input {
                    (inputs[i], features, &gates[i][shape.cell.input_columns(units).start..], steps * rows)
                } else {
                    let start = skipped * rows * width + shape.cell.state_columns(units).start;
                    let gates = gates[i].get(start..).unwrap_or_default();
                    (&states[i][skipped * rows * units..], units, gates, (steps - skipped) * rows)
                };
                // An empty sum still sets the target to zero.
                let left = if k == 0 { &[][..] } else { &left[first..] };
                gemm_here(
                    [height, columns, k],
                    Mat::strided(left, 1, left_row),
                    Mat::strided(gates, width, 1),
                    target,
                    columns,
                    i > 0,
                );
            }
            if rows.is_empty() {
                target.fill(0.0);
            }
            if of_input {
                shape.cell.restore(target, units);
            }
        };
        let blocks: Vec<(usize, &mut [f32], bool)> = recurrent
            .chunks_mut(BLOCK * columns)
            .enumerate()
            .map(|(i, target)| (i * BLOCK, target, false))
            .chain(
                kernel.chunks_mut(BLOCK * columns).enumerate().map(|(i, target)| (i * BLOCK, target, true)),
            )
            .collect();
        blocks.into_par_iter().for_each(|(first, target, of_input)| block(first, target, of_input));
        (kernel, recurrent)
    }
}

impl Recurrence {
    /// Adds the pieces' sums in their order and brings them into the bias's layout.
    fn bias_gradient(&self, parts: &[f32], len: usize) -> Buffer {
        let (units, width) = (self.units, self.gate_columns());
        let mut sum = Buffer::zeroed(width);
        for part in parts.chunks_exact(width) {
            sum.iter_mut().zip(part).for_each(|(sum, &d)| *sum += d);
        }
        let count = self.cell.gates() * units;
        let mut bias = Buffer::scratch(len);
        bias[..count].copy_from_slice(&sum[..count]);
        self.cell.restore(&mut bias[..count], units);
        if len > count {
            bias[count..].copy_from_slice(&sum[self.cell.state_columns(units)]);
        }
        bias
    }
}

fn piece_backward(shape: &Recurrence, piece: Piece, d_output: &[f32], weights: &Prepared) {
    let Piece { first, rows, gates, states, memories, input, bias } = piece;
    let (units, steps, width) = (shape.units, shape.steps, shape.gate_columns());
    let held = shape.cell.memory(units);
    let (from_input, from_state) = (shape.cell.input_columns(units), shape.cell.state_columns(units));
    let mut state = Buffer::zeroed(rows * units);
    let mut memory = Buffer::zeroed(rows * held);
    for step in (0..steps).rev() {
        if let Some(from) = shape.writes(step) {
            for (row, state) in state.chunks_exact_mut(units).enumerate() {
                let start = (first + row) * shape.output_columns() + from * units;
                state.iter_mut().zip(&d_output[start..start + units]).for_each(|(sum, &d)| *sum += d);
            }
        }
        let gates = &mut gates[step * rows * width..(step + 1) * rows * width];
        let (before, after) = states[step * rows * units..(step + 2) * rows * units].split_at(rows * units);
        let (memory_before, memory_after) =
            memories[step * rows * held..(step + 2) * rows * held].split_at(rows * held);
        Backward {
            gates: &mut *gates,
            before,
            after,
            state: &mut state,
            memory_before,
            memory_after,
            memory: &mut memory,
            bias: &mut *bias,
        }
        .run(shape.cell, units);
        if shape.is_cut_before(step) {
            state.fill(0.0);
            memory.fill(0.0);
        } else {
            weights.recurrent.multiply(rows, &gates[from_state.start..], width, &mut state, units, true);
        }
    }
    if !input.is_empty() {
        let features = shape.features;
        let mut by_step = Buffer::scratch(steps * rows * features);
        gemm_here(
            [steps * rows, features, from_input.len()],
            Mat::strided(gates, width, 1),
            Mat::transposed(&weights.kernel, from_input.len()),
            &mut by_step,
            features,
            false,
        );
        for (step, line) in by_step.chunks_exact(rows * features).enumerate() {
            for (row, source) in line.chunks_exact(features).enumerate() {
                let start = (row * steps + shape.reads(step)) * features;
                input[start..start + features].copy_from_slice(source);
            }
        }
    }
}
