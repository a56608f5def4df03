//! Convolution (stride 1, no padding), bias, ReLU and 2x2 max-pooling of one image in one sweep, channels last, for
//! images of few channels.
//!
//! Filters lie side by side in blocks of [`LANES`]; a pooled pixel's four convolutions stay in registers. The backward
//! pass takes each output's gradient to the position that won in its window.

use super::vector::{self, Kernel, Lanes};

/// Filters computed together: two AVX-512 registers.
pub const LANES: usize = 32;

/// Of one pooled pixel and one block of filters, for each of the window's four positions: the filters (bits) for which
/// it won. None has the bit where ReLU cut the window off.
pub type Winners = [u32; 4];

/// Sizes of the operation; `height` and `width` are the input's.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the fields are the sizes' usual names")]
pub struct ConvPool {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
    pub kernel: (usize, usize),
    pub filters: usize,
}

impl ConvPool {
    /// Height and width after pooling.
    pub fn pooled(&self) -> (usize, usize) {
        ((self.height + 1 - self.kernel.0) / 2, (self.width + 1 - self.kernel.1) / 2)
    }

    /// Pixels after pooling.
    pub fn cells(&self) -> usize {
        self.pooled().0 * self.pooled().1
    }

    /// Weights of a filter.
    pub fn taps(&self) -> usize {
        self.kernel.0 * self.kernel.1 * self.channels
    }

    /// Blocks of filters.
    pub fn blocks(&self) -> usize {
        self.filters.div_ceil(LANES)
    }

    /// Numbers of an input image.
    fn input_len(&self) -> usize {
        self.height * self.width * self.channels
    }

    /// Numbers of an input row, and of a row under the kernel.
    fn rows(&self) -> (usize, usize) {
        (self.width * self.channels, self.kernel.1 * self.channels)
    }

    /// Where the first of a pooled pixel's four windows begins in the image.
    fn corner(&self, cell: usize) -> usize {
        let (_, across) = self.pooled();
        (2 * (cell / across) * self.width + 2 * (cell % across)) * self.channels
    }

    /// How far the windows of the four positions are from the first.
    fn positions(&self) -> [usize; 4] {
        let row = self.width * self.channels;
        [0, self.channels, row, row + self.channels]
    }

    /// A matrix `[rows, filters]` as blocks `[blocks, rows, LANES]`, filled up with zeros.
    pub fn to_blocks(&self, matrix: &[f32]) -> Vec<f32> {
        let rows = matrix.len() / self.filters.max(1);
        let mut blocks = vec![0.0; self.blocks() * rows * LANES];
        for (block, target) in blocks.chunks_exact_mut((rows * LANES).max(1)).enumerate() {
            let lanes = self.lanes(block);
            for (target, row) in target.chunks_exact_mut(LANES).zip(matrix.chunks_exact(self.filters)) {
                target[..lanes].copy_from_slice(&row[block * LANES..][..lanes]);
            }
        }
        blocks
    }

    /// The way back of [`to_blocks`](ConvPool::to_blocks).
    pub fn from_blocks(&self, blocks: &[f32], matrix: &mut [f32]) {
        let rows = matrix.len() / self.filters.max(1);
        for (block, source) in blocks.chunks_exact((rows * LANES).max(1)).enumerate() {
            let lanes = self.lanes(block);
            for (source, row) in source.chunks_exact(LANES).zip(matrix.chunks_exact_mut(self.filters)) {
                row[block * LANES..][..lanes].copy_from_slice(&source[..lanes]);
            }
        }
    }

    /// Filters in a block.
    fn lanes(&self, block: usize) -> usize {
        LANES.min(self.filters - block * LANES)
    }

    fn check(&self, image: &[f32], output: usize, winners: usize) {
        assert!(
            self.kernel.0 <= self.height && self.kernel.1 <= self.width && image.len() == self.input_len(),
            "conv_pool: {} numbers are not an image of {self:?}",
            image.len()
        );
        assert_eq!(output, self.cells() * self.filters, "conv_pool: output");
        assert_eq!(winners, self.cells() * self.blocks(), "conv_pool: winners");
    }

    /// One image, `[height, width, channels]`, to `[pooled height, pooled width, filters]`; weights (`[taps, filters]`)
    /// and bias come as [blocks](ConvPool::to_blocks), the winners go to `[pooled height, pooled width, blocks]`.
    ///
    /// # Panics
    /// When a slice does not have its shape.
    pub fn forward(
        &self,
        image: &[f32],
        weights: &[f32],
        bias: &[f32],
        out: &mut [f32],
        winners: &mut [Winners],
    ) {
        self.check(image, out.len(), winners.len());
        assert_eq!(weights.len(), self.blocks() * self.taps() * LANES, "conv_pool: weights");
        assert_eq!(bias.len(), self.blocks() * LANES, "conv_pool: bias");
        // SAFETY: the slices have their shapes.
        unsafe { vector::run(Forward { shape: *self, image, weights, bias, out, winners }) }
    }

