//! Normalising the rows of a matrix by their own mean and variance (Ba, Kiros & Hinton 2016).

use rayon::prelude::*;

use super::isa::Isa;
use crate::nn::buffer::Buffer;
use crate::simd;

/// Sums run in so many lanes, whatever the vector's width: the same bits with every instruction set that fuses.
const LANES: usize = 16;
/// Numbers in a piece, about.
const PIECE: usize = 1 << 14;
/// Rows in a piece at most: single precision adds up so many without losing what matters.
const ROWS: usize = 256;

fn rows_per_piece(columns: usize) -> usize {
    (PIECE / columns).clamp(1, ROWS)
}

/// Mean and `1 / sqrt(variance + epsilon)` of each row.
pub struct Moments {
    mean: Buffer,
    inverse: Buffer,
}

#[inline(always)]
fn dot<I: Isa>(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    let (mut a, mut b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    for (a, b) in (&mut a).zip(&mut b) {
        for j in 0..LANES {
            lanes[j] = I::mul_add(a[j], b[j], lanes[j]);
        }
    }
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    lanes.iter().sum::<f32>() + rest
}

#[inline(always)]
fn sum(x: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    let mut chunks = x.chunks_exact(LANES);
    for x in &mut chunks {
        for j in 0..LANES {
            lanes[j] += x[j];
        }
    }
    lanes.iter().sum::<f32>() + chunks.remainder().iter().sum::<f32>()
}

simd! {
    fn normalise_rows<I>(x: &[f32], gamma: &[f32], beta: &[f32], epsilon: f32, y: &mut [f32], means: &mut [f32], inverses: &mut [f32]) {
        let columns = gamma.len();
        let rows = y.chunks_exact_mut(columns).zip(x.chunks_exact(columns));
        for ((y, x), (mean, inverse)) in rows.zip(means.iter_mut().zip(inverses)) {
            *mean = sum(x) / columns as f32;
            for j in 0..columns { y[j] = x[j] - *mean; }
            *inverse = 1.0 / (dot::<I>(y, y) / columns as f32 + epsilon).sqrt();
            for j in 0..columns { y[j] = I::mul_add(y[j] * *inverse, gamma[j], beta[j]); }
        }
    }
}

/// `gamma (x - mean) / sqrt(variance + epsilon) + beta` row by row, with the biased variance; `gamma` and `beta` are a
/// row long.
///
/// # Panics
/// When `x` does not divide into rows.
pub fn normalise(x: &[f32], gamma: &[f32], beta: &[f32], epsilon: f32) -> (Buffer, Moments) {
    let columns = gamma.len();
    assert!(columns > 0 && x.len().is_multiple_of(columns) && beta.len() == columns, "layer norm: rows");
    let rows = x.len() / columns;
    let mut y = Buffer::scratch(x.len());
    let mut moments = Moments { mean: Buffer::scratch(rows), inverse: Buffer::scratch(rows) };
    let piece = rows_per_piece(columns);
    let places = moments.mean.par_chunks_mut(piece).zip(moments.inverse.par_chunks_mut(piece));
    y.par_chunks_mut(piece * columns)
        .zip(x.par_chunks(piece * columns))
        .zip(places)
        .for_each(|((y, x), (mean, inverse))| normalise_rows(x, gamma, beta, epsilon, y, mean, inverse));
    (y, moments)
}

simd! {
    /// Turns `g` into the gradient of `x`, and adds to those of gamma and beta.
    fn gradient_rows<I>(x: &[f32], gamma: &[f32], means: &[f32], inverses: &[f32], g: &mut [f32], sums: &mut [f32], normal: &mut [f32]) {
        let columns = gamma.len();
        let (d_gamma, d_beta) = sums.split_at_mut(columns);
        let rows = g.chunks_exact_mut(columns).zip(x.chunks_exact(columns));
        for ((g, x), (&mean, &inverse)) in rows.zip(means.iter().zip(inverses)) {
            for j in 0..columns {
                normal[j] = (x[j] - mean) * inverse;
                d_gamma[j] = I::mul_add(g[j], normal[j], d_gamma[j]);
                d_beta[j] += g[j];
                g[j] *= gamma[j];
            }
            let pull = sum(g) / columns as f32;
            let slope = dot::<I>(g, normal) / columns as f32;
            for j in 0..columns { g[j] = inverse * (g[j] - I::mul_add(normal[j], slope, pull)); }
        }
    }
}

/// From the gradient `g` of what [`normalise`] gave: turns it into that of `x`, in place, and returns those of gamma
/// and beta.
pub fn gradients(x: &[f32], gamma: &[f32], moments: &Moments, g: &mut [f32]) -> [Buffer; 2] {
    let columns = gamma.len();
    let piece = rows_per_piece(columns);
    let count = g.len().div_ceil(piece * columns);
    let mut parts = Buffer::zeroed(count * 2 * columns);
    let places = moments.mean.par_chunks(piece).zip(moments.inverse.par_chunks(piece));
    g.par_chunks_mut(piece * columns)
        .zip(x.par_chunks(piece * columns))
        .zip(places)
        .zip(parts.par_chunks_mut(2 * columns))
        .for_each(|(((g, x), (mean, inverse)), sums)| {
            let mut normal = Buffer::scratch(columns);
            gradient_rows(x, gamma, mean, inverse, g, sums, &mut normal);
        });
    let total = |first: usize| -> Buffer {
        let column = |j| parts.chunks_exact(2 * columns).map(|part| f64::from(part[first + j])).sum::<f64>();
        (0..columns).map(|j| column(j) as f32).collect()
    };
    [total(0), total(columns)]
}
