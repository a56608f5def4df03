//! Which numbers dropout keeps (Srivastava et al. 2014), inverted: those that are kept are scaled up by `1 / (1 - rate)`.

use rayon::prelude::*;

use crate::simd;

/// Numbers in a piece of work for one thread.
const PIECE: usize = 1 << 14;

/// Which numbers are kept, and what becomes of them.
#[derive(Clone, Copy)]
pub struct Keep {
    /// The least hash that keeps a number.
    pub threshold: u32,
    /// What a number that is kept is multiplied by.
    pub scale: f32,
}

impl Keep {
    /// Drops a share of all numbers.
    pub fn of(rate: f32) -> Self {
        let scale = if rate < 1.0 { 1.0 / (1.0 - rate) } else { 0.0 };
        Keep { threshold: (f64::from(rate) * 4_294_967_296.0) as u32, scale }
    }
}

/// Multiplies number `i` by 0 or by `scale`; a hash of the seed and `i` decides which. There is no state, so any order
/// gives the same result.
pub fn mask(numbers: &mut [f32], seed: u64, rate: f32) {
    let Keep { threshold, scale } = Keep::of(rate);
    let keys = [seed as u32, (seed >> 32) as u32];
    numbers.par_chunks_mut(PIECE).enumerate().for_each(|(piece, numbers)| {
        mask_piece(numbers, (piece * PIECE) as u32, keys, threshold, scale);
    });
}

simd! {
    /// The hash is "lowbias32" (Wellons 2018), whose 32-bit products fit vector registers, with a key mixed in before
    /// it and inside it.
    fn mask_piece<I>(numbers: &mut [f32], first: u32, keys: [u32; 2], threshold: u32, scale: f32) {
        for (i, x) in (first..).zip(numbers) {
            let z = i ^ keys[0];
            let z = (z ^ (z >> 16)).wrapping_mul(0x7feb_352d) ^ keys[1];
            let z = (z ^ (z >> 15)).wrapping_mul(0x846c_a68b);
            *x = if z ^ (z >> 16) >= threshold { *x * scale } else { 0.0 };
        }
    }
}
