//! Backward where images have many channels: the numbers under the kernel in the lanes, and only the positions that won.

use super::{ConvPool, LANES, Winners, strip_of_gradient};
use crate::nn::buffer::Buffer;
use crate::nn::kernel::vector::{Kernel, Lanes};

/// Calls `$body` with strips of registers that cover a row under the kernel: the strip's first register, and how many
/// there are as the constant `$n`.
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

/// Adds some images' share to the weights' gradient, `[filters, taps]`.
pub(super) struct Weights<'a> {
    pub shape: ConvPool,
    pub images: &'a [f32],
    pub gradient: &'a [f32],
    pub winners: &'a [Winners],
    pub weights: &'a mut [f32],
}

impl Kernel for Weights<'_> {
    /// Image by image, each filter's sums in registers over all its windows.
    #[inline(always)]
    unsafe fn run<V: Lanes, const WIDE: bool>(self) {
        let Weights { shape, images, gradient, winners, weights } = self;
        let (cells, filters) = (shape.cells(), shape.filters);
        let stride = shape.blocks() * LANES;
        let (mut starts, mut open) = (Buffer::scratch(cells * stride), Buffer::scratch(cells * stride));
        let each = images.chunks_exact(shape.input_len()).zip(gradient.chunks_exact(cells * filters));
        for ((image, gradient), winners) in each.zip(winners.chunks_exact(cells * shape.blocks())) {
            // SAFETY: the slices are one image's.
            unsafe { windows::<V>(&shape, gradient, winners, &mut starts, &mut open) };
            for filter in 0..filters {
                let row = &mut weights[filter * shape.taps()..][..shape.taps()];
                let (starts, open) = (&starts[filter..], &open[filter..]);
                for_each_strip!(shape.rows().1 / V::WIDTH, WIDE, |first, N| {
                    let strip = Strip { shape: &shape, first: first * V::WIDTH, stride };
                    // SAFETY: the strip lies in the kernel's rows, and every window in the image.
                    unsafe {
                        if shape.kernel.0 == 3 {
                            strip.weights::<V, 3, N>(0, image, starts, open, row);
                        } else {
                            for y in 0..shape.kernel.0 {
                                strip.weights::<V, 1, N>(y, image, starts, open, row);
                            }
                        }
                    }
                });
            }
        }
    }
}

/// For every cell and filter, where in the image the winning window starts (as the bits of a float), and the gradient
/// that came through: zero where the window was cut off.
#[inline(always)]
unsafe fn windows<V: Lanes>(
    shape: &ConvPool,
    gradient: &[f32],
    winners: &[Winners],
    starts: &mut [f32],
    open: &mut [f32],
) {
    let (blocks, positions) = (shape.blocks(), shape.positions());
    for (cell, winners) in winners.chunks_exact(blocks).enumerate() {
        let corner = shape.corner(cell);
        for (block, won) in winners.iter().enumerate() {
            for strip in (0..LANES).step_by(V::WIDTH) {
                // SAFETY: the strip lies in the block; an image is far below 2^32 numbers.
                unsafe {
                    let at = cell * blocks * LANES + block * LANES + strip;
                    let mut start = V::splat(f32::from_bits((corner + positions[0]) as u32));
                    for p in 1..4 {
                        let position = V::splat(f32::from_bits((corner + positions[p]) as u32));
                        start = V::select(won[p] >> strip, position, start);
                    }
                    start.store(starts.as_mut_ptr().add(at));
                    let [gradient] = strip_of_gradient::<V, 1>(shape, gradient, cell, block, strip);
                    let any = won[0] | won[1] | won[2] | won[3];
                    V::select(any >> strip, gradient, V::splat(0.0)).store(open.as_mut_ptr().add(at));
                }
            }
        }
    }
}

/// Registers from number `first` on of each row under the kernel.
struct Strip<'a> {
    shape: &'a ConvPool,
    first: usize,
    /// From cell to cell of the windows.
    stride: usize,
}

