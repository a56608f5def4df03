//! Convolution of a batch by matrix products: each image's windows become the rows of a matrix (im2col).
//!
//! The batch is cut into at most [`PIECES`] runs of images, whatever the number of threads; each run has one matrix of
//! windows of a few images, used again and again, and one partial sum of the kernel's gradient.

use rayon::prelude::*;

use super::conv_rows::Rows;
use super::conv_window::Window;
use super::gemm::{Mat, gemm_here};
use crate::buffer::Buffer;
use crate::simd;

/// The most runs of images that a batch is cut into.
const PIECES: usize = 16;
/// About how many numbers a matrix of windows has: half of a second-level cache.
const WINDOWS: usize = 1 << 17;

/// The number of images in a run.
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
    /// The number of groups that the channels are cut into, each with filters of its own.
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

    /// The numbers that are added up, with weights, in each output.
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

    /// Whether the taps of a window's row follow one another in memory.
    fn is_joined(&self) -> bool {
        self.groups == 1 && self.window.dilation[1] == 1
    }

    /// Writes the windows of one group, `[pixels, taps * channels]`.
    fn unfold(&self, image: &[f32], group: usize, windows: &mut [f32]) {
        let (all, channels, depth) = (self.window.input[2], self.channels(), self.depth());
        let write = |to: usize, count: usize, from: Option<usize>, windows: &mut [f32]| match from {
            Some(from) if count == 1 => windows[to] = image[from],
            Some(from) => windows[to..to + count].copy_from_slice(&image[from..from + count]),
            None => windows[to..to + count].fill(0.0),
        };
        if self.is_joined() {
            self.window.for_each_run(|pixel, tap, taps, source| {
                let source = source.map(|source| source * channels);
                write(pixel * depth + tap * channels, taps * channels, source, windows);
            });
        } else {
            self.window.for_each(|pixel, tap, source| {
                let source = source.map(|source| source * all + group * channels);
                write(pixel * depth + tap * channels, channels, source, windows);
            });
        }
    }

    /// Adds the gradient of one group's windows to the image's.
    fn fold(&self, windows: &[f32], group: usize, image: &mut [f32]) {
        let (all, channels, depth) = (self.window.input[2], self.channels(), self.depth());
        if self.is_joined() {
            self.window.for_each_run(|pixel, tap, taps, source| {
                let Some(source) = source else { return };
                let (from, count) = (pixel * depth + tap * channels, taps * channels);
                add(&windows[from..from + count], &mut image[source * channels..][..count]);
            });
        } else {
            self.window.for_each(|pixel, tap, source| {
                let Some(source) = source else { return };
                let (from, to) = (pixel * depth + tap * channels, source * all + group * channels);
                add(&windows[from..from + channels], &mut image[to..to + channels]);
            });
        }
    }

    /// How many images share one matrix of windows: products of a few hundred rows pay for packing their operands.
    fn images_together(&self) -> usize {
        if self.is_product() {
            return usize::MAX / self.output_len().max(self.window.input_len());
        }
        (WINDOWS / (self.window.pixels() * self.depth()).max(1)).max(1)
    }

    /// `output = input * kernel` for a batch, without bias.
    pub fn forward(&self, input: &[f32], kernel: &[f32], output: &mut [f32]) {
        match Rows::of(self) {
            Some(rows) => rows.forward(input, kernel, output),
            None => self.forward_by_windows(input, kernel, output),
        }
    }

    pub(super) fn forward_by_windows(&self, input: &[f32], kernel: &[f32], output: &mut [f32]) {
        let (input_len, output_len) = (self.window.input_len(), self.output_len());
        if output_len == 0 || input_len == 0 {
            return;
        }
        let images = images_per_piece(output.len() / output_len);
        let together = self.images_together().min(images);
        let inputs = input.par_chunks(images * input_len);
        output.par_chunks_mut(images * output_len).zip(inputs).for_each(|(output, input)| {
            let mut windows = self.scratch(together);
            let outputs = output.chunks_mut(together * output_len);
            for (input, output) in input.chunks(together * input_len).zip(outputs) {
                for group in 0..self.groups {
                    let first = group * self.group_filters();
                    let rows = input.len() / input_len * self.window.pixels();
                    let a = self.windows(input, group, &mut windows);
                    let (a, b) = (Mat::rows(a, self.depth()), Mat::rows(&kernel[first..], self.filters));
                    let dims = [rows, self.group_filters(), self.depth()];
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
        let rows = Rows::of(self);
        self.sum_of_runs(input, gradient, |input, gradient| match &rows {
            Some(rows) => rows.kernel_gradient_of_run(input, gradient),
            None => self.kernel_gradient_of_run(input, gradient),
        })
    }

    #[cfg(test)]
    pub(super) fn kernel_gradient_by_windows(&self, input: &[f32], gradient: &[f32]) -> Buffer {
        self.sum_of_runs(input, gradient, |input, gradient| self.kernel_gradient_of_run(input, gradient))
    }

    /// The sum of the results of all runs of images.
    fn sum_of_runs(
        &self,
        input: &[f32],
        gradient: &[f32],
        of_run: impl Fn(&[f32], &[f32]) -> Buffer + Sync,
    ) -> Buffer {
        let (input_len, output_len) = (self.window.input_len(), self.output_len());
        let images = images_per_piece(gradient.len() / output_len);
        let pieces = input.par_chunks(images * input_len).zip(gradient.par_chunks(images * output_len));
        sum_in_order(pieces.map(|(input, gradient)| of_run(input, gradient)).collect())
    }

    /// The transpose of [`forward`](Conv::forward): from the output's gradient to the input's.
    pub fn transpose(&self, kernel: &[f32], gradient: &[f32], d_input: &mut [f32]) {
        match Rows::of(self) {
            Some(rows) => rows.transpose(kernel, gradient, d_input),
            None => self.transpose_by_windows(kernel, gradient, d_input),
        }
    }

    pub(super) fn transpose_by_windows(&self, kernel: &[f32], gradient: &[f32], d_input: &mut [f32]) {
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
        let (input_len, output_len) = (self.window.input_len(), self.output_len());
        let mut sum = Buffer::zeroed(self.kernel_len());
        let together = self.images_together().min(input.len() / input_len);
        let mut windows = self.scratch(together);
        let gradients = gradient.chunks(together * output_len);
        for (input, gradient) in input.chunks(together * input_len).zip(gradients) {
            for group in 0..self.groups {
                let first = group * self.group_filters();
                let rows = input.len() / input_len * self.window.pixels();
                let a = Mat::transposed(self.windows(input, group, &mut windows), self.depth());
                let b = Mat::rows(&gradient[first..], self.filters);
                let dims = [self.depth(), self.group_filters(), rows];
                gemm_here(dims, a, b, &mut sum[first..], self.filters, true);
            }
        }
        sum
    }

    /// The input's gradient for one run of images.
    fn transpose_of_run(&self, kernel: &[f32], gradient: &[f32], d_input: &mut [f32]) {
        let (input_len, output_len) = (self.window.input_len(), self.output_len());
        let together = self.images_together().min(d_input.len() / input_len);
        let mut windows = self.scratch(together);
        let of_image = self.window.pixels() * self.depth();
        let gradients = gradient.chunks(together * output_len);
        for (d_input, gradient) in d_input.chunks_mut(together * input_len).zip(gradients) {
            if !self.is_product() {
                d_input.fill(0.0);
            }
            for group in 0..self.groups {
                let first = group * self.group_filters();
                let rows = gradient.len() / output_len * self.window.pixels();
                let dims = [rows, self.depth(), self.group_filters()];
                let a = Mat::rows(&gradient[first..], self.filters);
                let b = Mat::transposed(&kernel[first..], self.filters);
                if self.is_product() {
                    gemm_here(dims, a, b, d_input, self.depth(), false);
                } else {
                    gemm_here(dims, a, b, &mut windows, self.depth(), false);
                    for (windows, image) in windows.chunks(of_image).zip(d_input.chunks_exact_mut(input_len))
                    {
                        self.fold(windows, group, image);
                    }
                }
            }
        }
    }

    /// Memory for the windows of this many images.
    fn scratch(&self, images: usize) -> Buffer {
        Buffer::scratch(if self.is_product() { 0 } else { images * self.window.pixels() * self.depth() })
    }

    fn windows<'a>(&self, input: &'a [f32], group: usize, windows: &'a mut [f32]) -> &'a [f32] {
        if self.is_product() {
            return input;
        }
        let of_image = self.window.pixels() * self.depth();
        for (image, windows) in input.chunks_exact(self.window.input_len()).zip(windows.chunks_mut(of_image))
        {
            self.unfold(image, group, windows);
        }
        windows
    }
}

simd! {
    fn add<I>(from: &[f32], to: &mut [f32]) {
        for (to, from) in to.iter_mut().zip(from) { *to += from; }
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
