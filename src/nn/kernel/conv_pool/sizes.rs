//! Sizes of the operation, and how they lie in memory.

use super::winners::Bits;
use crate::buffer::Buffer;

/// The number of filters that are computed together: two AVX-512 registers.
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

// These are called in the kernels' loops, whichever file those are in.
impl ConvPool {
    /// Height and width after pooling.
    #[inline]
    pub fn pooled(&self) -> (usize, usize) {
        ((self.height + 1 - self.kernel.0) / 2, (self.width + 1 - self.kernel.1) / 2)
    }

    /// Pixels after pooling.
    #[inline]
    pub fn cells(&self) -> usize {
        self.pooled().0 * self.pooled().1
    }

    /// Weights of a filter.
    #[inline]
    pub fn taps(&self) -> usize {
        self.kernel.0 * self.kernel.1 * self.channels
    }

    /// Blocks of filters.
    #[inline]
    pub fn blocks(&self) -> usize {
        self.filters.div_ceil(LANES)
    }

    /// Numbers of an input image.
    #[inline]
    pub(super) fn input_len(&self) -> usize {
        self.height * self.width * self.channels
    }

    /// Numbers of an input row, and of a row under the kernel.
    #[inline]
    pub(super) fn rows(&self) -> (usize, usize) {
        (self.width * self.channels, self.kernel.1 * self.channels)
    }

    /// Where the first of a pooled pixel's four windows begins in the image; this grows from pixel to pixel.
    #[inline]
    pub(super) fn corner(&self, cell: usize) -> usize {
        let (_, across) = self.pooled();
        (2 * (cell / across) * self.width + 2 * (cell % across)) * self.channels
    }

    /// The offsets of the four positions' windows from the first.
    #[inline]
    pub(super) fn positions(&self) -> [usize; 4] {
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

    /// The inverse of [`to_blocks`](ConvPool::to_blocks).
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
    #[inline]
    pub(super) fn lanes(&self, block: usize) -> usize {
        LANES.min(self.filters - block * LANES)
    }

    /// Checks the sizes of `images` images, of their output, and of their winners. After that, all numbers under the
    /// kernel, at each position of each cell, lie in their image, and their start fits the bits of a finite float.
    pub(super) fn check(&self, images: usize, numbers: &[f32], output: &[f32], winners: &[Bits]) {
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

    /// Checks the sizes, in blocks, of the weights or their gradient, and of the bias or its gradient.
    pub(super) fn check_blocks(&self, weights: &[f32], bias: &[f32]) {
        assert!(holds(weights.len(), &[self.blocks(), self.taps(), LANES]), "conv_pool: weights");
        assert!(holds(bias.len(), &[self.blocks(), LANES]), "conv_pool: bias");
    }
}

/// Whether a slice of `len` numbers has the size of these axes.
pub(super) fn holds(len: usize, axes: &[usize]) -> bool {
    axes.iter().try_fold(1_usize, |product, &axis| product.checked_mul(axis)) == Some(len)
}
