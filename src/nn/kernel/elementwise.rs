//! Activations, their gradients, biases and row sums over slices.

use rayon::prelude::*;

use super::math;
use crate::buffer::Buffer;
use crate::simd;

/// An activation function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// x
    Linear,
    /// 1 / (1 + e^-x)
    Sigmoid,
    /// max(x, 0)
    Relu,
    /// (e^x - e^-x) / (e^x + e^-x)
    Tanh,
    /// e^x_i / sum_j e^x_j over a row
    Softmax,
    /// x if x > 0, else 0.2 x
    LeakyRelu,
    /// x if x > 0, else e^x - 1
    Elu,
    /// x Phi(x), with the error function
    Gelu,
    /// x sigmoid(x)
    Silu,
    /// ln(1 + e^x)
    Softplus,
}

/// Numbers in a piece of work for one thread; shorter slices are not cut.
const PIECE: usize = 1 << 14;

/// Rows in a piece, so that a piece is about [`PIECE`] numbers.
fn rows_per_piece(columns: usize) -> usize {
    (PIECE / columns.max(1)).max(1)
}

/// Adds `bias` to every row of `x` (if there is one) and applies the activation, in place.
///
/// Where the gradient needs the activation's input (GELU, SiLU, softplus), `before` gets a copy of it.
pub fn bias_activation(
    x: &mut [f32],
    columns: usize,
    bias: Option<&[f32]>,
    activation: Activation,
    before: Option<&mut [f32]>,
) {
    if x.is_empty() {
        return;
    }
    let piece = rows_per_piece(columns) * columns;
    match before {
        Some(before) => x.par_chunks_mut(piece).zip(before.par_chunks_mut(piece)).for_each(|(x, before)| {
            add_bias(x, columns, bias);
            before.copy_from_slice(x);
            apply(x, columns, activation);
        }),
        None if x.len() <= piece => {
            add_bias(x, columns, bias);
            apply(x, columns, activation);
        }
        None => x.par_chunks_mut(piece).for_each(|x| {
            add_bias(x, columns, bias);
            apply(x, columns, activation);
        }),
    }
}

/// Whether [`activation_gradient`] needs the activation's input rather than its output.
pub fn needs_input(activation: Activation) -> bool {
    matches!(activation, Activation::Gelu | Activation::Silu | Activation::Softplus)
}

/// Turns the gradient of an activation's output into that of its input, in place.
///
/// `kept` is the activation's output, or its input where [`needs_input`] says so.
pub fn activation_gradient(gradient: &mut [f32], kept: &[f32], columns: usize, activation: Activation) {
    assert_eq!(gradient.len(), kept.len());
    if activation == Activation::Linear || gradient.is_empty() {
        return;
    }
    let piece = rows_per_piece(columns) * columns;
    if gradient.len() <= piece {
        back(gradient, kept, columns, activation);
    } else {
        gradient
            .par_chunks_mut(piece)
            .zip(kept.par_chunks(piece))
            .for_each(|(gradient, kept)| back(gradient, kept, columns, activation));
    }
}

/// Applies an activation in place, on this thread; softmax over rows of `columns`.
pub fn apply(x: &mut [f32], columns: usize, activation: Activation) {
    match activation {
        Activation::Linear => {}
        Activation::Sigmoid => sigmoid(x),
        Activation::Relu => relu(x),
        Activation::Tanh => tanh(x),
        Activation::Softmax => x.chunks_exact_mut(columns).for_each(softmax),
        Activation::LeakyRelu => leaky_relu(x),
        Activation::Elu => elu(x),
        Activation::Gelu => gelu(x),
        Activation::Silu => silu(x),
        Activation::Softplus => softplus(x),
    }
}

fn back(g: &mut [f32], kept: &[f32], columns: usize, activation: Activation) {
    match activation {
        Activation::Linear => {}
        Activation::Sigmoid => sigmoid_back(g, kept),
        Activation::Relu => relu_back(g, kept),
        Activation::Tanh => tanh_back(g, kept),
        Activation::Softmax => {
            for (g, y) in g.chunks_exact_mut(columns).zip(kept.chunks_exact(columns)) {
                let dot: f32 = g.iter().zip(y).map(|(g, y)| g * y).sum();
                g.iter_mut().zip(y).for_each(|(g, y)| *g = y * (*g - dot));
            }
        }
        Activation::LeakyRelu => leaky_relu_back(g, kept),
        Activation::Elu => elu_back(g, kept),
        Activation::Gelu => gelu_back(g, kept),
        Activation::Silu => silu_back(g, kept),
        Activation::Softplus => softplus_back(g, kept),
    }
}

simd! {
    fn add_bias_rows<I>(x: &mut [f32], columns: usize, bias: &[f32]) {
        for row in x.chunks_exact_mut(columns) {
            for (x, b) in row.iter_mut().zip(bias) {
                *x += b;
            }
        }
    }
}

