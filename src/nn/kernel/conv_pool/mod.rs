//! Convolution (stride 1, no padding), bias, ReLU and 2x2 max-pooling of one image in one sweep, channels last.
//!
//! Forward, filters lie side by side in blocks of [`LANES`], and a pooled pixel's four convolutions stay in registers
//! (`forward`). Backward, an output's gradient goes to the one position of four that won in its window: with few
//! channels the three others are multiplied by zero (`shallow`), with many they are left out (`deep`).

mod deep;
mod forward;
mod shallow;
#[cfg(test)]
mod tests;
mod winners;

use super::vector::{self, Has, Kernel, Lanes};
use crate::nn::buffer::Buffer;
pub use winners::Bits;
use winners::Winners;

/// Filters computed together: two AVX-512 registers.
pub const LANES: usize = 32;

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

    /// Where the first of a pooled pixel's four windows begins in the image; further on for each pixel than for the one
    /// before.
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

    /// Checks the sizes of `images` images, of what becomes of them, and of their winners. All numbers under the kernel, at
    /// each position of each cell, then lie in their image, and where they begin fits the bits of a finite float.
    fn check(&self, images: usize, numbers: &[f32], output: &[f32], winners: &[Bits]) {
        assert!(
            (1..=self.height).contains(&self.kernel.0)
                && (1..=self.width).contains(&self.kernel.1)
                && holds(numbers.len(), &[images, self.height, self.width, self.channels])
                && self.input_len() < f32::INFINITY.to_bits() as usize,
            "conv_pool: {} numbers are not {images} images of {self:?}",
            numbers.len()
        );
        assert!(holds(output.len(), &[images, self.cells(), self.filters]), "conv_pool: output");
        assert!(holds(winners.len(), &[images, self.cells(), self.blocks()]), "conv_pool: winners");
        let (row, run) = self.rows();
        if let Some(last) = self.cells().checked_sub(1) {
            let end = self.corner(last) + self.positions()[3] + (self.kernel.0 - 1) * row + run;
            assert!(end <= self.input_len(), "conv_pool: a window of {self:?} leaves the image");
        }
    }

    /// Checks the weights' size, or that of their gradient, in blocks, and likewise the bias's.
    fn check_blocks(&self, weights: &[f32], bias: &[f32]) {
        assert!(holds(weights.len(), &[self.blocks(), self.taps(), LANES]), "conv_pool: weights");
        assert!(holds(bias.len(), &[self.blocks(), LANES]), "conv_pool: bias");
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
        winners: &mut [Bits],
    ) {
        vector::run(forward::Forward::new(*self, image, [weights, bias], out, winners));
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
        winners: &[Bits],
        weights: &mut [f32],
        bias: &mut [f32],
    ) {
        self.check_blocks(weights, bias);
        let weights = shallow::Weights::new(*self, image, gradient, winners, weights);
        vector::run(Bias { shape: *self, gradient, winners, bias });
        vector::run(weights);
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
        winners: &[Bits],
        filters: &[f32],
        d_weights: &mut [f32],
        d_bias: &mut [f32],
        d_images: &mut [f32],
    ) {
        let weights = deep::Weights::new(*self, images, gradient, winners, d_weights);
        let each = gradient.chunks(self.cells() * self.filters);
        for (gradient, winners) in each.zip(winners.chunks(self.cells() * self.blocks())) {
            vector::run(Bias { shape: *self, gradient, winners, bias: d_bias });
        }
        vector::run(weights);
        if !d_images.is_empty() {
            vector::run(deep::Images::new(*self, filters, gradient, winners, d_images));
        }
    }
}

/// Whether a slice of `len` numbers has these axes.
fn holds(len: usize, axes: &[usize]) -> bool {
    axes.iter().try_fold(1_usize, |product, &axis| product.checked_mul(axis)) == Some(len)
}

/// Numbers that a row under the kernel must come in for the deep way: the widest register's.
const DEPTH: usize = 16;

/// Adds one image's share to the bias's gradient.
struct Bias<'a> {
    shape: ConvPool,
    gradient: &'a [f32],
    winners: &'a [Bits],
    bias: &'a mut [f32],
}

impl Kernel for Bias<'_> {
    #[inline(always)]
    fn run<V: Lanes, const WIDE: bool>(self, isa: Has<V>) {
        for (block, strip) in (0..self.shape.blocks())
            .flat_map(|block| (0..LANES).step_by(V::WIDTH).map(move |strip| (block, strip)))
        {
            let mut sum = V::splat(isa, 0.0);
            for cell in 0..self.shape.cells() {
                let [gradient] =
                    strip_of_gradient::<V, 1>(isa, &self.shape, self.gradient, cell, block, strip);
                let won = &self.winners[cell * self.shape.blocks() + block];
                let won = Winners::of(won, self.shape.lanes(block)).of_any();
                sum = V::add(sum, V::select(won >> strip, gradient, V::splat(isa, 0.0)));
            }
            let bias = &mut self.bias[block * LANES + strip..];
            V::add(V::load(isa, bias), sum).store(bias);
        }
    }
}

/// The gradient of a strip of a cell's block; zeros beyond the last filter.
#[inline(always)]
fn strip_of_gradient<V: Lanes, const C: usize>(
    isa: Has<V>,
    shape: &ConvPool,
    gradient: &[f32],
    cell: usize,
    block: usize,
    strip: usize,
) -> [V; C] {
    let lanes = shape.lanes(block);
    let row = &gradient[cell * shape.filters + block * LANES..][..lanes];
    let mut line = [0.0; LANES];
    let from = match row.first_chunk::<LANES>() {
        Some(row) => row,
        None => {
            line[..lanes].copy_from_slice(row);
            &line
        }
    };
    let mut registers = [V::splat(isa, 0.0); C];
    for (v, register) in registers.iter_mut().enumerate() {
        *register = V::load(isa, &from[strip + v * V::WIDTH..]);
    }
    registers
}
