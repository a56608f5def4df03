//! Random numbers by counting: number `i` of a stream is a hash of the stream's seed and `i`, so that any thread can
//! draw any of them and gets the same number.

use rayon::prelude::*;

use super::math;
use crate::simd;

/// Numbers in a piece of work for one thread.
const PIECE: usize = 1 << 14;

/// A stream's key.
#[derive(Clone, Copy)]
struct Key(u32, u32);

impl Key {
    fn of(seed: u64) -> Self {
        let mixed = mix(seed);
        Key((mixed >> 32) as u32, mixed as u32)
    }
}

/// A seed for the `number`-th use of another seed; neighbouring numbers give unrelated seeds (SplitMix64's finalizer).
pub fn derive_seed(seed: u64, number: u64) -> u64 {
    mix(seed.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Number `i` of a stream, uniform in [0, 1), a multiple of 2^-24. Two rounds of Wellons's `lowbias32`, in 32 bits so
/// that it runs in vectors.
#[inline(always)]
fn uniform(key: Key, i: u32) -> f32 {
    let mut x = i.wrapping_add(key.0);
    x = (x ^ (x >> 16)).wrapping_mul(0x21f0_aaad);
    x = (x ^ (x >> 15)).wrapping_mul(0x735a_2d97);
    x = (x ^ (x >> 15)) ^ key.1;
    x = (x ^ (x >> 16)).wrapping_mul(0x21f0_aaad);
    x = (x ^ (x >> 15)).wrapping_mul(0x735a_2d97);
    x ^= x >> 15;
    (x >> 8) as f32 * (1.0 / 16_777_216.0)
}

simd! {
    /// Rows of `x` become `sigmoid(x + bias)`.
    fn logistic_rows<I>(x: &mut [f32], bias: &[f32]) {
        for row in x.chunks_exact_mut(bias.len()) {
            for (x, b) in row.iter_mut().zip(bias) {
                *x = math::sigmoid::<I>(*x + b);
            }
        }
    }
}

simd! {
    /// Sets each number of `sample` to 1 with its probability in `p`, else to 0.
    fn draw<I>(p: &[f32], sample: &mut [f32], key: Key, first: u32) {
        for (i, (p, s)) in (first..).zip(p.iter().zip(sample)) {
            *s = if uniform(key, i) < *p { 1.0 } else { 0.0 };
        }
    }
}

/// Units of a Boltzmann machine: rows of `x` become `sigmoid(x + bias)`; `sample`, if given, becomes 1 with that
/// probability, else 0.
///
/// # Panics
/// When `sample` has another length than `x`.
pub fn logistic_units(x: &mut [f32], bias: &[f32], sample: Option<&mut [f32]>, seed: u64) {
    let piece = (PIECE / bias.len().max(1)).max(1) * bias.len().max(1);
    let key = Key::of(seed);
    match sample {
        None => x.par_chunks_mut(piece).for_each(|x| logistic_rows(x, bias)),
        Some(sample) => {
            assert_eq!(x.len(), sample.len());
            let pieces = x.par_chunks_mut(piece).zip(sample.par_chunks_mut(piece)).enumerate();
            pieces.for_each(|(number, (x, sample))| {
                logistic_rows(x, bias);
                draw(x, sample, key, (number * piece) as u32);
            });
        }
    }
}

/// Standard normal numbers, by the method of Box and Muller.
pub fn normals(out: &mut [f32], seed: u64) {
    let (radius, angle) = (Key::of(seed), Key::of(derive_seed(seed, 1)));
    out.par_chunks_mut(PIECE).enumerate().for_each(|(number, out)| {
        for (i, x) in ((number * PIECE) as u32..).zip(out) {
            let distance = (-2.0 * (1.0 - f64::from(uniform(radius, i))).ln()).sqrt();
            *x = (distance * (std::f64::consts::TAU * f64::from(uniform(angle, i))).cos()) as f32;
        }
    });
}

/// Uniform numbers in [0, 1).
pub fn uniforms(out: &mut [f32], seed: u64) {
    let key = Key::of(seed);
    out.par_chunks_mut(PIECE).enumerate().for_each(|(number, out)| {
        ((number * PIECE) as u32..).zip(out).for_each(|(i, x)| *x = uniform(key, i));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uniform_numbers_fill_the_interval_and_neighbours_are_unrelated() {
        let mut x = vec![0.0; 100_000];
        uniforms(&mut x, 7);
        let mean = x.iter().map(|x| f64::from(*x)).sum::<f64>() / x.len() as f64;
        let with = |lag: usize| {
            x.iter().zip(&x[lag..]).map(|(a, b)| (f64::from(*a) - 0.5) * (f64::from(*b) - 0.5)).sum::<f64>()
                / x.len() as f64
        };
        // The variance of a uniform number is 1/12; deviations of these means are near 1/12 / sqrt(100,000).
        assert!((mean - 0.5).abs() < 0.004 && (with(0) - 1.0 / 12.0).abs() < 0.002, "{mean} {}", with(0));
        assert!([1, 2, 16, 256, 784].into_iter().all(|lag| with(lag).abs() < 0.0015));
        let mut other = vec![0.0; 100_000];
        uniforms(&mut other, 8);
        let same = x.iter().zip(&other).filter(|(a, b)| (*a - *b).abs() < 0.001).count();
        assert!(same < 400, "{same}");
    }

    #[test]
    fn normal_numbers_have_the_moments_of_a_normal_distribution() {
        let mut x = vec![0.0; 100_000];
        normals(&mut x, 3);
        let moment = |k| x.iter().map(|x| f64::from(*x).powi(k)).sum::<f64>() / x.len() as f64;
        assert!(moment(1).abs() < 0.015 && (moment(2) - 1.0).abs() < 0.02, "{} {}", moment(1), moment(2));
        assert!(moment(3).abs() < 0.05 && (moment(4) - 3.0).abs() < 0.15);
    }

    #[test]
    fn units_fire_with_their_probability_and_the_same_on_any_number_of_threads() {
        let (rows, bias) = (4000, [-1.0, 0.0, 2.0]);
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let (mut x, mut sample) = (vec![0.5; rows * 3], vec![0.0; rows * 3]);
            pool.install(|| logistic_units(&mut x, &bias, Some(&mut sample), 11));
            (x, sample)
        };
        let (x, sample) = run(1);
        assert!(run(3) == (x.clone(), sample.clone()));
        for (unit, b) in bias.into_iter().enumerate() {
            let p = 1.0 / (1.0 + (-0.5 - b as f64).exp());
            let fired = sample.iter().skip(unit).step_by(3).sum::<f32>() as f64 / rows as f64;
            assert!((f64::from(x[unit]) - p).abs() < 1e-6 && (fired - p).abs() < 0.03, "{fired} {p}");
        }
    }
}