fn add_bias(x: &mut [f32], columns: usize, bias: Option<&[f32]>) {
    if let Some(bias) = bias {
        add_bias_rows(x, columns, bias);
    }
}

simd! { fn relu<I>(x: &mut [f32]) { for x in x { *x = if *x < 0.0 { 0.0 } else { *x }; } } }
simd! { fn leaky_relu<I>(x: &mut [f32]) { for x in x { *x = if *x < 0.0 { 0.2 * *x } else { *x }; } } }
simd! { fn sigmoid<I>(x: &mut [f32]) { for x in x { *x = math::sigmoid::<I>(*x); } } }
simd! { fn tanh<I>(x: &mut [f32]) { for x in x { *x = math::tanh::<I>(*x); } } }
simd! { fn softplus<I>(x: &mut [f32]) { for x in x { *x = math::softplus::<I>(*x); } } }
simd! { fn silu<I>(x: &mut [f32]) { for x in x { *x *= math::sigmoid::<I>(*x); } } }
simd! { fn gelu<I>(x: &mut [f32]) { for x in x { *x *= math::normal_cdf::<I>(*x); } } }
simd! {
    fn elu<I>(x: &mut [f32]) {
        for x in x {
            let below = math::tanh::<I>(0.5 * *x);
            // e^x - 1 = 2 t / (1 - t) with t = tanh(x / 2), which keeps small numbers exact.
            *x = if *x < 0.0 { 2.0 * below / (1.0 - below) } else { *x };
        }
    }
}

simd! {
    /// Softmax of one row, in place.
    pub fn softmax<I>(row: &mut [f32]) {
        let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        for x in row.iter_mut() {
            *x = math::exp::<I>(*x - top);
        }
        let scale = 1.0 / row.iter().sum::<f32>();
        for x in row.iter_mut() {
            *x *= scale;
        }
    }
}

simd! { fn relu_back<I>(g: &mut [f32], y: &[f32]) { for (g, y) in g.iter_mut().zip(y) { *g = if *y <= 0.0 { 0.0 } else { *g }; } } }
simd! { fn leaky_relu_back<I>(g: &mut [f32], y: &[f32]) { for (g, y) in g.iter_mut().zip(y) { *g *= if *y > 0.0 { 1.0 } else { 0.2 }; } } }
simd! { fn sigmoid_back<I>(g: &mut [f32], y: &[f32]) { for (g, y) in g.iter_mut().zip(y) { *g *= y * (1.0 - y); } } }
simd! { fn tanh_back<I>(g: &mut [f32], y: &[f32]) { for (g, y) in g.iter_mut().zip(y) { *g *= I::mul_add(-*y, *y, 1.0); } } }
simd! { fn elu_back<I>(g: &mut [f32], y: &[f32]) { for (g, y) in g.iter_mut().zip(y) { *g *= if *y > 0.0 { 1.0 } else { *y + 1.0 }; } } }
simd! { fn softplus_back<I>(g: &mut [f32], x: &[f32]) { for (g, x) in g.iter_mut().zip(x) { *g *= math::sigmoid::<I>(*x); } } }
simd! {
    fn silu_back<I>(g: &mut [f32], x: &[f32]) {
        for (g, x) in g.iter_mut().zip(x) {
            let s = math::sigmoid::<I>(*x);
            *g *= s * I::mul_add(*x, 1.0 - s, 1.0);
        }
    }
}
simd! {
    fn gelu_back<I>(g: &mut [f32], x: &[f32]) {
        const DENSITY_AT_0: f32 = 0.398_942_3;
        for (g, x) in g.iter_mut().zip(x) {
            let density = DENSITY_AT_0 * math::exp::<I>(-0.5 * x * x);
            *g *= I::mul_add(*x, density, math::normal_cdf::<I>(*x));
        }
    }
}

simd! {
    fn add_rows<I>(x: &[f32], columns: usize, sum: &mut [f32]) {
        for row in x.chunks_exact(columns) {
            for (sum, x) in sum.iter_mut().zip(row) {
                *sum += x;
            }
        }
    }
}

/// Writes the sum of all rows of `x` (`[rows, columns]`) to `sum`.
pub fn sum_rows(x: &[f32], columns: usize, sum: &mut [f32]) {
    sum.fill(0.0);
    if x.is_empty() {
        return;
    }
    let piece = 4 * rows_per_piece(columns) * columns;
    if x.len() <= piece {
        add_rows(x, columns, sum);
        return;
    }
    let mut parts = Buffer::zeroed(x.len().div_ceil(piece) * columns);
    parts.par_chunks_mut(columns).zip(x.par_chunks(piece)).for_each(|(part, x)| add_rows(x, columns, part));
    add_rows(&parts, columns, sum);
}
