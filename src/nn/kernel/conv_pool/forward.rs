//! Forward: pooled pixels' four convolutions in registers, filters in the lanes.

use super::{ConvPool, LANES, Winners};
use crate::nn::kernel::vector::{Kernel, Lanes};

/// One image.
pub(super) struct Forward<'a> {
    pub shape: ConvPool,
    pub image: &'a [f32],
    pub weights: &'a [f32],
    pub bias: &'a [f32],
    pub out: &'a mut [f32],
    pub winners: &'a mut [Winners],
}

impl Kernel for Forward<'_> {
    /// Block by block, so that a block's weights stay in the cache for the whole image.
    #[inline(always)]
    unsafe fn run<V: Lanes, const WIDE: bool>(mut self) {
        let (down, across) = self.shape.pooled();
        for block in 0..self.shape.blocks() {
            for row in 0..down {
                let (mut cell, end) = (row * across, (row + 1) * across);
                // SAFETY: block and cells exist, and a pair's cells lie in one row.
                unsafe {
                    if WIDE {
                        while cell + 2 <= end {
                            self.cells::<V, 2>(cell, block);
                            cell += 2;
                        }
                    }
                    while cell < end {
                        self.cells::<V, 1>(cell, block);
                        cell += 1;
                    }
                }
            }
        }
    }
}

/// Two registers of filters at a time.
const PAIR: usize = 2;

impl Forward<'_> {
    /// `N` cells of one row, from `cell` on.
    #[inline(always)]
    unsafe fn cells<V: Lanes, const N: usize>(&mut self, cell: usize, block: usize) {
        let shape = self.shape;
        let lanes = shape.lanes(block);
        let mut lines = [[0.0; LANES]; N];
        let mut winners = [[0; 4]; N];
        for strip in (0..LANES).step_by(PAIR * V::WIDTH) {
            // SAFETY: the caller vouches for block and cells.
            unsafe {
                let sums = self.sums::<V, N>(cell, block, strip);
                for n in 0..N {
                    let (best, won) = largest(&sums[n]);
                    for (winners, won) in winners[n].iter_mut().zip(won) {
                        *winners |= won << strip;
                    }
                    for (v, best) in best.into_iter().enumerate() {
                        best.store(lines[n].as_mut_ptr().add(strip + v * V::WIDTH));
                    }
                }
            }
        }
        for n in 0..N {
            let at = (cell + n) * shape.filters + block * LANES;
            self.out[at..at + lanes].copy_from_slice(&lines[n][..lanes]);
            self.winners[(cell + n) * shape.blocks() + block] = winners[n];
        }
    }

    /// The convolutions at the four positions of each cell, bias included.
    #[inline(always)]
    unsafe fn sums<V: Lanes, const N: usize>(
        &self,
        cell: usize,
        block: usize,
        strip: usize,
    ) -> [[[V; PAIR]; 4]; N] {
        let shape = self.shape;
        let (row, run) = shape.rows();
        let positions = shape.positions();
        // SAFETY: the caller vouches for block and cells, and so for their windows.
        unsafe {
            let corner = self.image.as_ptr().add(shape.corner(cell));
            let bias = self.bias.as_ptr().add(block * LANES + strip);
            let mut weight = self.weights.as_ptr().add(block * shape.taps() * LANES + strip);
            let mut sums = [[[V::load(bias), V::load(bias.add(V::WIDTH))]; 4]; N];
            for y in 0..shape.kernel.0 {
                for x in 0..run {
                    let w = [V::load(weight), V::load(weight.add(V::WIDTH))];
                    let under = corner.add(y * row + x);
                    for (n, sums) in sums.iter_mut().enumerate() {
                        for (sums, position) in sums.iter_mut().zip(positions) {
                            let pixel = V::splat(*under.add(2 * n * shape.channels + position));
                            sums[0] = V::mul_add(pixel, w[0], sums[0]);
                            sums[1] = V::mul_add(pixel, w[1], sums[1]);
                        }
                    }
                    weight = weight.add(LANES);
                }
            }
            sums
        }
    }
}

/// The largest of the four positions and zero, and which one it is; the first of equals.
#[inline(always)]
unsafe fn largest<V: Lanes>(sums: &[[V; PAIR]; 4]) -> ([V; PAIR], Winners) {
    // SAFETY: the caller has the instructions.
    unsafe {
        let mut best = [V::splat(0.0); PAIR];
        let mut won = [0; 4];
        for (p, sums) in sums.iter().enumerate() {
            let mut above = 0;
            for v in 0..PAIR {
                let bits = V::above(sums[v], best[v]);
                best[v] = V::select(bits, sums[v], best[v]);
                above |= bits << (v * V::WIDTH);
            }
            won[..p].iter_mut().for_each(|earlier| *earlier &= !above);
            won[p] = above;
        }
        (best, won)
    }
}