    /// Adds one image's share to the gradients of weights and bias, both in blocks; `gradient` is of the output.
    ///
    /// # Panics
    /// When a slice does not have its shape.
    pub fn backward(
        &self,
        image: &[f32],
        gradient: &[f32],
        winners: &[Winners],
        weights: &mut [f32],
        bias: &mut [f32],
    ) {
        self.check(image, gradient.len(), winners.len());
        assert_eq!(weights.len(), self.blocks() * self.taps() * LANES, "conv_pool: weights");
        assert_eq!(bias.len(), self.blocks() * LANES, "conv_pool: bias");
        // SAFETY: the slices have their shapes.
        unsafe { vector::run(Backward { shape: *self, image, gradient, winners, weights, bias }) }
    }
}

struct Forward<'a> {
    shape: ConvPool,
    image: &'a [f32],
    weights: &'a [f32],
    bias: &'a [f32],
    out: &'a mut [f32],
    winners: &'a mut [Winners],
}

impl Kernel for Forward<'_> {
    #[inline(always)]
    unsafe fn run<V: Lanes, const WIDE: bool>(self) {
        let shape = self.shape;
        let (blocks, block_len) = (shape.blocks(), shape.taps() * LANES);
        for cell in 0..shape.cells() {
            for block in 0..blocks {
                let lanes = shape.lanes(block);
                let out = &mut self.out[cell * shape.filters + block * LANES..][..lanes];
                let mut line = [0.0; LANES];
                let target = if lanes == LANES { out.as_mut_ptr() } else { line.as_mut_ptr() };
                // SAFETY: block and cell exist, so the windows lie in the image; `target` holds LANES numbers.
                let won = unsafe {
                    let weights = self.weights.as_ptr().add(block * block_len);
                    let bias = self.bias.as_ptr().add(block * LANES);
                    forward_cell::<V>(
                        &shape,
                        self.image.as_ptr().add(shape.corner(cell)),
                        weights,
                        bias,
                        target,
                    )
                };
                if lanes < LANES {
                    out.copy_from_slice(&line[..lanes]);
                }
                self.winners[cell * blocks + block] = won;
            }
        }
    }
}

/// Two registers of filters at a time.
const PAIR: usize = 2;

#[inline(always)]
unsafe fn forward_cell<V: Lanes>(
    shape: &ConvPool,
    corner: *const f32,
    weights: *const f32,
    bias: *const f32,
    out: *mut f32,
) -> Winners {
    let (row, run) = shape.rows();
    let positions = shape.positions();
    let mut winners = [0; 4];
    let mut strip = 0;
    while strip < LANES {
        // SAFETY: the caller vouches for `LANES` numbers per tap and for the windows.
        unsafe {
            let bias = [V::load(bias.add(strip)), V::load(bias.add(strip + V::WIDTH))];
            let mut sums = [bias; 4];
            let mut weight = weights.add(strip);
            for y in 0..shape.kernel.0 {
                for x in 0..run {
                    let w = [V::load(weight), V::load(weight.add(V::WIDTH))];
                    for (sums, position) in sums.iter_mut().zip(positions) {
                        let pixel = V::splat(*corner.add(position + y * row + x));
                        sums[0] = V::mul_add(pixel, w[0], sums[0]);
                        sums[1] = V::mul_add(pixel, w[1], sums[1]);
                    }
                    weight = weight.add(LANES);
                }
            }
            let mut best = [V::splat(0.0); PAIR];
            let mut won = [0_u32; 4];
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
            for (winners, won) in winners.iter_mut().zip(won) {
                *winners |= won << strip;
            }
            best[0].store(out.add(strip));
            best[1].store(out.add(strip + V::WIDTH));
        }
        strip += PAIR * V::WIDTH;
    }
    winners
}

/// Taps whose gradients stay in registers together: with a pair of filters' registers, 18 of AVX-512's 32.
const TAPS: usize = 9;

struct Backward<'a> {
    shape: ConvPool,
    image: &'a [f32],
    gradient: &'a [f32],
    winners: &'a [Winners],
    weights: &'a mut [f32],
    bias: &'a mut [f32],
}

impl Kernel for Backward<'_> {
    #[inline(always)]
    unsafe fn run<V: Lanes, const WIDE: bool>(mut self) {
        for block in 0..self.shape.blocks() {
            // SAFETY: the block exists.
            unsafe { if WIDE { self.block::<V, 2>(block) } else { self.block::<V, 1>(block) } }
        }
    }
}

