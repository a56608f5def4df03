//! Recurrent layers, composed of dfdx's ops: each step is one product for the input and one for the state.

use dfdx::shapes::Axis;
use dfdx::tensor::{NoneTape, OwnedTape, PutTape, SplitTape};
use dfdx::tensor_ops::{Device, TryAdd, TryConcatAlong, TryMatMul, TryMul, TrySub};

use super::{Failure, Plain, Taped, add_row, fork, sizes};
use crate::nn::kernel::recurrent::{Cell, Recurrence, Squash};

/// A layer's weights: `[features, gates * units]`, `[units, gates * units]`, `[1, gates * units]` (GRU: `[2, …]`).
pub struct Weights<'a, D: Device<f32>> {
    /// The input kernel.
    pub kernel: &'a Plain<D>,
    /// The recurrent kernel.
    pub recurrent_kernel: &'a Plain<D>,
    /// The bias; for GRU both of them.
    pub bias: &'a Plain<D>,
}

/// The columns `from..to`. dfdx's slices write their gradient instead of adding it, so slices of one tensor must not
/// overlap, and nothing else may read it.
fn columns<D: Device<f32>>(x: Taped<D>, from: usize, to: usize) -> Result<Taped<D>, Failure<D>> {
    let (rows, _) = sizes(&x);
    x.try_slice((0..rows, from..to))
}

/// A product with a weight, plus a bias. The result has its own tape, so that it can be joined to any other.
fn product<D: Device<f32>>(
    x: Taped<D>,
    kernel: &Plain<D>,
    bias: Option<&Plain<D>>,
) -> Result<Taped<D>, Failure<D>> {
    let y = x.try_matmul(kernel.clone())?;
    match bias {
        Some(bias) => add_row(y, bias),
        None => Ok(y),
    }
}

/// `x` and row `place` of a bias of two rows. The row is chosen by a product, because every step reads it; see
/// [`columns`].
fn bias_row<D: Device<f32>>(x: Taped<D>, bias: &Plain<D>, place: usize) -> Result<Taped<D>, Failure<D>> {
    let (rows, _) = sizes(&x);
    let choice = (0..2 * rows).map(|i| if i % 2 == place { 1.0 } else { 0.0 }).collect();
    let choice: Plain<D> = x.device().clone().try_tensor_from_vec(choice, (rows, 2))?;
    x.try_add(choice.retaped::<OwnedTape<f32, D>>().try_matmul(bias.clone())?)
}

/// The results: all states side by side or the last one, the last hidden state and the last memory.
pub type Outcome<D> = (Taped<D>, Plain<D>, Option<Plain<D>>);

