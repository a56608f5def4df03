//! The backward pass where images have many channels: lanes hold the numbers under the kernel, and only the positions
//! that won are computed.

use super::bias::strip_of_gradient;
use super::sizes::{ConvPool, LANES, holds};
use super::winners::{Bits, Winners};
use crate::buffer::Buffer;
use crate::vector::{Has, Kernel, Lanes};

/// Calls `$body` with strips of registers that cover a row under the kernel: `$first` is the strip's first register,
/// the constant `$n` the number of its registers.
macro_rules! for_each_strip {
    ($registers:expr, $wide:expr, |$first:ident, $n:ident| $body:expr) => {
        let (mut $first, registers) = (0, $registers);
        while $first < registers {
            match registers - $first {
                6.. if $wide => {
                    const $n: usize = 6;
                    $body;
                    $first += $n;
                }
                3.. => {
                    const $n: usize = 3;
                    $body;
                    $first += $n;
                }
                _ => {
                    const $n: usize = 1;
                    $body;
                    $first += $n;
                }
            }
        }
    };
}

/// Adds some images' share to the weights' gradient, `[filters, taps]`. The slices have the sizes of the shape, which
/// is deep.
pub(super) struct Weights<'a> {
    shape: ConvPool,
    images: &'a [f32],
    gradient: &'a [f32],
    winners: &'a [Bits],
    weights: &'a mut [f32],
}

impl<'a> Weights<'a> {
    /// # Panics
    /// When a slice does not have its shape, or `shape` is not deep.
    pub fn new(
        shape: ConvPool,
        images: &'a [f32],
        gradient: &'a [f32],
        winners: &'a [Bits],
        weights: &'a mut [f32],
    ) -> Self {
        check(&shape, images, gradient, winners, weights);
        Weights { shape, images, gradient, winners, weights }
    }
}

/// Checks that the shape is deep and that the slices have its sizes.
fn check(shape: &ConvPool, images: &[f32], gradient: &[f32], winners: &[Bits], weights: &[f32]) {
    assert!(shape.is_deep(), "conv_pool: {shape:?} is not deep");
    shape.check(images.len().checked_div(shape.input_len()).unwrap_or(0), images, gradient, winners);
    assert!(holds(weights.len(), &[shape.filters, shape.taps()]), "conv_pool: weights");
}

impl Kernel for Weights<'_> {
    /// Goes image by image; each filter's sums over all its windows stay in registers.
    #[inline(always)]
    fn run<V: Lanes, const WIDE: bool>(self, isa: Has<V>) {
        let Weights { shape, images, gradient, winners, weights } = self;
        let (cells, filters) = (shape.cells(), shape.filters);
        let stride = shape.blocks() * LANES;
        let (mut starts, mut open) = (Buffer::scratch(cells * stride), Buffer::scratch(cells * stride));
        let each = images.chunks_exact(shape.input_len()).zip(gradient.chunks_exact(cells * filters));
        for ((image, gradient), winners) in each.zip(winners.chunks_exact(cells * shape.blocks())) {
            windows(isa, &shape, gradient, winners, &mut starts, &mut open);
            for filter in 0..filters {
                let row = &mut weights[filter * shape.taps()..][..shape.taps()];
                let (starts, open) = (&starts[filter..], &open[filter..]);
                for_each_strip!(shape.rows().1 / V::WIDTH, WIDE, |first, N| {
                    let strip = Strip { shape: &shape, first: first * V::WIDTH, stride };
                    // SAFETY: `first + N` is at most the number of registers of a row under the kernel, whose length
                    // is a multiple of a register's. The image is whole, and `windows` has just written, for every
                    // cell and filter, the start of a window in it.
                    unsafe {
                        if shape.kernel.0 == 3 {
                            strip.weights::<V, 3, N>(isa, 0, image, starts, open, row);
                        } else {
                            for y in 0..shape.kernel.0 {
                                strip.weights::<V, 1, N>(isa, y, image, starts, open, row);
                            }
                        }
                    }
                });
            }
        }
    }
}

