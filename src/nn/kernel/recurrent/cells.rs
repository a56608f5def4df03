//! The gates of each cell: the computation between the matrix products of a step.

use super::lanes::{
    LANES, Lanes, add, load, map, mul, mul_add, sigmoid, sigmoid_slope, store, tanh, tanh_slope,
};
use super::{Cell, Squash};
use crate::isa::Isa;
use crate::simd;

impl Squash {
    #[inline(always)]
    fn apply<I: Isa>(self, x: Lanes) -> Lanes {
        match self {
            Squash::Tanh => tanh::<I>(x),
            // Not `max`, which would turn NaN into 0 and hide a diverged run.
            Squash::Relu => map(x, |x| if x < 0.0 { 0.0 } else { x }),
            Squash::Sigmoid => sigmoid::<I>(x),
            Squash::Linear => x,
        }
    }

    /// The derivative, computed from the function's value.
    #[inline(always)]
    fn slope<I: Isa>(self, y: Lanes) -> Lanes {
        match self {
            Squash::Tanh => tanh_slope::<I>(y),
            Squash::Relu => map(y, |y| if y > 0.0 { 1.0 } else { 0.0 }),
            Squash::Sigmoid => sigmoid_slope::<I>(y),
            Squash::Linear => [1.0; LANES],
        }
    }
}

/// The forward pass of one step of a piece. Rows are samples.
pub(super) struct Forward<'a> {
    /// In: the products of input and state with the kernels; out: what `backward` needs of the gates.
    pub gates: &'a mut [f32],
    /// The bias, `[gate columns]`.
    pub bias: &'a [f32],
    /// The state before the step, `[rows, units]`.
    pub before: &'a [f32],
    /// The state after it.
    pub after: &'a mut [f32],
    /// LSTM's cell state before the step.
    pub memory_before: &'a [f32],
    /// LSTM's cell state after the step.
    pub memory_after: &'a mut [f32],
}

/// The backward pass of one step of a piece.
pub(super) struct Backward<'a> {
    /// In: the gates as `Forward` left them; out: the gradient of the numbers that the gates were
    /// computed from.
    pub gates: &'a mut [f32],
    /// The state before the step.
    pub before: &'a [f32],
    /// The state after it.
    pub after: &'a [f32],
    /// In: the gradient of the state after the step; out: that of the state before it, without the part
    /// that goes through the product.
    pub state: &'a mut [f32],
    /// LSTM's cell state before the step.
    pub memory_before: &'a [f32],
    /// LSTM's cell state after the step.
    pub memory_after: &'a [f32],
    /// In: the gradient of the cell state after the step; out: that of the state before it.
    pub memory: &'a mut [f32],
    /// Sums of the gates' gradients over samples and steps, `[gate columns]`.
    pub bias: &'a mut [f32],
}

impl Forward<'_> {
    pub(super) fn run(self, cell: Cell, units: usize) {
        match cell {
            Cell::Simple(squash) => simple_forward(squash, units, self),
            Cell::Lstm => lstm_forward(units, self),
            Cell::Gru => gru_forward(units, self),
        }
    }
}

impl Backward<'_> {
    pub(super) fn run(self, cell: Cell, units: usize) {
        match cell {
            Cell::Simple(squash) => simple_backward(squash, units, self),
            Cell::Lstm => lstm_backward(units, self),
            Cell::Gru => gru_backward(units, self),
        }
    }
}

simd! {
    fn simple_forward<I>(squash: Squash, units: usize, step: Forward) {
        for (gates, after) in step.gates.chunks_exact(units).zip(step.after.chunks_exact_mut(units)) {
            for j in (0..units).step_by(LANES) {
                store(squash.apply::<I>(add(load(gates, j), load(step.bias, j))), after, j);
            }
        }
    }
}

simd! {
    fn simple_backward<I>(squash: Squash, units: usize, step: Backward) {
        let rows = step.gates.chunks_exact_mut(units).zip(step.after.chunks_exact(units));
        for ((gates, after), state) in rows.zip(step.state.chunks_exact(units)) {
            for j in (0..units).step_by(LANES) {
                let d = mul(load(state, j), squash.slope::<I>(load(after, j)));
                store(d, gates, j);
                store(add(load(step.bias, j), d), step.bias, j);
            }
        }
        // All of the state's gradient goes through the product.
        step.state.fill(0.0);
    }
}

/// A row of four parts of `units` numbers.
#[inline(always)]
fn parts(row: &[f32], units: usize) -> [&[f32]; 4] {
    let (a, rest) = row.split_at(units);
    let (b, rest) = rest.split_at(units);
    let (c, d) = rest.split_at(units);
    [a, b, c, d]
}

/// A row of four parts of `units` numbers, mutable.
#[inline(always)]
fn parts_mut(row: &mut [f32], units: usize) -> [&mut [f32]; 4] {
    let (a, rest) = row.split_at_mut(units);
    let (b, rest) = rest.split_at_mut(units);
    let (c, d) = rest.split_at_mut(units);
    [a, b, c, d]
}

/// `sum += d` at `j`.
#[inline(always)]
fn accumulate(sum: &mut [f32], d: Lanes, j: usize) {
    store(add(load(sum, j), d), sum, j);
}

