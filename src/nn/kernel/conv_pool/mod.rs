//! Convolution (stride 1, no padding), bias, ReLU and 2x2 max-pooling of one image in one pass, channels last.
//!
//! Forward, filters lie side by side in blocks of [`LANES`], and a pooled pixel's four convolutions stay in registers
//! (`forward`). Backward, an output's gradient goes to the one position of four that won in its window: with few
//! channels the three others are multiplied by zero (`shallow`), with many they are left out (`deep`).

mod bias;
mod deep;
mod forward;
mod shallow;
mod sizes;
#[cfg(test)]
mod tests;
mod winners;

use super::vector;
use bias::Bias;
pub use sizes::{ConvPool, LANES};
pub use winners::Bits;

/// The length of a row under the kernel must be a multiple of this for the deep way: the width of the widest register.
const DEPTH: usize = 16;

impl ConvPool {
    /// Turns one image, `[height, width, channels]`, into `[pooled height, pooled width, filters]`. Weights
    /// (`[taps, filters]`) and bias come as [blocks](ConvPool::to_blocks); the winners are written as
    /// `[pooled height, pooled width, blocks]`.
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

    /// Adds one image's share to the gradients of weights and bias, both in blocks; `gradient` is that of the
    /// output. For images of few channels.
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
    /// When a slice does not have its shape, or the shape [is not deep](ConvPool::is_deep).
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
