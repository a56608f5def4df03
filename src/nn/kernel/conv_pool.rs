//! Convolution (stride 1, no padding), bias, ReLU and 2x2 max-pooling of one image in one sweep, channels last.
//!
//! Filters lie side by side in [`LANES`] lanes; a pooled pixel's four convolutions stay in registers. The backward pass
//! visits only the position that won in each window.

use crate::simd;

/// Filters computed together: two AVX-512 registers.
pub const LANES: usize = 32;
/// The winner's mark where ReLU cut the window off.
const CLOSED: u8 = 4;

/// Sizes of the operation; `height` and `width` are the input's.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the fields are the sizes' usual names")]
pub struct ConvPool {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
    pub kernel: (usize, usize),
}

impl ConvPool {
    /// Height and width after pooling.
    pub fn pooled(&self) -> (usize, usize) {
        ((self.height + 1 - self.kernel.0) / 2, (self.width + 1 - self.kernel.1) / 2)
    }
}

simd! {
    /// One block of filters: `image` is `[height, width, channels]`, `weights` `[taps, LANES]`, `out` and `winners`
    /// `[pooled height, pooled width, LANES]`.
    pub fn forward<I>(shape: ConvPool, image: &[f32], weights: &[f32], bias: &[f32; LANES], out: &mut [f32], winners: &mut [u8]) {
        let (_, across) = shape.pooled();
        let (row, run) = (shape.width * shape.channels, shape.kernel.1 * shape.channels);
        let cells = out.as_chunks_mut::<LANES>().0.iter_mut().zip(winners.as_chunks_mut::<LANES>().0);
        for (cell, (out, winners)) in cells.enumerate() {
            let at = 2 * (cell / across) * row + 2 * (cell % across) * shape.channels;
            let mut sums = [*bias; 4];
            let mut taps = weights.as_chunks::<LANES>().0.iter();
            for y in 0..shape.kernel.0 {
                let first = at + y * row;
                let starts = [first, first + shape.channels, first + row, first + row + shape.channels];
                let pixels = starts.map(|start| &image[start..start + run]);
                for (x, w) in (0..run).zip(taps.by_ref().take(run)) {
                    for p in 0..4 {
                        let pixel = pixels[p][x];
                        for lane in 0..LANES { sums[p][lane] = I::mul_add(pixel, w[lane], sums[p][lane]); }
                    }
                }
            }
            for lane in 0..LANES {
                let (mut best, mut winner) = (0.0f32, CLOSED);
                for p in 0..4u8 {
                    let wins = sums[usize::from(p)][lane] > best;
                    best = if wins { sums[usize::from(p)][lane] } else { best };
                    winner = if wins { p } else { winner };
                }
                (out[lane], winners[lane]) = (best, winner);
            }
        }
    }
}

/// Taps whose gradients stay in registers together: 9 x 2 of AVX-512's 32.
const TAPS: usize = 9;

simd! {
    /// Adds one image's share to the gradients of the block's weights and bias; `gradient` is of `out`.
    pub fn backward_weights<I>(shape: ConvPool, image: &[f32], gradient: &[f32], winners: &[u8], weights: &mut [f32], bias: &mut [f32; LANES]) {
        let (_, across) = shape.pooled();
        let (row, run) = (shape.width * shape.channels, shape.kernel.1 * shape.channels);
        let gradient = gradient.as_chunks::<LANES>().0;
        let winners = winners.as_chunks::<LANES>().0;
        for (gradient, winners) in gradient.iter().zip(winners) {
            for lane in 0..LANES { bias[lane] += if winners[lane] == CLOSED { 0.0 } else { gradient[lane] }; }
        }
        for (block, weights) in weights.as_chunks_mut::<LANES>().0.chunks_mut(TAPS).enumerate() {
            // Taps past the last one read pixel 0 and are thrown away.
            let mut offsets = [0; TAPS];
            for (t, offset) in offsets.iter_mut().enumerate().take(weights.len()) {
                let tap = block * TAPS + t;
                *offset = tap / run * row + tap % run;
            }
            let mut sums = [[0.0f32; LANES]; TAPS];
            for (cell, (gradient, winners)) in gradient.iter().zip(winners).enumerate() {
                let at = 2 * (cell / across) * row + 2 * (cell % across) * shape.channels;
                for p in 0..4u8 {
                    let mut part = [0.0f32; LANES];
                    for lane in 0..LANES { part[lane] = if winners[lane] == p { gradient[lane] } else { 0.0 }; }
                    let pixels = &image[at + usize::from(p >> 1) * row + usize::from(p & 1) * shape.channels..];
                    for t in 0..TAPS {
                        let pixel = pixels[offsets[t]];
                        for lane in 0..LANES { sums[t][lane] = I::mul_add(pixel, part[lane], sums[t][lane]); }
                    }
                }
            }
            for (w, sum) in weights.iter_mut().zip(&sums) {
                for lane in 0..LANES { w[lane] += sum[lane]; }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forward_and_weight_gradients_equal_the_definition() {
        let shape = ConvPool { height: 7, width: 8, channels: 2, kernel: (3, 2) };
        let ((down, across), taps) = (shape.pooled(), 12);
        let noise = |n: u32, s: u32| -> Vec<f32> {
            (0..n).map(|i| ((i + s).wrapping_mul(2654435761) >> 16) as f32 / 65536.0 - 0.5).collect()
        };
        let (image, w, g) = (noise(112, 1), noise(12 * 32, 500), noise((down * across * LANES) as u32, 9000));
        let bias = [0.05f32; LANES];
        let (mut out, mut winners) = (vec![0.0; g.len()], vec![0; g.len()]);
        forward(shape, &image, &w, &bias, &mut out, &mut winners);
        let (mut dw, mut db) = (vec![0.0; taps * LANES], [0.0; LANES]);
        backward_weights(shape, &image, &g, &winners, &mut dw, &mut db);
        let (mut dw_expected, mut db_expected) = (vec![0.0f64; taps * LANES], [0.0f64; LANES]);
        for i in 0..g.len() {
            let (lane, cell) = (i % LANES, i / LANES);
            let pixel = |p: usize, t: usize| {
                let (y, x) = (2 * (cell / across) + p / 2 + t / 4, 2 * (cell % across) + p % 2 + t / 2 % 2);
                f64::from(image[(y * 8 + x) * 2 + t % 2])
            };
            let sum = |p| {
                f64::from(bias[lane])
                    + (0..taps).map(|t| pixel(p, t) * f64::from(w[t * LANES + lane])).sum::<f64>()
            };
            let p = (0..4).max_by(|&a, &b| sum(a).total_cmp(&sum(b))).unwrap_or(0);
            assert!((f64::from(out[i]) - sum(p).max(0.0)).abs() < 1e-5);
            if sum(p) > 0.0 {
                db_expected[lane] += f64::from(g[i]);
                (0..taps).for_each(|t| dw_expected[t * LANES + lane] += f64::from(g[i]) * pixel(p, t));
            }
        }
        assert!(dw.iter().zip(&dw_expected).all(|(&a, e)| (f64::from(a) - e).abs() < 1e-5));
        assert!(db.iter().zip(&db_expected).all(|(&a, e)| (f64::from(a) - e).abs() < 1e-5));
    }
}
