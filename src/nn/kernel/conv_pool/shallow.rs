//! The backward pass where images have few channels: lanes hold filters, and the positions that lost are masked out.

use super::bias::strip_of_gradient;
use super::sizes::{ConvPool, LANES};
use super::winners::{Bits, Winners};
use crate::vector::{Has, Kernel, Lanes};

/// The number of taps whose gradients stay in registers together: with two registers of filters each, 18 of AVX-512's
/// 32.
const TAPS: usize = 9;

/// Adds one image's share to the weights' gradient, in blocks. The slices have the sizes of the shape.
pub(super) struct Weights<'a> {
    shape: ConvPool,
    image: &'a [f32],
    gradient: &'a [f32],
    winners: &'a [Bits],
    weights: &'a mut [f32],
}

impl<'a> Weights<'a> {
    /// # Panics
    /// When image, gradient or winners do not have their shape.
    pub fn new(
        shape: ConvPool,
        image: &'a [f32],
        gradient: &'a [f32],
        winners: &'a [Bits],
        weights: &'a mut [f32],
    ) -> Self {
        shape.check(1, image, gradient, winners);
        Weights { shape, image, gradient, winners, weights }
    }
}

impl Kernel for Weights<'_> {
    #[inline(always)]
    fn run<V: Lanes, const WIDE: bool>(mut self, isa: Has<V>) {
        for block in 0..self.shape.blocks() {
            if WIDE { self.block::<V, 2>(isa, block) } else { self.block::<V, 1>(isa, block) }
        }
    }
}

impl Weights<'_> {
    /// Adds to the weights of one block, `C` registers of filters at a time.
    #[inline(always)]
    fn block<V: Lanes, const C: usize>(&mut self, isa: Has<V>, block: usize) {
        let (row, run) = self.shape.rows();
        let taps = self.shape.taps();
        for strip in (0..LANES).step_by(C * V::WIDTH) {
            for first in (0..taps).step_by(TAPS) {
                let group = TAPS.min(taps - first);
                // Taps past the last one read the first pixel of the window; their sums are thrown away.
                let mut offsets = [0; TAPS];
                for (offset, tap) in offsets.iter_mut().zip(first..first + group) {
                    *offset = tap / run * row + tap % run;
                }
                // SAFETY: `first + group` is at most `taps`, so each offset is that of a tap of the kernel.
                let sums = unsafe { self.taps::<V, C>(isa, block, strip, &offsets) };
                for (t, sums) in sums.iter().enumerate().take(group) {
                    let weights = &mut self.weights[(block * taps + first + t) * LANES + strip..];
                    for (v, sum) in sums.iter().enumerate() {
                        let weights = &mut weights[v * V::WIDTH..];
                        V::add(V::load(isa, weights), *sum).store(weights);
                    }
                }
            }
        }
    }

    /// The sums over all cells of pixel times gradient, for the taps at `offsets` from the windows' corners.
    ///
    /// # Safety
    /// Each offset is that of a tap of the kernel.
    #[inline(always)]
    unsafe fn taps<V: Lanes, const C: usize>(
        &self,
        isa: Has<V>,
        block: usize,
        strip: usize,
        offsets: &[usize; TAPS],
    ) -> [[V; C]; TAPS] {
        let shape = self.shape;
        let (positions, lanes) = (shape.positions(), shape.lanes(block));
        let mut sums = [[V::splat(isa, 0.0); C]; TAPS];
        for cell in 0..shape.cells() {
            let corner = shape.corner(cell);
            let gradient = strip_of_gradient::<V, C>(isa, &shape, self.gradient, cell, block, strip);
            let winners = Winners::of(&self.winners[cell * shape.blocks() + block], lanes);
            for (p, position) in positions.into_iter().enumerate() {
                let mut part = gradient;
                for (v, part) in part.iter_mut().enumerate() {
                    *part = V::select(winners.at(p) >> (strip + v * V::WIDTH), *part, V::splat(isa, 0.0));
                }
                for (sums, offset) in sums.iter_mut().zip(offsets) {
                    // SAFETY: `new` checked that every tap of every position of every cell lies in the image; `cell` is one
                    // of these cells, and the caller promises that the tap is one of the kernel's.
                    let pixel = unsafe { *self.image.get_unchecked(corner + position + offset) };
                    let pixel = V::splat(isa, pixel);
                    for (sum, part) in sums.iter_mut().zip(part) {
                        *sum = V::mul_add(pixel, part, *sum);
                    }
                }
            }
        }
        sums
    }
}