/// Runs `x`, `[batch, steps * features]`, through all steps, from `hidden` and `memory`, `[batch, units]`.
///
/// # Errors
/// When the device fails.
pub fn recurrent<D: Device<f32>>(
    x: Taped<D>,
    weights: &Weights<D>,
    shape: &Recurrence,
    hidden: Plain<D>,
    memory: Option<Plain<D>>,
) -> Result<Outcome<D>, Failure<D>> {
    let Recurrence { cell, steps, features, units, .. } = *shape;
    // A tensor that only the steps read.
    let (x, mut tape) = x.try_mul(1.0)?.split_tape();
    let mut hidden: Taped<D> = hidden.retaped();
    let mut memory: Option<Taped<D>> = memory.map(|memory| memory.retaped());
    let mut outputs: Vec<(usize, Taped<D>)> = Vec::with_capacity(steps);
    for step in 0..steps {
        if step > 0 && shape.is_cut_before(step) {
            hidden = cut(hidden, &mut tape);
            memory = memory.map(|memory| cut(memory, &mut tape));
        }
        let read = shape.reads(step) * features;
        let input = columns(x.retaped(), read, read + features)?;
        let (next, remembered) = match cell {
            Cell::Simple(squash) => {
                let sum = product(input, weights.kernel, Some(weights.bias))?;
                let sum = sum.try_add(product(hidden, weights.recurrent_kernel, None)?)?;
                (squashed(sum, squash)?, None)
            }
            Cell::Lstm => {
                let gates = product(input, weights.kernel, Some(weights.bias))?;
                let gates = gates.try_add(product(hidden, weights.recurrent_kernel, None)?)?;
                let (gates, i) = fork(gates);
                let (gates, f) = fork(gates);
                let (c, o) = fork(gates);
                let i = columns(i, 0, units)?.try_sigmoid()?;
                let f = columns(f, units, 2 * units)?.try_sigmoid()?;
                let c = columns(c, 2 * units, 3 * units)?.try_tanh()?;
                let o = columns(o, 3 * units, 4 * units)?.try_sigmoid()?;
                let new = i.try_mul(c)?;
                let kept = match memory.take() {
                    Some(memory) => f.try_mul(memory)?.try_add(new)?,
                    None => new,
                };
                let (kept, shown) = fork(kept);
                (o.try_mul(shown.try_tanh()?)?, Some(kept))
            }
            Cell::Gru => {
                let width = 3 * units;
                let of_input = bias_row(product(input, weights.kernel, None)?, weights.bias, 0)?;
                let (hidden, kept) = fork(hidden);
                let of_state = product(hidden, weights.recurrent_kernel, None)?;
                let of_state = bias_row(of_state, weights.bias, 1)?;
                let (of_input, zr) = fork(of_input);
                let (of_state, other) = fork(of_state);
                let zr = columns(zr, 0, 2 * units)?.try_add(columns(other, 0, 2 * units)?)?.try_sigmoid()?;
                let (z, r) = fork(zr);
                let (z, r) = (columns(z, 0, units)?, columns(r, units, 2 * units)?);
                let candidate = columns(of_state, 2 * units, width)?.try_mul(r)?;
                let candidate = columns(of_input, 2 * units, width)?.try_add(candidate)?.try_tanh()?;
                // z h + (1 - z) candidate = candidate + z (h - candidate)
                let (candidate, other) = fork(candidate);
                (candidate.try_add(kept.try_sub(other)?.try_mul(z)?)?, None)
            }
        };
        (hidden, memory) = (next, remembered);
        if let Some(place) = shape.writes(step) {
            let (next, shown) = fork(hidden);
            hidden = next;
            outputs.push((place, shown));
        }
    }
    outputs.sort_by_key(|(place, _)| *place);
    let (hidden, last_tape) = hidden.split_tape();
    let memory = memory.map(|memory| {
        let (memory, own) = memory.split_tape();
        tape = merged(std::mem::take(&mut tape), own);
        memory
    });
    tape = merged(tape, last_tape);
    let mut outputs = outputs.into_iter().map(|(_, output)| output);
    let first = outputs.next().expect("a sequence has at least one step");
    let whole = outputs.try_fold(first, |whole, next| (whole, next).try_concat_along(Axis::<1>))?;
    let (whole, own) = whole.split_tape();
    Ok((whole.put_tape(merged(tape, own)), hidden, memory))
}

fn merged<D: Device<f32>>(a: OwnedTape<f32, D>, b: OwnedTape<f32, D>) -> OwnedTape<f32, D> {
    dfdx::tensor::Merge::merge(a, b)
}

/// The same numbers, detached: no gradient flows through them. What was recorded stays on `tape` for earlier outputs.
fn cut<D: Device<f32>>(state: Taped<D>, tape: &mut OwnedTape<f32, D>) -> Taped<D> {
    let (state, own) = state.split_tape();
    *tape = merged(std::mem::take(tape), own);
    // Another tensor with the same numbers, because gradients are stored by a tensor's identity.
    let copy: Plain<D> = detached(&state);
    copy.put_tape(OwnedTape::default())
}

fn detached<D: Device<f32>>(x: &Tensor2<D>) -> Plain<D> {
    let shape = sizes(x);
    let device = x.device().clone();
    let mut numbers = vec![0.0; shape.0 * shape.1];
    x.copy_into(&mut numbers);
    device.tensor_from_vec(numbers, shape)
}

type Tensor2<D> = dfdx::tensor::Tensor<(usize, usize), f32, D, NoneTape>;

fn squashed<D: Device<f32>>(x: Taped<D>, squash: Squash) -> Result<Taped<D>, Failure<D>> {
    match squash {
        Squash::Tanh => x.try_tanh(),
        Squash::Relu => x.try_relu(),
        Squash::Sigmoid => x.try_sigmoid(),
        Squash::Linear => Ok(x),
    }
}
