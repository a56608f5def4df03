//! Convolution (stride 1, no padding), bias, ReLU and 2x2 max-pooling of one image in one sweep, channels last.
//!
//! Forward, filters lie side by side in blocks of [`LANES`], and a pooled pixel's four convolutions stay in registers
//! (`forward`). Backward, an output's gradient goes to the one position of four that won in its window: with few
//! channels the three others are multiplied by zero (`shallow`), with many they are left out (`deep`).

mod deep;
mod forward;
mod shallow;

use super::vector::{self, Kernel, Lanes};
use crate::nn::buffer::Buffer;

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
    pub fn to_blocks(&self, matrix: &[f32]) -> Buffer {
        let rows = matrix.len() / self.filters.max(1);
        let mut blocks = Buffer::zeroed(self.blocks() * rows * LANES);
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
        unsafe { vector::run(forward::Forward { shape: *self, image, weights, bias, out, winners }) }
    }

    /// Adds one image's share to the gradients of weights and bias, both in blocks; `gradient` is of the output. For
    /// images of few channels.
    ///
    /// # Panics
    /// When a slice does not have its shape.
    pub fn backward_shallow(
        &self,
        image: &[f32],
        gradient: &[f32],
        winners: &[Winners],
        weights: &mut [f32],
        bias: &mut [f32],
    ) {
        self.check(image, gradient.len(), winners.len());
        assert_eq!(weights.len(), self.blocks() * self.taps() * LANES, "conv_pool: weights");
        self.backward_bias(gradient, winners, bias);
        // SAFETY: the slices have their shapes.
        unsafe { vector::run(shallow::Weights { shape: *self, image, gradient, winners, weights }) }
    }

    fn backward_bias(&self, gradient: &[f32], winners: &[Winners], bias: &mut [f32]) {
        assert_eq!(bias.len(), self.blocks() * LANES, "conv_pool: bias");
        // SAFETY: the slices have their shapes.
        unsafe { vector::run(Bias { shape: *self, gradient, winners, bias }) }
    }

    /// Whether [`backward_deep`](ConvPool::backward_deep) can be used: a row under the kernel fills whole registers.
    pub fn is_deep(&self) -> bool {
        self.rows().1.is_multiple_of(DEPTH)
    }

    /// Adds the shares of some images to the gradients of weights (`[filters, taps]`) and bias (a block), and the
    /// gradient of the images themselves to `d_images` where it is not empty; `filters` are the weights, `[filters,
    /// taps]`.
    ///
    /// # Panics
    /// When a slice does not have its shape, or it [is not deep](ConvPool::is_deep).
    pub fn backward_deep(
        &self,
        images: &[f32],
        gradient: &[f32],
        winners: &[Winners],
        filters: &[f32],
        d_weights: &mut [f32],
        d_bias: &mut [f32],
        d_images: &mut [f32],
    ) {
        assert!(self.is_deep(), "conv_pool: {self:?} is not deep");
        let (pixels, columns) = (self.input_len(), self.cells() * self.filters);
        assert!(d_images.is_empty() || d_images.len() == images.len(), "conv_pool: the images' gradient");
        assert_eq!(filters.len(), self.filters * self.taps(), "conv_pool: weights");
        assert_eq!(d_weights.len(), filters.len(), "conv_pool: the weights' gradient");
        let each = images.chunks(pixels).zip(gradient.chunks(columns));
        for ((image, gradient), winners) in each.zip(winners.chunks(self.cells() * self.blocks())) {
            self.check(image, gradient.len(), winners.len());
            self.backward_bias(gradient, winners, d_bias);
        }
        // SAFETY: the slices have their shapes.
        unsafe {
            vector::run(deep::Weights { shape: *self, images, gradient, winners, weights: d_weights });
            if !d_images.is_empty() {
                vector::run(deep::Images { shape: *self, filters, gradient, winners, images: d_images });
            }
        }
    }
}

/// Numbers that a row under the kernel must come in for the deep way: the widest register's.
const DEPTH: usize = 16;

struct Bias<'a> {
    shape: ConvPool,
    gradient: &'a [f32],
    winners: &'a [Winners],
    bias: &'a mut [f32],
}

impl Kernel for Bias<'_> {
    #[inline(always)]
    unsafe fn run<V: Lanes, const WIDE: bool>(self) {
        for (block, strip) in (0..self.shape.blocks())
            .flat_map(|block| (0..LANES).step_by(V::WIDTH).map(move |strip| (block, strip)))
        {
            // SAFETY: block and strip exist.
            unsafe {
                let mut sum = V::splat(0.0);
                for cell in 0..self.shape.cells() {
                    let [gradient] =
                        strip_of_gradient::<V, 1>(&self.shape, self.gradient, cell, block, strip);
                    let [a, b, c, d] = self.winners[cell * self.shape.blocks() + block];
                    sum = V::add(sum, V::select((a | b | c | d) >> strip, gradient, V::splat(0.0)));
                }
                let at = self.bias.as_mut_ptr().add(block * LANES + strip);
                V::add(V::load(at), sum).store(at);
            }
        }
    }
}

