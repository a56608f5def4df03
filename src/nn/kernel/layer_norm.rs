//! Normalising samples by means and variances of their own: each row of a matrix (layer normalization; Ba, Kiros &
//! Hinton 2016), or each group of channels (group normalization; Wu & He 2018).

use std::ops::Range;

use rayon::prelude::*;

use super::isa::Isa;
use crate::buffer::Buffer;
use crate::simd;

/// Sums run in this many lanes, whatever the vector's width, so that every instruction set with a fused multiply-add
/// gives the same bits.
const LANES: usize = 16;
/// About how many numbers a piece has.
const PIECE: usize = 1 << 14;
/// The most rows in a piece: single precision adds up this many without a significant error.
const ROWS: usize = 256;

fn rows_per_piece(columns: usize) -> usize {
    (PIECE / columns).clamp(1, ROWS)
}

/// What a normalization takes as the middle of the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    /// Their mean.
    Mean,
    /// Zero: they are divided by the root of the mean of their squares.
    Zero,
}

/// Mean and `1 / sqrt(variance + epsilon)` of each row, or of each group of each sample.
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
    fn normalise_rows<I>(x: &[f32], gamma: &[f32], beta: &[f32], epsilon: f32, around: Around, y: &mut [f32], means: &mut [f32], inverses: &mut [f32]) {
        let columns = gamma.len();
        let rows = y.chunks_exact_mut(columns).zip(x.chunks_exact(columns));
        for ((y, x), (mean, inverse)) in rows.zip(means.iter_mut().zip(inverses)) {
            *mean = if around == Around::Mean { sum(x) / columns as f32 } else { 0.0 };
            for j in 0..columns { y[j] = x[j] - *mean; }
            *inverse = 1.0 / (dot::<I>(y, y) / columns as f32 + epsilon).sqrt();
            for j in 0..columns { y[j] = I::mul_add(y[j] * *inverse, gamma[j], beta[j]); }
        }
    }
}

/// `gamma (x - mean) / sqrt(variance + epsilon) + beta` row by row, with the biased variance; `gamma` and `beta` have
/// the length of a row. Around zero, the mean is 0 and the variance the mean of the squares.
///
/// # Panics
/// When `x` does not divide into rows.
pub fn normalise(x: &[f32], gamma: &[f32], beta: &[f32], epsilon: f32, around: Around) -> (Buffer, Moments) {
    let columns = gamma.len();
    assert!(columns > 0 && x.len().is_multiple_of(columns) && beta.len() == columns, "layer norm: rows");
    let rows = x.len() / columns;
    let mut y = Buffer::scratch(x.len());
    let mut moments = Moments { mean: Buffer::scratch(rows), inverse: Buffer::scratch(rows) };
    let piece = rows_per_piece(columns);
    let places = moments.mean.par_chunks_mut(piece).zip(moments.inverse.par_chunks_mut(piece));
    y.par_chunks_mut(piece * columns).zip(x.par_chunks(piece * columns)).zip(places).for_each(
        |((y, x), (mean, inverse))| normalise_rows(x, gamma, beta, epsilon, around, y, mean, inverse),
    );
    (y, moments)
}

simd! {
    /// Turns `g` into the gradient of `x`, and adds to the gradients of gamma and beta.
    fn gradient_rows<I>(x: &[f32], gamma: &[f32], around: Around, means: &[f32], inverses: &[f32], g: &mut [f32], sums: &mut [f32], normal: &mut [f32]) {
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
            let pull = if around == Around::Mean { sum(g) / columns as f32 } else { 0.0 };
            let slope = dot::<I>(g, normal) / columns as f32;
            for j in 0..columns { g[j] = inverse * (g[j] - I::mul_add(normal[j], slope, pull)); }
        }
    }
}

/// Turns the gradient `g` of the output of [`normalise`] into that of `x`, in place, and returns the gradients of gamma
/// and beta.
pub fn gradients(x: &[f32], gamma: &[f32], around: Around, moments: &Moments, g: &mut [f32]) -> [Buffer; 2] {
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
            gradient_rows(x, gamma, around, mean, inverse, g, sums, &mut normal);
        });
    totals(&parts, columns, [0, columns])
}

/// The sums over all pieces of the `columns` numbers from each of the two places on.
fn totals(parts: &[f32], columns: usize, places: [usize; 2]) -> [Buffer; 2] {
    places.map(|first| {
        let column = |j| parts.chunks_exact(2 * columns).map(|part| f64::from(part[first + j])).sum::<f64>();
        (0..columns).map(|j| column(j) as f32).collect()
    })
}

