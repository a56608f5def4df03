//! Normalising the columns of a matrix, `[rows, columns]`, by their mean and variance (Ioffe & Szegedy 2015).
//!
//! Sums are taken in pieces of rows that the problem's size alone decides; the pieces' means and squares are joined in
//! their order, in double precision, by the formula of Chan, Golub and LeVeque (1979), which loses nothing where the
//! mean is far larger than the deviation.

use rayon::prelude::*;

use super::elementwise::apply;
use crate::buffer::{Buffer, Recycled};
use crate::elementwise::Activation;
use crate::simd;

/// About how many numbers a piece has: they stay in the second-level cache between the two passes over them.
const PIECE: usize = 1 << 14;
/// The most rows in a piece: single precision adds up this many without a significant error.
const ROWS: usize = 256;

fn rows_per_piece(columns: usize) -> usize {
    (PIECE / columns.max(1)).clamp(1, ROWS)
}

simd! {
    fn add_rows<I>(x: &[f32], columns: usize, sum: &mut [f32]) {
        for row in x.chunks_exact(columns) {
            for (sum, x) in sum.iter_mut().zip(row) { *sum += x; }
        }
    }
}

simd! {
    fn add_squares<I>(x: &[f32], mean: &[f32], squares: &mut [f32]) {
        for row in x.chunks_exact(mean.len()) {
            for ((squares, x), mean) in squares.iter_mut().zip(row).zip(mean) {
                let from_mean = x - mean;
                *squares = I::mul_add(from_mean, from_mean, *squares);
            }
        }
    }
}

/// The mean and the biased variance of each column; zeros where there are no rows.
pub fn moments(x: &[f32], columns: usize) -> (Buffer, Buffer) {
    if x.is_empty() {
        return (Buffer::zeroed(columns), Buffer::zeroed(columns));
    }
    let piece = rows_per_piece(columns) * columns;
    let mut parts = Buffer::zeroed(x.len().div_ceil(piece) * 2 * columns);
    parts.par_chunks_mut(2 * columns).zip(x.par_chunks(piece)).for_each(|(part, x)| {
        let (mean, squares) = part.split_at_mut(columns);
        add_rows(x, columns, mean);
        let rows = (x.len() / columns) as f32;
        mean.iter_mut().for_each(|sum| *sum /= rows);
        add_squares(x, mean, squares);
    });
    let (mut middles, mut spreads) = (Recycled::<f64>::zeroed(columns), Recycled::<f64>::zeroed(columns));
    let mut before = 0.0;
    for (part, x) in parts.chunks_exact(2 * columns).zip(x.chunks(piece)) {
        let (means, squares) = part.split_at(columns);
        let rows = (x.len() / columns) as f64;
        let all = before + rows;
        let joined = middles.iter_mut().zip(spreads.iter_mut());
        for (((middle, spread), &mean), &squares) in joined.zip(means).zip(squares) {
            let apart = f64::from(mean) - *middle;
            *middle += apart * rows / all;
            *spread += f64::from(squares) + apart * apart * before * rows / all;
        }
        before = all;
    }
    let variance = spreads.iter().map(|squares| (squares / before) as f32).collect();
    (middles.iter().map(|&mean| mean as f32).collect(), variance)
}

simd! {
    fn normalise_rows<I>(x: &[f32], mean: &[f32], scale: &[f32], shift: &[f32], y: &mut [f32]) {
        let columns = mean.len();
        for (y, x) in y.chunks_exact_mut(columns).zip(x.chunks_exact(columns)) {
            for j in 0..columns { y[j] = I::mul_add(x[j] - mean[j], scale[j], shift[j]); }
        }
    }
}

/// `y = activation((x - mean) * scale + shift)`, column by column.
pub fn normalise(
    x: &[f32],
    mean: &[f32],
    scale: &[f32],
    shift: &[f32],
    activation: Activation,
    y: &mut [f32],
) {
    let columns = mean.len();
    let piece = rows_per_piece(columns) * columns;
    y.par_chunks_mut(piece.max(1)).zip(x.par_chunks(piece.max(1))).for_each(|(y, x)| {
        normalise_rows(x, mean, scale, shift, y);
        apply(y, columns, activation);
    });
}