simd! {
    /// i, f, c, o; `c' = f c + i g`, `h = o tanh c'`.
    fn lstm_forward<I>(units: usize, step: Forward) {
        let [bias_i, bias_f, bias_g, bias_o] = parts(step.bias, units);
        let rows = step.gates.chunks_exact_mut(4 * units).zip(step.after.chunks_exact_mut(units));
        let rows = rows.zip(step.memory_before.chunks_exact(units)).zip(step.memory_after.chunks_exact_mut(units));
        for (((gates, after), memory_before), memory_after) in rows {
            let [gate_i, gate_f, gate_g, gate_o] = parts_mut(gates, units);
            for j in (0..units).step_by(LANES) {
                let i = sigmoid::<I>(add(load(gate_i, j), load(bias_i, j)));
                store(i, gate_i, j);
                let g = tanh::<I>(add(load(gate_g, j), load(bias_g, j)));
                store(g, gate_g, j);
                let f = sigmoid::<I>(add(load(gate_f, j), load(bias_f, j)));
                store(f, gate_f, j);
                let memory = mul_add::<I>(f, load(memory_before, j), mul(i, g));
                store(memory, memory_after, j);
                let o = sigmoid::<I>(add(load(gate_o, j), load(bias_o, j)));
                store(o, gate_o, j);
                store(mul(o, tanh::<I>(memory)), after, j);
            }
        }
    }
}

simd! {
    fn lstm_backward<I>(units: usize, step: Backward) {
        let [bias_i, bias_f, bias_g, bias_o] = parts_mut(step.bias, units);
        let rows = step.gates.chunks_exact_mut(4 * units).zip(step.state.chunks_exact(units));
        let rows = rows.zip(step.memory.chunks_exact_mut(units));
        let rows = rows.zip(step.memory_before.chunks_exact(units)).zip(step.memory_after.chunks_exact(units));
        for ((((gates, state), memory), memory_before), memory_after) in rows {
            let [gate_i, gate_f, gate_g, gate_o] = parts_mut(gates, units);
            for j in (0..units).step_by(LANES) {
                let (i, f, g, o) = (load(gate_i, j), load(gate_f, j), load(gate_g, j), load(gate_o, j));
                let squashed = tanh::<I>(load(memory_after, j));
                let d = load(state, j);
                let d_o = mul(mul(d, squashed), sigmoid_slope::<I>(o));
                let d_memory = mul_add::<I>(mul(d, o), tanh_slope::<I>(squashed), load(memory, j));
                let d_i = mul(mul(d_memory, g), sigmoid_slope::<I>(i));
                let d_g = mul(mul(d_memory, i), tanh_slope::<I>(g));
                let d_f = mul(mul(d_memory, load(memory_before, j)), sigmoid_slope::<I>(f));
                store(mul(d_memory, f), memory, j);
                store(d_i, gate_i, j);
                store(d_f, gate_f, j);
                store(d_g, gate_g, j);
                store(d_o, gate_o, j);
                accumulate(bias_i, d_i, j);
                accumulate(bias_f, d_f, j);
                accumulate(bias_g, d_g, j);
                accumulate(bias_o, d_o, j);
            }
        }
        step.state.fill(0.0);
    }
}

simd! {
    /// Columns h (from the input), z, r, h (from the state): `n = tanh(x_h + r m_h)`, `h' = z h + (1 - z) n`.
    fn gru_forward<I>(units: usize, step: Forward) {
        let [bias_x, bias_z, bias_r, bias_m] = parts(step.bias, units);
        let rows = step.gates.chunks_exact_mut(4 * units).zip(step.after.chunks_exact_mut(units));
        for ((gates, after), before) in rows.zip(step.before.chunks_exact(units)) {
            let [gate_x, gate_z, gate_r, gate_m] = parts_mut(gates, units);
            for j in (0..units).step_by(LANES) {
                let r = sigmoid::<I>(add(load(gate_r, j), load(bias_r, j)));
                store(r, gate_r, j);
                let m = add(load(gate_m, j), load(bias_m, j));
                store(m, gate_m, j);
                let n = tanh::<I>(mul_add::<I>(r, m, add(load(gate_x, j), load(bias_x, j))));
                store(n, gate_x, j);
                let z = sigmoid::<I>(add(load(gate_z, j), load(bias_z, j)));
                store(z, gate_z, j);
                let gap = add(load(before, j), map(n, |n| -n));
                store(mul_add::<I>(z, gap, n), after, j);
            }
        }
    }
}

simd! {
    fn gru_backward<I>(units: usize, step: Backward) {
        let [bias_x, bias_z, bias_r, bias_m] = parts_mut(step.bias, units);
        let rows = step.gates.chunks_exact_mut(4 * units).zip(step.state.chunks_exact_mut(units));
        for ((gates, state), before) in rows.zip(step.before.chunks_exact(units)) {
            let [gate_x, gate_z, gate_r, gate_m] = parts_mut(gates, units);
            for j in (0..units).step_by(LANES) {
                let (n, z, r, m) = (load(gate_x, j), load(gate_z, j), load(gate_r, j), load(gate_m, j));
                let d = load(state, j);
                let gap = add(load(before, j), map(n, |n| -n));
                let d_z = mul(mul(d, gap), sigmoid_slope::<I>(z));
                let d_n = mul(mul(d, map(z, |z| 1.0 - z)), tanh_slope::<I>(n));
                let d_r = mul(mul(d_n, m), sigmoid_slope::<I>(r));
                let d_m = mul(d_n, r);
                store(mul(d, z), state, j);
                store(d_n, gate_x, j);
                store(d_z, gate_z, j);
                store(d_r, gate_r, j);
                store(d_m, gate_m, j);
                accumulate(bias_x, d_n, j);
                accumulate(bias_z, d_z, j);
                accumulate(bias_r, d_r, j);
                accumulate(bias_m, d_m, j);
            }
        }
    }
}
