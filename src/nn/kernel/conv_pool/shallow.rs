//! Backward where images have few channels: filters in the lanes, the positions that lost masked out.

use super::{ConvPool, LANES, Winners, strip_of_gradient};
use crate::nn::kernel::vector::{Kernel, Lanes};

/// Taps whose gradients stay in registers together: with a pair of filters' registers, 18 of AVX-512's 32.
const TAPS: usize = 9;

/// One image's share of the weights' gradient.
pub(super) struct Weights<'a> {
    pub shape: ConvPool,
    pub image: &'a [f32],
    pub gradient: &'a [f32],
    pub winners: &'a [Winners],
    pub weights: &'a mut [f32],
}

impl Kernel for Weights<'_> {
    #[inline(always)]
    unsafe fn run<V: Lanes, const WIDE: bool>(mut self) {
        for block in 0..self.shape.blocks() {
            // SAFETY: the block exists.
            unsafe { if WIDE { self.block::<V, 2>(block) } else { self.block::<V, 1>(block) } }
        }
    }
}

impl Weights<'_> {
    /// `C` registers of filters at a time.
    #[inline(always)]
    unsafe fn block<V: Lanes, const C: usize>(&mut self, block: usize) {
        let (row, run) = self.shape.rows();
        let taps = self.shape.taps();
        for strip in (0..LANES).step_by(C * V::WIDTH) {
            for first in (0..taps).step_by(TAPS) {
                let group = TAPS.min(taps - first);
                // Taps past the last one read pixel 0 and are thrown away.
                let mut offsets = [0; TAPS];
                for (offset, tap) in offsets.iter_mut().zip(first..first + group) {
                    *offset = tap / run * row + tap % run;
                }
                // SAFETY: the strip lies in the block, the taps in the kernel.
                unsafe {
                    let weights = self.weights.as_mut_ptr().add((block * taps + first) * LANES + strip);
                    let sums = self.taps::<V, C>(block, strip, &offsets);
                    for (t, sums) in sums.iter().enumerate().take(group) {
                        for (v, sum) in sums.iter().enumerate() {
                            let at = weights.add(t * LANES + v * V::WIDTH);
                            V::add(V::load(at), *sum).store(at);
                        }
                    }
                }
            }
        }
    }

    /// The sums over all cells of pixel times gradient, for the taps at `offsets` from the windows' corners.
    #[inline(always)]
    unsafe fn taps<V: Lanes, const C: usize>(
        &self,
        block: usize,
        strip: usize,
        offsets: &[usize; TAPS],
    ) -> [[V; C]; TAPS] {
        let shape = self.shape;
        let positions = shape.positions();
        // SAFETY: windows of existing cells lie in the image.
        unsafe {
            let mut sums = [[V::splat(0.0); C]; TAPS];
            for cell in 0..shape.cells() {
                let corner = self.image.as_ptr().add(shape.corner(cell));
                let gradient = strip_of_gradient::<V, C>(&shape, self.gradient, cell, block, strip);
                let winners = &self.winners[cell * shape.blocks() + block];
                for (position, won) in positions.into_iter().zip(winners) {
                    let mut part = gradient;
                    for (v, part) in part.iter_mut().enumerate() {
                        *part = V::select(won >> (strip + v * V::WIDTH), *part, V::splat(0.0));
                    }
                    for (sums, offset) in sums.iter_mut().zip(offsets) {
                        let pixel = V::splat(*corner.add(position + offset));
                        for (sum, part) in sums.iter_mut().zip(part) {
                            *sum = V::mul_add(pixel, part, *sum);
                        }
                    }
                }
            }
            sums
        }
    }
}