impl Backward<'_> {
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
            // SAFETY: the strip lies in the block.
            unsafe { self.bias::<V, C>(block, strip) };
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
                let gradient = self.gradient::<V, C>(cell, block, strip);
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

    #[inline(always)]
    unsafe fn bias<V: Lanes, const C: usize>(&mut self, block: usize, strip: usize) {
        // SAFETY: the caller vouches for block and strip.
        unsafe {
            let mut sums = [V::splat(0.0); C];
            for cell in 0..self.shape.cells() {
                let gradient = self.gradient::<V, C>(cell, block, strip);
                let [a, b, c, d] = self.winners[cell * self.shape.blocks() + block];
                let open = a | b | c | d;
                for (v, (sum, gradient)) in sums.iter_mut().zip(gradient).enumerate() {
                    let part = V::select(open >> (strip + v * V::WIDTH), gradient, V::splat(0.0));
                    *sum = V::add(*sum, part);
                }
            }
            for (v, sum) in sums.iter().enumerate() {
                let at = self.bias.as_mut_ptr().add(block * LANES + strip + v * V::WIDTH);
                V::add(V::load(at), *sum).store(at);
            }
        }
    }

    /// The gradient of a strip of a cell's block; zeros beyond the last filter.
    #[inline(always)]
    unsafe fn gradient<V: Lanes, const C: usize>(&self, cell: usize, block: usize, strip: usize) -> [V; C] {
        let lanes = self.shape.lanes(block);
        let row = &self.gradient[cell * self.shape.filters + block * LANES..][..lanes];
        let mut line = [0.0; LANES];
        let from = if lanes == LANES {
            row.as_ptr()
        } else {
            line[..lanes].copy_from_slice(row);
            line.as_ptr()
        };
        // SAFETY: `from` holds LANES numbers.
        std::array::from_fn(|v| unsafe { V::load(from.add(strip + v * V::WIDTH)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::kernel::isa::at_every_level;

    fn agrees_with_the_definition(filters: usize) {
        let shape = ConvPool { height: 7, width: 8, channels: 2, kernel: (3, 2), filters };
        let ((down, across), taps) = (shape.pooled(), 12);
        let noise = |n: usize, s: u32| -> Vec<f32> {
            (0..n as u32).map(|i| ((i + s).wrapping_mul(2654435761) >> 16) as f32 / 65536.0 - 0.5).collect()
        };
        let (image, w, g) = (noise(112, 1), noise(12 * filters, 500), noise(down * across * filters, 9000));
        let bias = vec![0.05f32; filters];
        let (mut out, mut winners) = (vec![0.0; g.len()], vec![[0; 4]; down * across * shape.blocks()]);
        shape.forward(&image, &shape.to_blocks(&w), &shape.to_blocks(&bias), &mut out, &mut winners);
        let (mut dw_blocks, mut db_blocks) =
            (shape.to_blocks(&vec![0.0; w.len()]), shape.to_blocks(&vec![0.0; filters]));
        shape.backward(&image, &g, &winners, &mut dw_blocks, &mut db_blocks);
        let (mut dw, mut db) = (vec![0.0; w.len()], vec![0.0; filters]);
        shape.from_blocks(&dw_blocks, &mut dw);
        shape.from_blocks(&db_blocks, &mut db);
        let (mut dw_expected, mut db_expected) = (vec![0.0f64; w.len()], vec![0.0f64; filters]);
        for i in 0..g.len() {
            let (filter, cell) = (i % filters, i / filters);
            let pixel = |p: usize, t: usize| {
                let (y, x) = (2 * (cell / across) + p / 2 + t / 4, 2 * (cell % across) + p % 2 + t / 2 % 2);
                f64::from(image[(y * 8 + x) * 2 + t % 2])
            };
            let sum = |p| {
                f64::from(bias[filter])
                    + (0..taps).map(|t| pixel(p, t) * f64::from(w[t * filters + filter])).sum::<f64>()
            };
            let p = (0..4).max_by(|&a, &b| sum(a).total_cmp(&sum(b))).unwrap_or(0);
            assert!((f64::from(out[i]) - sum(p).max(0.0)).abs() < 1e-5);
            if sum(p) > 0.0 {
                db_expected[filter] += f64::from(g[i]);
                (0..taps).for_each(|t| dw_expected[t * filters + filter] += f64::from(g[i]) * pixel(p, t));
            }
        }
        assert!(dw.iter().zip(&dw_expected).all(|(&a, e)| (f64::from(a) - e).abs() < 1e-5));
        assert!(db.iter().zip(&db_expected).all(|(&a, e)| (f64::from(a) - e).abs() < 1e-5));
    }

    #[test]
    fn forward_and_gradients_equal_the_definition_at_every_level_and_number_of_filters() {
        at_every_level(|| [32, 5, 40, 64].into_iter().for_each(agrees_with_the_definition));
    }

    #[test]
    fn what_is_not_a_number_is_not_hidden() {
        let shape = ConvPool { height: 2, width: 2, channels: 1, kernel: (1, 1), filters: 1 };
        let (weights, bias) = (shape.to_blocks(&[f32::NAN]), shape.to_blocks(&[0.0]));
        let (mut out, mut winners) = ([0.0], [[0; 4]]);
        shape.forward(&[1.0; 4], &weights, &bias, &mut out, &mut winners);
        assert!(out[0].is_nan());
    }
}
