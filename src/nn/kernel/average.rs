//! Weighted sums over windows, one weight for each window, and the transpose of that: average pooling and up-sampling.

use rayon::prelude::*;

use super::conv::images_per_piece;
use super::conv_window::Window;
use crate::buffer::Buffer;
use crate::simd;

/// The windows over an image, channels last, with a weight for each window.
pub struct Windows {
    window: Window,
    weights: Buffer,
}

simd! {
    /// For one image, adds the weighted sum of each window to the output.
    fn gather_image<I>(window: &Window, weights: &[f32], image: &[f32], output: &mut [f32]) {
        let channels = window.input[2];
        window.for_each(|pixel, _, source| {
            let Some(source) = source else { return };
            let (from, weight) = (&image[source * channels..][..channels], weights[pixel]);
            let to = &mut output[pixel * channels..][..channels];
            for (to, from) in to.iter_mut().zip(from) { *to = I::mul_add(*from, weight, *to); }
        });
    }
}

simd! {
    /// For one image, adds each weighted number of the output to all pixels of its window.
    fn spread_image<I>(window: &Window, weights: &[f32], output: &[f32], image: &mut [f32]) {
        let channels = window.input[2];
        window.for_each(|pixel, _, source| {
            let Some(source) = source else { return };
            let (from, weight) = (&output[pixel * channels..][..channels], weights[pixel]);
            let to = &mut image[source * channels..][..channels];
            for (to, from) in to.iter_mut().zip(from) { *to = I::mul_add(*from, weight, *to); }
        });
    }
}

impl Windows {
    /// Windows with a weight of one over the number of pixels in the window, padding not counted.
    pub fn averaging(window: Window) -> Self {
        let mut weights = Buffer::zeroed(window.pixels());
        window.for_each(|pixel, _, source| weights[pixel] += f32::from(u8::from(source.is_some())));
        weights.iter_mut().for_each(|count| *count = 1.0 / *count);
        Windows { window, weights }
    }

    /// Windows with a weight of 1.
    pub fn summing(window: Window) -> Self {
        let mut weights = Buffer::scratch(window.pixels());
        weights.fill(1.0);
        Windows { window, weights }
    }

    fn lens(&self) -> (usize, usize) {
        (self.window.input_len(), self.window.pixels() * self.window.input[2])
    }

    /// The weighted sum of each window, `[images, height' * width' * channels]`.
    pub fn gather(&self, input: &[f32]) -> Buffer {
        let (input_len, output_len) = self.lens();
        if input_len == 0 || output_len == 0 {
            return Buffer::default();
        }
        let images = input.len() / input_len;
        let mut output = Buffer::zeroed(images * output_len);
        let piece = images_per_piece(images);
        output.par_chunks_mut(piece * output_len).zip(input.par_chunks(piece * input_len)).for_each(
            |(output, input)| {
                for (output, image) in output.chunks_exact_mut(output_len).zip(input.chunks_exact(input_len))
                {
                    gather_image(&self.window, &self.weights, image, output);
                }
            },
        );
        output
    }

    /// The transpose of [`gather`](Windows::gather): each number is added, with its weight, to all pixels of
    /// its window.
    pub fn spread(&self, output: &[f32]) -> Buffer {
        let (input_len, output_len) = self.lens();
        if input_len == 0 || output_len == 0 {
            return Buffer::default();
        }
        let images = output.len() / output_len;
        let mut input = Buffer::zeroed(images * input_len);
        let piece = images_per_piece(images);
        input.par_chunks_mut(piece * input_len).zip(output.par_chunks(piece * output_len)).for_each(
            |(input, output)| {
                for (image, output) in input.chunks_exact_mut(input_len).zip(output.chunks_exact(output_len))
                {
                    spread_image(&self.window, &self.weights, output, image);
                }
            },
        );
        input
    }
}
