//! Mean squared differences.

use rayon::prelude::*;

use crate::simd;

/// Numbers in a piece of work for one thread.
const PIECE: usize = 1 << 15;

/// The mean squared difference of two slices of the same length; 0 for empty ones.
pub fn mean_square(a: &[f32], b: &[f32]) -> f64 {
    let parts: Vec<f64> =
        a.par_chunks(PIECE).zip(b.par_chunks(PIECE)).map(|(a, b)| f64::from(squares(a, b))).collect();
    parts.iter().sum::<f64>() / a.len().max(1) as f64
}

simd! {
    fn squares<I>(a: &[f32], b: &[f32]) -> f32 {
        let mut lanes = [0.0_f32; 16];
        let (heads, tails) = (a.chunks_exact(16), b.chunks_exact(16));
        let rest: f32 = heads.remainder().iter().zip(tails.remainder()).map(|(a, b)| (a - b) * (a - b)).sum();
        for (a, b) in heads.zip(tails) {
            for ((sum, a), b) in lanes.iter_mut().zip(a).zip(b) {
                *sum = I::mul_add(a - b, a - b, *sum);
            }
        }
        lanes.iter().sum::<f32>() + rest
    }
}
