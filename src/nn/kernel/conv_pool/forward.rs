//! The forward pass: the four convolutions of pooled pixels stay in registers, whose lanes are filters.

use super::sizes::{ConvPool, LANES};
use super::winners::{Bits, Winners};
use crate::vector::{Has, Kernel, Lanes};

/// The forward pass of one image; the slices have the sizes of the shape.
pub(super) struct Forward<'a> {
    shape: ConvPool,
    image: &'a [f32],
    weights: &'a [f32],
    bias: &'a [f32],
    out: &'a mut [f32],
    winners: &'a mut [Bits],
}

impl<'a> Forward<'a> {
    /// Weights and bias come in blocks.
    ///
    /// # Panics
    /// When a slice does not have its shape.
    pub fn new(
        shape: ConvPool,
        image: &'a [f32],
        [weights, bias]: [&'a [f32]; 2],
        out: &'a mut [f32],
        winners: &'a mut [Bits],
    ) -> Self {
        shape.check(1, image, out, winners);
        shape.check_blocks(weights, bias);
        Forward { shape, image, weights, bias, out, winners }
    }
}

impl Kernel for Forward<'_> {
    /// Goes block by block, so that a block's weights stay in the cache for the whole image.
    #[inline(always)]
    fn run<V: Lanes, const WIDE: bool>(mut self, isa: Has<V>) {
        let (down, across) = self.shape.pooled();
        for block in 0..self.shape.blocks() {
            for row in 0..down {
                let (mut cell, end) = (row * across, (row + 1) * across);
                if WIDE {
                    while cell + 2 <= end {
                        self.cells::<V, 2>(isa, cell, block);
                        cell += 2;
                    }
                }
                while cell < end {
                    self.cells::<V, 1>(isa, cell, block);
                    cell += 1;
                }
            }
        }
    }
}

/// The number of registers of filters that are computed together.
const PAIR: usize = 2;

impl Forward<'_> {
    /// Computes `N` cells of one row, from `cell` on.
    #[inline(always)]
    fn cells<V: Lanes, const N: usize>(&mut self, isa: Has<V>, cell: usize, block: usize) {
        let shape = self.shape;
        let lanes = shape.lanes(block);
        let mut lines = [[0.0; LANES]; N];
        let mut winners = [[0; 4]; N];
        // The cells exist and lie side by side in one row, as `sums` requires.
        let last = cell + N - 1;
        assert!(last < shape.cells() && block < shape.blocks());
        debug_assert_eq!(shape.corner(last), shape.corner(cell) + 2 * (N - 1) * shape.channels);
        for strip in (0..LANES).step_by(PAIR * V::WIDTH) {
            // SAFETY: the assertion above says that the cells and the block exist, and `run` walks along rows. The
            // strip's pair of registers ends within the block.
            let sums = unsafe { self.sums::<V, N>(isa, cell, block, strip) };
            for n in 0..N {
                let (best, won) = largest(isa, &sums[n]);
                for (winners, won) in winners[n].iter_mut().zip(won) {
                    *winners |= won << strip;
                }
                for (v, best) in best.into_iter().enumerate() {
                    best.store(&mut lines[n][strip + v * V::WIDTH..]);
                }
            }
        }
        for n in 0..N {
            let at = (cell + n) * shape.filters + block * LANES;
            self.out[at..at + lanes].copy_from_slice(&lines[n][..lanes]);
            self.winners[(cell + n) * shape.blocks() + block] = Winners::of(&winners[n], lanes).bits();
        }
    }

    /// The convolutions at the four positions of each cell, bias included.
    ///
    /// # Safety
    /// The `N` cells from `cell` on exist, side by side in a row, and so does the block; `strip` is below [`LANES`] and
    /// a multiple of the width of a pair of registers.
    #[inline(always)]
    unsafe fn sums<V: Lanes, const N: usize>(
        &self,
        isa: Has<V>,
        cell: usize,
        block: usize,
        strip: usize,
    ) -> [[[V; PAIR]; 4]; N] {
        let shape = self.shape;
        let (row, run) = shape.rows();
        let positions = shape.positions();
        let (corner, first) = (shape.corner(cell), block * LANES + strip);
        let weight = block * shape.taps() * LANES + strip;
        debug_assert!(strip + PAIR * V::WIDTH <= LANES && first + PAIR * V::WIDTH <= self.bias.len());
        debug_assert!(weight + (shape.taps() - 1) * LANES + PAIR * V::WIDTH <= self.weights.len());
        let last = 2 * (N - 1) * shape.channels + positions[3] + (shape.kernel.0 - 1) * row + run - 1;
        debug_assert!(corner + last < self.image.len());
        // SAFETY: `new` checked that bias and weights have `LANES` numbers for each block and tap, which include the
        // strip's pair of registers, and that each number under the kernel, for every position of every cell, is in
        // the image. Cells are two pixels apart.
        unsafe {
            let corner = self.image.as_ptr().add(corner);
            let bias = self.bias.as_ptr().add(first);
            let mut weight = self.weights.as_ptr().add(weight);
            let mut sums = [[[V::read(isa, bias), V::read(isa, bias.add(V::WIDTH))]; 4]; N];
            for y in 0..shape.kernel.0 {
                for x in 0..run {
                    let w = [V::read(isa, weight), V::read(isa, weight.add(V::WIDTH))];
                    let under = corner.add(y * row + x);
                    for (n, sums) in sums.iter_mut().enumerate() {
                        for (sums, position) in sums.iter_mut().zip(positions) {
                            let pixel = V::splat(isa, *under.add(2 * n * shape.channels + position));
                            sums[0] = V::mul_add(pixel, w[0], sums[0]);
                            sums[1] = V::mul_add(pixel, w[1], sums[1]);
                        }
                    }
                    // After the last tap the pointer is not read.
                    weight = weight.wrapping_add(LANES);
                }
            }
            sums
        }
    }
}

/// The largest of the four positions and zero, and which one it is: the first of equal ones. NaN counts as the largest,
/// and the last NaN wins, as in PyTorch.
#[inline(always)]
fn largest<V: Lanes>(isa: Has<V>, sums: &[[V; PAIR]; 4]) -> ([V; PAIR], Bits) {
    let [a, b, c, d] = sums;
    let mut nan = 0;
    for v in 0..PAIR {
        nan |= V::either_is_nan(a[v], b[v]) | V::either_is_nan(c[v], d[v]);
    }
    if nan == 0 { choose(isa, sums, V::above) } else { choose_nan(isa, sums) }
}

/// The same for sums that may include NaN.
#[inline(always)]
fn choose_nan<V: Lanes>(isa: Has<V>, sums: &[[V; PAIR]; 4]) -> ([V; PAIR], Bits) {
    choose(isa, sums, |sum, best| V::above(sum, best) | V::either_is_nan(sum, sum))
}

/// Goes through zero and the positions in order and chooses the last that `wins` over the choice before it.
#[inline(always)]
fn choose<V: Lanes>(isa: Has<V>, sums: &[[V; PAIR]; 4], wins: impl Fn(V, V) -> u32) -> ([V; PAIR], Bits) {
    let mut best = [V::splat(isa, 0.0); PAIR];
    let mut won = [0; 4];
    for (p, sums) in sums.iter().enumerate() {
        let mut above = 0;
        for v in 0..PAIR {
            let bits = wins(sums[v], best[v]);
            best[v] = V::select(bits, sums[v], best[v]);
            above |= bits << (v * V::WIDTH);
        }
        won[..p].iter_mut().for_each(|earlier| *earlier &= !above);
        won[p] = above;
    }
    (best, won)
}