simd! {
    fn add_products<I>(x: &[f32], gradient: &[f32], mean: &[f32], sum: &mut [f32], product: &mut [f32]) {
        let columns = mean.len();
        for (g, x) in gradient.chunks_exact(columns).zip(x.chunks_exact(columns)) {
            for j in 0..columns {
                sum[j] += g[j];
                product[j] = I::mul_add(g[j], x[j] - mean[j], product[j]);
            }
        }
    }
}

/// The sums over the rows of the gradient, and of the gradient times `x - mean`.
pub fn gradient_sums(x: &[f32], gradient: &[f32], mean: &[f32]) -> (Recycled<f64>, Recycled<f64>) {
    let columns = mean.len();
    let mut sums = (Recycled::zeroed(columns), Recycled::zeroed(columns));
    if x.is_empty() {
        return sums;
    }
    let piece = rows_per_piece(columns) * columns;
    let mut parts = Buffer::zeroed(x.len().div_ceil(piece) * 2 * columns);
    let pieces = x.par_chunks(piece).zip(gradient.par_chunks(piece));
    parts.par_chunks_mut(2 * columns).zip(pieces).for_each(|(part, (x, gradient))| {
        let (sum, product) = part.split_at_mut(columns);
        add_products(x, gradient, mean, sum, product);
    });
    for part in parts.chunks_exact(2 * columns) {
        let (sum, product) = part.split_at(columns);
        sums.0.iter_mut().zip(sum).for_each(|(all, &x)| *all += f64::from(x));
        sums.1.iter_mut().zip(product).for_each(|(all, &x)| *all += f64::from(x));
    }
    sums
}

simd! {
    fn input_rows<I>(x: &[f32], mean: &[f32], scale: &[f32], pull: &[f32], slope: &[f32], gradient: &mut [f32]) {
        let columns = mean.len();
        for (g, x) in gradient.chunks_exact_mut(columns).zip(x.chunks_exact(columns)) {
            for j in 0..columns { g[j] = scale[j] * (g[j] - pull[j] - (x[j] - mean[j]) * slope[j]); }
        }
    }
}

/// Turns the output's gradient into the input's, in place: `scale * (g - pull - (x - mean) * slope)`, where `pull` and
/// `slope` are the means that come from the batch's own statistics, or zeros where running statistics were used.
pub fn input_gradient(
    x: &[f32],
    mean: &[f32],
    scale: &[f32],
    [pull, slope]: [&[f32]; 2],
    gradient: &mut [f32],
) {
    let piece = (rows_per_piece(mean.len()) * mean.len()).max(1);
    gradient
        .par_chunks_mut(piece)
        .zip(x.par_chunks(piece))
        .for_each(|(gradient, x)| input_rows(x, mean, scale, pull, slope, gradient));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_a_small_spread_around_a_large_mean_keep_their_digits() {
        let (rows, columns) = (70_001, 3);
        let at = |i: usize| ((i as u32).wrapping_mul(2_654_435_761) >> 16) as f32 / 65536.0;
        let x: Vec<f32> = (0..rows * columns).map(|i| 100.0 * (i % columns) as f32 + at(i)).collect();
        let (mean, variance) = moments(&x, columns);
        for j in 0..columns {
            let column = || x.iter().skip(j).step_by(columns).map(|&x| f64::from(x));
            let true_mean = column().sum::<f64>() / rows as f64;
            let true_variance = column().map(|x| (x - true_mean).powi(2)).sum::<f64>() / rows as f64;
            assert!((f64::from(mean[j]) / true_mean - 1.0).abs() < 1e-6, "{j}: {}", mean[j]);
            assert!((f64::from(variance[j]) / true_variance - 1.0).abs() < 1e-5, "{j}: {}", variance[j]);
        }
    }
}