/// The gradient of a strip of a cell's block; zeros beyond the last filter.
#[inline(always)]
unsafe fn strip_of_gradient<V: Lanes, const C: usize>(
    shape: &ConvPool,
    gradient: &[f32],
    cell: usize,
    block: usize,
    strip: usize,
) -> [V; C] {
    let lanes = shape.lanes(block);
    let row = &gradient[cell * shape.filters + block * LANES..][..lanes];
    let mut line = [0.0; LANES];
    let from = if lanes == LANES {
        row.as_ptr()
    } else {
        line[..lanes].copy_from_slice(row);
        line.as_ptr()
    };
    // SAFETY: `from` holds LANES numbers.
    unsafe {
        let mut registers = [V::splat(0.0); C];
        for (v, register) in registers.iter_mut().enumerate() {
            *register = V::load(from.add(strip + v * V::WIDTH));
        }
        registers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::kernel::isa::at_every_level;

    /// Forward and backward of two images, against sums in double precision over the definition.
    fn agrees_with_the_definition(channels: usize, across: usize, filters: usize) {
        let shape = ConvPool { height: 7, width: 8, channels, kernel: (3, across), filters };
        let (cells, taps) = (shape.cells(), shape.taps());
        let noise = |n: usize, s: u32| -> Vec<f32> {
            (0..n as u32).map(|i| ((i + s).wrapping_mul(2654435761) >> 16) as f32 / 65536.0 - 0.5).collect()
        };
        let (images, g) = (noise(2 * shape.input_len(), 1), noise(2 * cells * filters, 9000));
        let (w, bias) = (noise(taps * filters, 500), vec![0.05f32; filters]);
        let (w_blocks, bias_blocks) = (shape.to_blocks(&w), shape.to_blocks(&bias));
        let (mut out, mut winners) = (vec![0.0; g.len()], vec![[0; 4]; 2 * cells * shape.blocks()]);
        let per_image = cells * shape.blocks();
        for (i, image) in images.chunks(shape.input_len()).enumerate() {
            let out = &mut out[i * cells * filters..][..cells * filters];
            shape.forward(image, &w_blocks, &bias_blocks, out, &mut winners[i * per_image..][..per_image]);
        }

        let mut expected = [vec![0.0f64; w.len()], vec![0.0f64; filters], vec![0.0f64; images.len()]];
        for i in 0..g.len() {
            let (filter, cell, image) = (i % filters, i / filters % cells, i / filters / cells);
            let number = |p: usize, t: usize| {
                let (row, run) = shape.rows();
                image * shape.input_len()
                    + shape.corner(cell)
                    + shape.positions()[p]
                    + t / run * row
                    + t % run
            };
            let sum = |p| {
                let weigh = |t| f64::from(images[number(p, t)]) * f64::from(w[t * filters + filter]);
                f64::from(bias[filter]) + (0..taps).map(weigh).sum::<f64>()
            };
            let p = (0..4).max_by(|&a, &b| sum(a).total_cmp(&sum(b))).unwrap_or(0);
            assert!((f64::from(out[i]) - sum(p).max(0.0)).abs() < 1e-5);
            if sum(p) > 0.0 {
                expected[1][filter] += f64::from(g[i]);
                for t in 0..taps {
                    expected[0][t * filters + filter] += f64::from(g[i]) * f64::from(images[number(p, t)]);
                    expected[2][number(p, t)] += f64::from(g[i]) * f64::from(w[t * filters + filter]);
                }
            }
        }
        let same = |found: &[f32], expected: &[f64]| {
            assert!(found.iter().zip(expected).all(|(&a, e)| (f64::from(a) - e).abs() < 2e-5));
        };
        let (mut dw, mut db) = (vec![0.0; w_blocks.len()], vec![0.0; bias_blocks.len()]);
        for (i, image) in images.chunks(shape.input_len()).enumerate() {
            let winners = &winners[i * per_image..][..per_image];
            shape.backward_shallow(
                image,
                &g[i * cells * filters..][..cells * filters],
                winners,
                &mut dw,
                &mut db,
            );
        }
        let (mut dw_rows, mut db_row) = (vec![0.0; w.len()], vec![0.0; filters]);
        shape.from_blocks(&dw, &mut dw_rows);
        shape.from_blocks(&db, &mut db_row);
        same(&dw_rows, &expected[0]);
        same(&db_row, &expected[1]);
        if shape.is_deep() {
            let by_filter: Vec<f32> = (0..w.len()).map(|i| w[i % taps * filters + i / taps]).collect();
            let (mut dw, mut db, mut dx) =
                (vec![0.0; w.len()], vec![0.0; bias_blocks.len()], vec![0.0; images.len()]);
            shape.backward_deep(&images, &g, &winners, &by_filter, &mut dw, &mut db, &mut dx);
            let dw: Vec<f32> = (0..w.len()).map(|i| dw[i % filters * taps + i / filters]).collect();
            same(&dw, &expected[0]);
            same(&db[..filters], &expected[1]);
            same(&dx, &expected[2]);
        }
    }

    #[test]
    fn forward_and_gradients_equal_the_definition_at_every_level_shallow_and_deep() {
        at_every_level(|| {
            for (channels, across, filters) in
                [(2, 2, 32), (1, 3, 5), (1, 1, 40), (16, 3, 64), (16, 2, 33), (32, 1, 3)]
            {
                agrees_with_the_definition(channels, across, filters);
            }
        });
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
