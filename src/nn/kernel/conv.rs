//! Convolution of a batch by matrix products: each image's windows become the rows of a matrix (im2col).
//!
//! The batch is cut into at most [`PIECES`] runs of images, whatever the number of threads; each run has one matrix of
//! windows, used again from image to image, and one partial sum of the kernel's gradient.

use rayon::prelude::*;

use super::conv_window::Window;
use super::gemm::{Mat, gemm_here};
use crate::nn::buffer::Buffer;

/// Runs of images that a batch is cut into, at most.
const PIECES: usize = 16;

/// Images in a run.
pub fn images_per_piece(images: usize) -> usize {
    images.div_ceil(PIECES).max(1)
}

/// A convolution (cross-correlation) with a kernel of `[height, width, channels / groups, filters]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv {
    /// Where its windows lie.
    pub window: Window,
    /// Output channels.
    pub filters: usize,
    /// The channels are cut into so many groups, each with filters of its own.
    pub groups: usize,
}

impl Conv {
    /// Numbers of an output image.
    pub fn output_len(&self) -> usize {
        self.window.pixels() * self.filters
    }

    /// Numbers of the kernel.
    pub fn kernel_len(&self) -> usize {
        self.depth() * self.filters
    }

    /// Multiply-adds of an image.
    pub fn work(&self) -> usize {
        self.output_len() * self.depth()
    }

    /// Input channels of a group.
    fn channels(&self) -> usize {
        self.window.input[2] / self.groups
    }

    /// Numbers that an output is the weighted sum of.
    fn depth(&self) -> usize {
        self.window.taps() * self.channels()
    }

    /// Filters of a group.
    fn group_filters(&self) -> usize {
        self.filters / self.groups
    }

    /// Whether an image can be used as its own matrix of windows.
    fn is_product(&self) -> bool {
        self.groups == 1 && self.window.is_pointwise()
    }

    /// Writes the windows of one group, `[pixels, taps * channels]`.
    fn unfold(&self, image: &[f32], group: usize, windows: &mut [f32]) {
        let (all, channels, depth) = (self.window.input[2], self.channels(), self.depth());
        self.window.for_each(|pixel, tap, source| {
            let to = pixel * depth + tap * channels;
            match source {
                Some(source) if channels == 1 => windows[to] = image[source * all + group],
                Some(source) => {
                    let from = source * all + group * channels;
                    windows[to..to + channels].copy_from_slice(&image[from..from + channels]);
                }
                None => windows[to..to + channels].fill(0.0),
            }
        });
    }

    /// Adds the gradient of one group's windows to the image's.
    fn fold(&self, windows: &[f32], group: usize, image: &mut [f32]) {
        let (all, channels, depth) = (self.window.input[2], self.channels(), self.depth());
        self.window.for_each(|pixel, tap, source| {
            if let Some(source) = source {
                let (from, to) = (pixel * depth + tap * channels, source * all + group * channels);
                let sums = &mut image[to..to + channels];
                sums.iter_mut().zip(&windows[from..from + channels]).for_each(|(sum, x)| *sum += x);
            }
        });
    }

    /// `output = input * kernel` for a batch, without bias.
    pub fn forward(&self, input: &[f32], kernel: &[f32], output: &mut [f32]) {
        let (input_len, output_len) = (self.window.input_len(), self.output_len());
        if output_len == 0 || input_len == 0 {
            return;
        }
        let images = images_per_piece(output.len() / output_len);
        let inputs = input.par_chunks(images * input_len);
        output.par_chunks_mut(images * output_len).zip(inputs).for_each(|(output, input)| {
            let mut windows = self.scratch();
            for (image, output) in input.chunks_exact(input_len).zip(output.chunks_exact_mut(output_len)) {
                for group in 0..self.groups {
                    let first = group * self.group_filters();
                    let dims = [self.window.pixels(), self.group_filters(), self.depth()];
                    let a = self.windows(image, group, &mut windows);
                    let (a, b) = (Mat::rows(a, self.depth()), Mat::rows(&kernel[first..], self.filters));
                    gemm_here(dims, a, b, &mut output[first..], self.filters, false);
                }
            }
        });
    }

