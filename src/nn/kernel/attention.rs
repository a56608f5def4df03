//! Scaled dot-product attention (Vaswani et al. 2017) of every head of every sample.
//!
//! Queries, keys and values are `[batch, steps, heads, width]`, as the projections produce them: a head's matrix is
//! read through strides and never copied. One head of one sample is one piece of work.

use rayon::prelude::*;

use super::gemm::strip::Strip;
use super::gemm::{Mat, gemm_here, gemm_strip};
use super::math;
use crate::buffer::Buffer;
use crate::simd;

/// The shape of the attention, and whether it is causal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attention {
    /// Steps of a sequence.
    pub steps: usize,
    /// The number of heads.
    pub heads: usize,
    /// The length of a head's query, key and value.
    pub width: usize,
    /// Whether a step attends only to itself and to earlier steps.
    pub causal: bool,
}

/// Numbers that a sum or a search takes side by side, whatever the vector's width.
const LANES: usize = 16;

#[inline(always)]
fn fold(x: &[f32], start: f32, join: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [start; LANES];
    let mut chunks = x.chunks_exact(LANES);
    for x in &mut chunks {
        for j in 0..LANES {
            lanes[j] = join(lanes[j], x[j]);
        }
    }
    chunks.remainder().iter().chain(&lanes).fold(start, |all, &x| join(all, x))
}

simd! {
    /// Softmax of `scale * row`, in place.
    fn softmax<I>(row: &mut [f32], scale: f32) {
        let top = fold(row, f32::NEG_INFINITY, |a, b| if b > a { b } else { a });
        for x in row.iter_mut() { *x = math::exp::<I>((*x - top) * scale); }
        let part = 1.0 / fold(row, 0.0, |a, b| a + b);
        for x in row.iter_mut() { *x *= part; }
    }
}

simd! {
    /// Turns the gradient `g` of the weights `p` into the gradient of the products behind them, in place.
    fn softmax_back<I>(p: &[f32], g: &mut [f32], scale: f32) {
        let mut lanes = [0.0; LANES];
        let (mut ps, mut gs) = (p.chunks_exact(LANES), g.chunks_exact(LANES));
        for (p, g) in (&mut ps).zip(&mut gs) {
            for j in 0..LANES { lanes[j] = I::mul_add(p[j], g[j], lanes[j]); }
        }
        let rest: f32 = ps.remainder().iter().zip(gs.remainder()).map(|(p, g)| p * g).sum();
        let mean = lanes.iter().sum::<f32>() + rest;
        for (g, p) in g.iter_mut().zip(p) { *g = p * (*g - mean) * scale; }
    }
}

impl Attention {
    /// The numbers of a step, over all heads.
    fn inner(&self) -> usize {
        self.heads * self.width
    }

    /// The factor of the products of queries and keys.
    pub fn scale(&self) -> f32 {
        1.0 / (self.width as f32).sqrt()
    }

    /// How many entries of row `step` may differ from zero.
    fn seen(&self, step: usize) -> usize {
        if self.causal { step + 1 } else { self.steps }
    }

    /// Floating-point operations of the products of one sample, forward.
    pub fn flops(&self) -> u64 {
        4 * (self.steps * self.steps * self.inner()) as u64
    }

    /// The output of the heads, `[batch, steps, heads, width]`, and their weights,
    /// `[batch, heads, steps, steps]`: row `i` says how much step `i` takes from each step.
    ///
    /// # Panics
    /// When the three slices do not have the shape of `batch` samples.
    pub fn forward(&self, [q, k, v]: [&[f32]; 3], batch: usize) -> (Buffer, Buffer) {
        let (steps, width, inner) = (self.steps, self.width, self.inner());
        let (sample, square) = (steps * inner, steps * steps);
        for x in [q, k, v] {
            assert_eq!(x.len(), batch * sample, "attention: {self:?}");
        }
        let mut output = Buffer::scratch(batch * sample);
        let mut weights = Buffer::scratch(batch * self.heads * square);
        // A head's columns of a sample's rows are one strip; strips and pieces have the same order.
        let strips = Strip::all(&mut output, steps, inner, width);
        weights.par_chunks_mut(square).zip(strips).enumerate().for_each(|(piece, (weights, out))| {
            let first = self.first(piece);
            let [q, k, v] = [q, k, v].map(|x| &x[first..]);
            let dims = [steps, steps, width];
            gemm_here(dims, Mat::rows(q, inner), Mat::transposed(k, inner), weights, steps, false);
            for (step, row) in weights.chunks_exact_mut(steps).enumerate() {
                let (seen, hidden) = row.split_at_mut(self.seen(step));
                softmax(seen, self.scale());
                hidden.fill(0.0);
            }
            gemm_strip(steps, Mat::rows(weights, steps), Mat::rows(v, inner), out, false);
        });
        (output, weights)
    }

    /// Where a piece's numbers begin in queries, keys, values and outputs. The pieces are the heads of the first
    /// sample, then those of the second, and so on.
    fn first(&self, piece: usize) -> usize {
        piece / self.heads * self.steps * self.inner() + piece % self.heads * self.width
    }

    /// The gradients of queries, keys and values from that of the output, `d`.
    ///
    /// # Panics
    /// When a slice does not have the shape of `batch` samples.
    pub fn backward(&self, [q, k, v]: [&[f32]; 3], weights: &[f32], d: &[f32], batch: usize) -> [Buffer; 3] {
        let (steps, width, inner) = (self.steps, self.width, self.inner());
        let (sample, square) = (steps * inner, steps * steps);
        assert!(d.len() == batch * sample && weights.len() == batch * self.heads * square, "{self:?}");
        let mut gradients = [(); 3].map(|()| Buffer::scratch(batch * sample));
        let [dq, dk, dv] = &mut gradients;
        let [dq, dk, dv] = [dq, dk, dv].map(|gradient| Strip::all(gradient, steps, inner, width));
        let pieces = weights.par_chunks(square).zip(dq).zip(dk).zip(dv);
        pieces.enumerate().for_each(|(piece, (((weights, dq), dk), dv))| {
            let first = self.first(piece);
            let [q, k, v, d] = [q, k, v, d].map(|x| Mat::rows(&x[first..], inner));
            gemm_strip(steps, Mat::transposed(weights, steps), d, dv, false);
            let mut products = Buffer::scratch(square);
            gemm_here([steps, steps, width], d, v.turned(), &mut products, steps, false);
            let rows = products.chunks_exact_mut(steps).zip(weights.chunks_exact(steps));
            for (step, (g, p)) in rows.enumerate() {
                let seen = self.seen(step);
                softmax_back(&p[..seen], &mut g[..seen], self.scale());
                g[seen..].fill(0.0);
            }
            gemm_strip(steps, Mat::rows(&products, steps), k, dq, false);
            gemm_strip(steps, Mat::transposed(&products, steps), q, dk, false);
        });
        gradients
    }
}