/// Samples of `[pixels, channels]` whose channels are normalised in groups, each over all pixels (Wu & He 2018).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Groups {
    /// Pixels, or steps, of a sample.
    pub pixels: usize,
    /// Channels of a pixel.
    pub channels: usize,
    /// The number of groups of neighbouring channels, a divisor of the channels.
    pub groups: usize,
}

impl Groups {
    fn sample(&self) -> usize {
        self.pixels * self.channels
    }

    /// Channels of a group.
    fn width(&self) -> usize {
        self.channels / self.groups
    }

    /// Numbers of a group.
    fn count(&self) -> f64 {
        (self.pixels * self.width()) as f64
    }

    /// Sums over a sample's pixels: `add` adds a range of the sample's numbers to a row of sums. The ranges are short
    /// enough to be added up in single precision, and few enough for their sums to be.
    fn sum_over_pixels(&self, sums: &mut [f32], mut add: impl FnMut(Range<usize>, &mut [f32])) {
        let mut part = Buffer::scratch(sums.len());
        sums.fill(0.0);
        let (end, step) = (self.sample(), ROWS * self.channels);
        for start in (0..end).step_by(step) {
            part.fill(0.0);
            add(start..end.min(start + step), &mut part);
            sums.iter_mut().zip(part.iter()).for_each(|(sum, part)| *sum += part);
        }
    }

    /// The mean over the numbers of each group; `sums` has the sums over the pixels of each channel.
    fn means<'a>(&'a self, sums: &'a [f32]) -> impl Iterator<Item = f64> + 'a {
        let group = |sums: &[f32]| sums.iter().copied().map(f64::from).sum::<f64>() / self.count();
        sums.chunks_exact(self.width()).map(group)
    }

    /// Copies the value of each group to each of its channels.
    fn spread(&self, of_groups: &[f32], of_channels: &mut [f32]) {
        let channels = of_channels.chunks_exact_mut(self.width());
        channels.zip(of_groups).for_each(|(channels, value)| channels.fill(*value));
    }
}

simd! {
    fn add_rows<I>(x: &[f32], sums: &mut [f32]) {
        for x in x.chunks_exact(sums.len()) {
            for j in 0..sums.len() { sums[j] += x[j]; }
        }
    }
}

simd! {
    fn add_squares<I>(x: &[f32], means: &[f32], sums: &mut [f32]) {
        let channels = means.len();
        let sums = &mut sums[..channels];
        for x in x.chunks_exact(channels) {
            for j in 0..channels {
                let deviation = x[j] - means[j];
                sums[j] = I::mul_add(deviation, deviation, sums[j]);
            }
        }
    }
}

simd! {
    /// Adds the gradients `g` to the first half of the sums, and their products with the normalised numbers to the
    /// second.
    fn add_products<I>(x: &[f32], g: &[f32], means: &[f32], inverses: &[f32], sums: &mut [f32]) {
        let channels = means.len();
        let (plain, products) = sums.split_at_mut(channels);
        for (x, g) in x.chunks_exact(channels).zip(g.chunks_exact(channels)) {
            for j in 0..channels {
                plain[j] += g[j];
                products[j] = I::mul_add(g[j], (x[j] - means[j]) * inverses[j], products[j]);
            }
        }
    }
}

simd! {
    fn normalise_pixels<I>(x: &[f32], means: &[f32], inverses: &[f32], gamma: &[f32], beta: &[f32], y: &mut [f32]) {
        let channels = means.len();
        for (x, y) in x.chunks_exact(channels).zip(y.chunks_exact_mut(channels)) {
            for j in 0..channels { y[j] = I::mul_add((x[j] - means[j]) * inverses[j], gamma[j], beta[j]); }
        }
    }
}

simd! {
    fn gradient_pixels<I>(x: &[f32], means: &[f32], inverses: &[f32], gamma: &[f32], pulls: &[f32], slopes: &[f32], g: &mut [f32]) {
        let channels = means.len();
        for (x, g) in x.chunks_exact(channels).zip(g.chunks_exact_mut(channels)) {
            for j in 0..channels {
                let normal = (x[j] - means[j]) * inverses[j];
                g[j] = inverses[j] * (g[j] * gamma[j] - I::mul_add(normal, slopes[j], pulls[j]));
            }
        }
    }
}