    /// The kernel's gradient, `[taps * channels, filters]`, from a batch of inputs and the output's gradient.
    pub fn kernel_gradient(&self, input: &[f32], gradient: &[f32]) -> Buffer {
        let (input_len, output_len) = (self.window.input_len(), self.output_len());
        if output_len == 0 || input_len == 0 {
            return Buffer::zeroed(self.kernel_len());
        }
        let images = images_per_piece(gradient.len() / output_len);
        let pieces = input.par_chunks(images * input_len).zip(gradient.par_chunks(images * output_len));
        let partial = |(input, gradient): (&[f32], &[f32])| self.kernel_gradient_of_run(input, gradient);
        sum_in_order(pieces.map(partial).collect())
    }

    /// The transpose of [`forward`](Conv::forward): from the output's gradient to the input's.
    pub fn transpose(&self, kernel: &[f32], gradient: &[f32], d_input: &mut [f32]) {
        let (input_len, output_len) = (self.window.input_len(), self.output_len());
        if output_len == 0 || input_len == 0 {
            d_input.fill(0.0);
            return;
        }
        let images = images_per_piece(gradient.len() / output_len);
        let gradients = gradient.par_chunks(images * output_len);
        d_input.par_chunks_mut(images * input_len).zip(gradients).for_each(|(d_input, gradient)| {
            self.transpose_of_run(kernel, gradient, d_input);
        });
    }

    /// The kernel's gradient from one run of images.
    fn kernel_gradient_of_run(&self, input: &[f32], gradient: &[f32]) -> Buffer {
        let mut sum = Buffer::zeroed(self.kernel_len());
        let mut windows = self.scratch();
        let images = input.chunks_exact(self.window.input_len());
        for (image, gradient) in images.zip(gradient.chunks_exact(self.output_len())) {
            for group in 0..self.groups {
                let first = group * self.group_filters();
                let dims = [self.depth(), self.group_filters(), self.window.pixels()];
                let a = Mat::transposed(self.windows(image, group, &mut windows), self.depth());
                let b = Mat::rows(&gradient[first..], self.filters);
                gemm_here(dims, a, b, &mut sum[first..], self.filters, true);
            }
        }
        sum
    }

    /// The input's gradient for one run of images.
    fn transpose_of_run(&self, kernel: &[f32], gradient: &[f32], d_input: &mut [f32]) {
        let mut windows = self.scratch();
        let images = d_input.chunks_exact_mut(self.window.input_len());
        for (image, gradient) in images.zip(gradient.chunks_exact(self.output_len())) {
            if !self.is_product() {
                image.fill(0.0);
            }
            for group in 0..self.groups {
                let first = group * self.group_filters();
                let dims = [self.window.pixels(), self.depth(), self.group_filters()];
                let a = Mat::rows(&gradient[first..], self.filters);
                let b = Mat::transposed(&kernel[first..], self.filters);
                if self.is_product() {
                    gemm_here(dims, a, b, image, self.depth(), false);
                } else {
                    gemm_here(dims, a, b, &mut windows, self.depth(), false);
                    self.fold(&windows, group, image);
                }
            }
        }
    }

    fn scratch(&self) -> Buffer {
        Buffer::scratch(if self.is_product() { 0 } else { self.window.pixels() * self.depth() })
    }

    fn windows<'a>(&self, image: &'a [f32], group: usize, windows: &'a mut [f32]) -> &'a [f32] {
        if self.is_product() {
            return image;
        }
        self.unfold(image, group, windows);
        windows
    }
}

/// The sum of the pieces' partial sums, in the order of the pieces.
pub fn sum_in_order(parts: Vec<Buffer>) -> Buffer {
    let mut parts = parts.into_iter();
    let mut sum = parts.next().unwrap_or_default();
    for part in parts {
        sum.iter_mut().zip(part.iter()).for_each(|(sum, x)| *sum += x);
    }
    sum
}