impl Strip<'_> {
    /// One filter's gradient in rows `y..y + R`, from all its windows.
    #[inline(always)]
    unsafe fn weights<V: Lanes, const R: usize, const N: usize>(
        &self,
        y: usize,
        image: &[f32],
        starts: &[f32],
        open: &[f32],
        weights: &mut [f32],
    ) {
        let (row, run) = self.shape.rows();
        // SAFETY: the caller vouches for strip, rows and windows.
        unsafe {
            let target = weights.as_mut_ptr().add(y * run + self.first);
            let image = image.as_ptr().add(y * row + self.first);
            let mut sums = [[V::splat(0.0); N]; R];
            for cell in 0..self.shape.cells() {
                let window = image.add((*starts.get_unchecked(cell * self.stride)).to_bits() as usize);
                let gradient = V::splat(*open.get_unchecked(cell * self.stride));
                for (r, sums) in sums.iter_mut().enumerate() {
                    let numbers = window.add(r * row);
                    for (i, sum) in sums.iter_mut().enumerate() {
                        *sum = V::mul_add(gradient, V::load(numbers.add(i * V::WIDTH)), *sum);
                    }
                }
            }
            for (r, sums) in sums.into_iter().enumerate() {
                for (i, sum) in sums.into_iter().enumerate() {
                    let at = target.add(r * run + i * V::WIDTH);
                    V::add(V::load(at), sum).store(at);
                }
            }
        }
    }

    /// The gradient of an image in rows `y..y + R` under every window.
    #[inline(always)]
    unsafe fn image<V: Lanes, const R: usize, const N: usize>(
        &self,
        y: usize,
        filters: &[f32],
        gradient: &[f32],
        winners: &[Winners],
        image: &mut [f32],
    ) {
        let shape = self.shape;
        let ((row, run), taps, blocks) = (shape.rows(), shape.taps(), shape.blocks());
        // SAFETY: the caller vouches for strip, rows and windows; a bit is set for existing filters only.
        unsafe {
            let image = image.as_mut_ptr().add(y * row + self.first);
            let filters = filters.as_ptr().add(y * run + self.first);
            for cell in 0..shape.cells() {
                for (p, position) in shape.positions().into_iter().enumerate() {
                    let mut sums = [[V::splat(0.0); N]; R];
                    for block in 0..blocks {
                        let mut bits = winners.get_unchecked(cell * blocks + block)[p];
                        while bits != 0 {
                            let filter = block * LANES + bits.trailing_zeros() as usize;
                            bits &= bits - 1;
                            let gradient = V::splat(*gradient.get_unchecked(cell * shape.filters + filter));
                            for (r, sums) in sums.iter_mut().enumerate() {
                                let weights = filters.add(filter * taps + r * run);
                                for (i, sum) in sums.iter_mut().enumerate() {
                                    *sum = V::mul_add(gradient, V::load(weights.add(i * V::WIDTH)), *sum);
                                }
                            }
                        }
                    }
                    let window = image.add(shape.corner(cell) + position);
                    for (r, sums) in sums.into_iter().enumerate() {
                        for (i, sum) in sums.into_iter().enumerate() {
                            let at = window.add(r * row + i * V::WIDTH);
                            V::add(V::load(at), sum).store(at);
                        }
                    }
                }
            }
        }
    }
}

/// Adds to the images' gradient.
pub(super) struct Images<'a> {
    pub shape: ConvPool,
    /// `[filters, taps]`.
    pub filters: &'a [f32],
    pub gradient: &'a [f32],
    pub winners: &'a [Winners],
    pub images: &'a mut [f32],
}

impl Kernel for Images<'_> {
    /// Row by row under the kernel, so that the row's part of all filters stays in the cache; each position's sums in
    /// registers over all filters for which it won.
    #[inline(always)]
    unsafe fn run<V: Lanes, const WIDE: bool>(self) {
        let Images { shape, filters, gradient, winners, images } = self;
        let cells = shape.cells();
        for_each_strip!(shape.rows().1 / V::WIDTH, WIDE, |first, N| {
            for y in 0..shape.kernel.0 {
                let each = images
                    .chunks_exact_mut(shape.input_len())
                    .zip(gradient.chunks_exact(cells * shape.filters));
                for ((image, gradient), winners) in each.zip(winners.chunks_exact(cells * shape.blocks())) {
                    let strip = Strip { shape: &shape, first: first * V::WIDTH, stride: 0 };
                    // SAFETY: the strip lies in the kernel's rows, and every window in the image.
                    unsafe { strip.image::<V, 1, N>(y, filters, gradient, winners, image) };
                }
            }
        });
    }
}