/// Writes, for every cell and filter, where in the image the winning window starts (as the bits of a float), and the
/// gradient that passes ReLU and pooling: zero where ReLU cut the window off. Where no position won, the start is that
/// of the first position.
#[inline(always)]
fn windows<V: Lanes>(
    isa: Has<V>,
    shape: &ConvPool,
    gradient: &[f32],
    winners: &[Bits],
    starts: &mut [f32],
    open: &mut [f32],
) {
    let (blocks, positions) = (shape.blocks(), shape.positions());
    for (cell, winners) in winners.chunks_exact(blocks).enumerate() {
        let corner = shape.corner(cell);
        for (block, won) in winners.iter().enumerate() {
            let won = Winners::of(won, shape.lanes(block));
            let first = (cell * blocks + block) * LANES;
            let (starts, open) = (&mut starts[first..][..LANES], &mut open[first..][..LANES]);
            for strip in (0..LANES).step_by(V::WIDTH) {
                let mut start = V::splat(isa, f32::from_bits((corner + positions[0]) as u32));
                for (p, position) in positions.into_iter().enumerate().skip(1) {
                    let position = V::splat(isa, f32::from_bits((corner + position) as u32));
                    start = V::select(won.at(p) >> strip, position, start);
                }
                start.store(&mut starts[strip..]);
                let [gradient] = strip_of_gradient::<V, 1>(isa, shape, gradient, cell, block, strip);
                V::select(won.of_any() >> strip, gradient, V::splat(isa, 0.0)).store(&mut open[strip..]);
            }
        }
    }
}

/// A strip of each row under the kernel, from its number `first` on.
struct Strip<'a> {
    shape: &'a ConvPool,
    first: usize,
    /// The distance from cell to cell in the lists that `windows` writes.
    stride: usize,
}

impl Strip<'_> {
    /// Adds to one filter's gradient in rows `y..y + R`, from all its windows.
    ///
    /// # Safety
    /// The kernel has these rows, with `N` registers from `first` on, and so does `weights`, the gradient of one
    /// filter. For every cell, `stride` apart, `starts` has the start of a window in the image, and `open` has a
    /// number.
    #[inline(always)]
    unsafe fn weights<V: Lanes, const R: usize, const N: usize>(
        &self,
        isa: Has<V>,
        y: usize,
        image: &[f32],
        starts: &[f32],
        open: &[f32],
        weights: &mut [f32],
    ) {
        let (row, run) = self.shape.rows();
        let mut sums = [[V::splat(isa, 0.0); N]; R];
        let first = y * row + self.first;
        // SAFETY: the caller promises all that is read; the loop bounds the cells, the sizes of `sums` bound `r` and
        // `i`.
        unsafe {
            for cell in 0..self.shape.cells() {
                let start = starts.get_unchecked(cell * self.stride).to_bits() as usize;
                debug_assert!(start + first + (R - 1) * row + N * V::WIDTH <= image.len());
                let window = image.as_ptr().add(first).add(start);
                let gradient = V::splat(isa, *open.get_unchecked(cell * self.stride));
                for (r, sums) in sums.iter_mut().enumerate() {
                    let numbers = window.add(r * row);
                    for (i, sum) in sums.iter_mut().enumerate() {
                        *sum = V::mul_add(gradient, V::read(isa, numbers.add(i * V::WIDTH)), *sum);
                    }
                }
            }
        }
        for (r, sums) in sums.into_iter().enumerate() {
            let weights = &mut weights[(y + r) * run + self.first..];
            for (i, sum) in sums.into_iter().enumerate() {
                let weights = &mut weights[i * V::WIDTH..];
                V::add(V::load(isa, weights), sum).store(weights);
            }
        }
    }

    /// Adds to the gradient of an image in row `y` under every window.
    ///
    /// # Safety
    /// The kernel has this row, with `N` registers from `first` on; `filters`, `gradient`, `winners` and `image` have
    /// the shape's sizes, for one image.
    #[inline(always)]
    unsafe fn image<V: Lanes, const N: usize>(
        &self,
        isa: Has<V>,
        y: usize,
        filters: &[f32],
        gradient: &[f32],
        winners: &[Bits],
        image: &mut [f32],
    ) {
        let shape = self.shape;
        let ((row, run), taps, blocks) = (shape.rows(), shape.taps(), shape.blocks());
        let (weights, pixels) = (y * run + self.first, y * row + self.first);
        for cell in 0..shape.cells() {
            for (p, position) in shape.positions().into_iter().enumerate() {
                let mut sums = [V::splat(isa, 0.0); N];
                for block in 0..blocks {
                    // SAFETY: `cell` and `block` are below the shape's counts, and `winners` has an entry for each
                    // pair.
                    let won = unsafe { winners.get_unchecked(cell * blocks + block) };
                    let mut bits = Winners::of(won, shape.lanes(block)).at(p);
                    while bits != 0 {
                        let filter = block * LANES + bits.trailing_zeros() as usize;
                        bits &= bits - 1;
                        debug_assert!(filter * taps + weights + N * V::WIDTH <= filters.len());
                        // SAFETY: `Winners` names only filters that the block has, so each has a gradient for every
                        // cell and `taps` weights. The caller promises the row's registers among these.
                        unsafe {
                            let gradient =
                                V::splat(isa, *gradient.get_unchecked(cell * shape.filters + filter));
                            let weights = filters.as_ptr().add(weights).add(filter * taps);
                            for (i, sum) in sums.iter_mut().enumerate() {
                                *sum = V::mul_add(gradient, V::read(isa, weights.add(i * V::WIDTH)), *sum);
                            }
                        }
                    }
                }
                let window = shape.corner(cell) + position + pixels;
                debug_assert!(window + N * V::WIDTH <= image.len());
                for (i, sum) in sums.into_iter().enumerate() {
                    // SAFETY: the window of each position of each cell lies in the image, and the caller promises the
                    // row.
                    unsafe {
                        let at = image.as_mut_ptr().add(window).add(i * V::WIDTH);
                        V::add(V::read(isa, at), sum).write(at);
                    }
                }
            }
        }
    }
}