/// `gamma (x - mean) / sqrt(variance + epsilon) + beta` with the mean and biased variance of each sample's groups;
/// `gamma` and `beta` have a number for each channel.
///
/// # Panics
/// When `x` does not divide into samples, or the groups do not divide the channels.
pub fn normalise_groups(
    x: &[f32],
    shape: Groups,
    gamma: &[f32],
    beta: &[f32],
    epsilon: f32,
) -> (Buffer, Moments) {
    let Groups { channels, groups, .. } = shape;
    let sample = shape.sample();
    assert!(sample > 0 && x.len().is_multiple_of(sample), "group norm: samples");
    assert!(groups > 0 && channels.is_multiple_of(groups), "group norm: groups");
    assert!(gamma.len() == channels && beta.len() == channels, "group norm: channels");
    let count = x.len() / sample * groups;
    let mut y = Buffer::scratch(x.len());
    let mut moments = Moments { mean: Buffer::scratch(count), inverse: Buffer::scratch(count) };
    let piece = rows_per_piece(sample);
    let places =
        moments.mean.par_chunks_mut(piece * groups).zip(moments.inverse.par_chunks_mut(piece * groups));
    y.par_chunks_mut(piece * sample).zip(x.par_chunks(piece * sample)).zip(places).for_each(
        |((y, x), (mean, inverse))| {
            let [mut sums, mut means, mut inverses] = [(); 3].map(|()| Buffer::scratch(channels));
            let places = mean.chunks_exact_mut(groups).zip(inverse.chunks_exact_mut(groups));
            let samples = y.chunks_exact_mut(sample).zip(x.chunks_exact(sample));
            for ((y, x), (mean, inverse)) in samples.zip(places) {
                shape.sum_over_pixels(&mut sums, |range, sums| add_rows(&x[range], sums));
                mean.iter_mut().zip(shape.means(&sums)).for_each(|(mean, found)| *mean = found as f32);
                shape.spread(mean, &mut means);
                shape.sum_over_pixels(&mut sums, |range, sums| add_squares(&x[range], &means, sums));
                let variances = shape.means(&sums);
                inverse.iter_mut().zip(variances).for_each(|(inverse, variance)| {
                    *inverse = (1.0 / (variance + f64::from(epsilon)).sqrt()) as f32;
                });
                shape.spread(inverse, &mut inverses);
                normalise_pixels(x, &means, &inverses, gamma, beta, y);
            }
        },
    );
    (y, moments)
}

/// Turns the gradient `g` of the output of [`normalise_groups`] into that of `x`, in place, and returns the gradients
/// of gamma and beta.
pub fn group_gradients(
    x: &[f32],
    shape: Groups,
    gamma: &[f32],
    moments: &Moments,
    g: &mut [f32],
) -> [Buffer; 2] {
    let Groups { channels, groups, .. } = shape;
    let sample = shape.sample();
    let piece = rows_per_piece(sample);
    let mut parts = Buffer::zeroed(g.len().div_ceil(piece * sample) * 2 * channels);
    let places = moments.mean.par_chunks(piece * groups).zip(moments.inverse.par_chunks(piece * groups));
    g.par_chunks_mut(piece * sample)
        .zip(x.par_chunks(piece * sample))
        .zip(places)
        .zip(parts.par_chunks_mut(2 * channels))
        .for_each(|(((g, x), (mean, inverse)), part)| {
            let [mut means, mut inverses, mut pulls, mut slopes] =
                [(); 4].map(|()| Buffer::scratch(channels));
            let mut sums = Buffer::scratch(2 * channels);
            let places = mean.chunks_exact(groups).zip(inverse.chunks_exact(groups));
            let samples = g.chunks_exact_mut(sample).zip(x.chunks_exact(sample));
            for ((g, x), (mean, inverse)) in samples.zip(places) {
                shape.spread(mean, &mut means);
                shape.spread(inverse, &mut inverses);
                shape.sum_over_pixels(&mut sums, |range, sums| {
                    add_products(&x[range.clone()], &g[range], &means, &inverses, sums);
                });
                part.iter_mut().zip(sums.iter()).for_each(|(part, sum)| *part += sum);
                // The parts of the gradient that come from the group's mean and variance.
                for (taken, sums) in
                    [&mut pulls, &mut slopes].into_iter().zip(sums.chunks_exact_mut(channels))
                {
                    sums.iter_mut().zip(gamma).for_each(|(sum, gamma)| *sum *= gamma);
                    for (taken, mean) in taken.chunks_exact_mut(shape.width()).zip(shape.means(sums)) {
                        taken.fill(mean as f32);
                    }
                }
                gradient_pixels(x, &means, &inverses, gamma, &pulls, &slopes, g);
            }
        });
    totals(&parts, channels, [channels, 0])
}