/// Adds to the images' gradient. The slices have the sizes of the shape, which is deep.
pub(super) struct Images<'a> {
    shape: ConvPool,
    filters: &'a [f32],
    gradient: &'a [f32],
    winners: &'a [Bits],
    images: &'a mut [f32],
}

impl<'a> Images<'a> {
    /// `filters` are the weights, `[filters, taps]`.
    ///
    /// # Panics
    /// When a slice does not have its shape, or `shape` is not deep.
    pub fn new(
        shape: ConvPool,
        filters: &'a [f32],
        gradient: &'a [f32],
        winners: &'a [Bits],
        images: &'a mut [f32],
    ) -> Self {
        check(&shape, images, gradient, winners, filters);
        Images { shape, filters, gradient, winners, images }
    }
}

impl Kernel for Images<'_> {
    /// Goes row by row under the kernel, so that the row's part of all filters stays in the cache. Each position's
    /// sums over all filters for which it won stay in registers.
    #[inline(always)]
    fn run<V: Lanes, const WIDE: bool>(self, isa: Has<V>) {
        let Images { shape, filters, gradient, winners, images } = self;
        let cells = shape.cells();
        for_each_strip!(shape.rows().1 / V::WIDTH, WIDE, |first, N| {
            for y in 0..shape.kernel.0 {
                let each = images
                    .chunks_exact_mut(shape.input_len())
                    .zip(gradient.chunks_exact(cells * shape.filters));
                for ((image, gradient), winners) in each.zip(winners.chunks_exact(cells * shape.blocks())) {
                    let strip = Strip { shape: &shape, first: first * V::WIDTH, stride: 0 };
                    // SAFETY: `first + N` is at most the number of registers of a row under the kernel. `new` checked
                    // `filters`; the other slices were just cut to an image's sizes.
                    unsafe { strip.image::<V, N>(isa, y, filters, gradient, winners, image) };
                }
            }
        });
    }
}
