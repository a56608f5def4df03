//! Convolution with strides of 1 without a matrix of windows: a row of outputs is a sum of matrix products, one for
//! each row of the kernel. The left matrix of a product is a row of the image itself; its rows, the windows' parts in
//! that row of the image, overlap: each begins one pixel after the one before.
//!
//! Only images that are padded at their sides are copied, once in all and not once for each tap. The gradient of the
//! image is a convolution of the same kind.

use rayon::prelude::*;

use super::conv::{Conv, images_per_piece};
use super::gemm::{Mat, gemm_here};
use super::panel::Packed;
use crate::buffer::Buffer;

/// Products are worth it when a window covers at least this many numbers in one row of the image.
const LONG: usize = 32;
/// Reading the kernel is worth it for at least this many outputs side by side.
const WIDE: usize = 8;
/// The most numbers of a kernel that stays in the second-level cache.
const KERNEL: usize = 1 << 17;

/// A convolution that is computed row by row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows {
    /// Height and width of the image, and of the output.
    from: [usize; 2],
    to: [usize; 2],
    /// Channels of the image, and of the output.
    channels: usize,
    filters: usize,
    /// Height and width of the kernel.
    size: [usize; 2],
    /// Rows of padding above, columns of padding to the left.
    before: [usize; 2],
}

impl Rows {
    /// The convolution by rows, if that is faster.
    pub fn of(conv: &Conv) -> Option<Self> {
        let rows = Self::of_any(conv)?;
        let pays = |channels: usize, width: usize| rows.size[1] * channels >= LONG && width >= WIDE;
        let all = pays(rows.channels, rows.to[1]) && pays(rows.filters, rows.from[1]);
        (all && conv.kernel_len() <= KERNEL).then_some(rows)
    }

    /// The convolution by rows, whether that is faster or not; `None` where it is not possible.
    pub(super) fn of_any(conv: &Conv) -> Option<Self> {
        let window = &conv.window;
        let [height, width, channels] = window.input;
        let is_dense = conv.groups == 1 && window.strides == [1, 1] && window.dilation == [1, 1];
        (is_dense && !window.is_pointwise() && window.pixels() * channels * conv.filters > 0).then(|| Rows {
            from: [height, width],
            to: window.output(),
            channels,
            filters: conv.filters,
            size: window.size,
            before: window.before(),
        })
    }

    /// The convolution that computes the image's gradient.
    fn back(&self) -> Self {
        Rows {
            from: self.to,
            to: self.from,
            channels: self.filters,
            filters: self.channels,
            size: self.size,
            before: [0, 1].map(|axis| self.size[axis] - 1 - self.before[axis]),
        }
    }

    fn input_len(&self) -> usize {
        self.from[0] * self.from[1] * self.channels
    }

    fn output_len(&self) -> usize {
        self.to[0] * self.to[1] * self.filters
    }

    /// Pixels of a padded row.
    fn padded(&self) -> usize {
        self.to[1] + self.size[1] - 1
    }

    /// Memory for padded rows, all zeros; empty where no row is padded.
    fn scratch(&self) -> Buffer {
        let is_padded = self.padded() != self.from[1];
        Buffer::zeroed(if is_padded { self.from[0] * self.padded() * self.channels } else { 0 })
    }

    /// The image's rows with their padding.
    fn pad<'a>(&self, image: &'a [f32], padded: &'a mut [f32]) -> &'a [f32] {
        if padded.is_empty() {
            return image;
        }
        let (row, line) = (self.from[1] * self.channels, self.padded() * self.channels);
        for (image, padded) in image.chunks_exact(row).zip(padded.chunks_exact_mut(line)) {
            padded[self.before[1] * self.channels..][..row].copy_from_slice(image);
        }
        padded
    }

    /// `output = input * kernel` for a batch; the kernel is `[height, width, channels, filters]`.
    pub fn forward(&self, input: &[f32], kernel: &[f32], output: &mut [f32]) {
        let (input_len, output_len) = (self.input_len(), self.output_len());
        let depth = self.size[1] * self.channels;
        let rows = kernel.chunks_exact(depth * self.filters);
        let packed: Vec<Packed> =
            rows.map(|row| Packed::new(Mat::rows(row, self.filters), depth, self.filters)).collect();
        let images = images_per_piece(output.len() / output_len);
        let inputs = input.par_chunks(images * input_len);
        output.par_chunks_mut(images * output_len).zip(inputs).for_each(|(output, input)| {
            let mut padded = self.scratch();
            for (image, output) in input.chunks_exact(input_len).zip(output.chunks_exact_mut(output_len)) {
                self.forward_image(self.pad(image, &mut padded), &packed, output);
            }
        });
    }

    fn forward_image(&self, rows: &[f32], kernel: &[Packed], output: &mut [f32]) {
        let (line, across) = (self.padded() * self.channels, self.to[1]);
        for (y, output) in output.chunks_exact_mut(across * self.filters).enumerate() {
            let mut is_begun = false;
            for (i, kernel) in kernel.iter().enumerate() {
                // Above the image the subtraction wraps to a row that is larger than any.
                let row = (y + i).wrapping_sub(self.before[0]);
                if row < self.from[0] {
                    let row = &rows[row * line..][..line];
                    kernel.multiply(across, row, self.channels, output, self.filters, is_begun);
                    is_begun = true;
                }
            }
            if !is_begun {
                output.fill(0.0);
            }
        }
    }

    /// From the output's gradient to the input's.
    pub fn transpose(&self, kernel: &[f32], gradient: &[f32], d_input: &mut [f32]) {
        self.back().forward(gradient, &self.turned(kernel), d_input);
    }

    /// The kernel of [`back`](Rows::back): rotated by 180 degrees, channels and filters exchanged.
    fn turned(&self, kernel: &[f32]) -> Buffer {
        let tap = self.channels * self.filters;
        let mut turned = Buffer::scratch(kernel.len());
        for (to, from) in turned.chunks_exact_mut(tap).zip(kernel.chunks_exact(tap).rev()) {
            for (filter, to) in to.chunks_exact_mut(self.channels).enumerate() {
                let from = from[filter..].iter().step_by(self.filters);
                to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
            }
        }
        turned
    }

    /// The kernel's gradient from one run of images: for each row of the kernel one product over all pixels of an
    /// image. Gradients are padded like the image's rows, so that both have the same distance from row to row.
    pub fn kernel_gradient_of_run(&self, input: &[f32], gradient: &[f32]) -> Buffer {
        let ([height, _], [down, across]) = (self.from, self.to);
        let (wide, depth) = (self.padded(), self.size[1] * self.channels);
        let mut sum = Buffer::zeroed(self.size[0] * depth * self.filters);
        let mut padded = self.scratch();
        let mut even = Buffer::zeroed(down * wide * self.filters);
        let images = input.chunks_exact(self.input_len());
        for (image, gradient) in images.zip(gradient.chunks_exact(self.output_len())) {
            let rows = self.pad(image, &mut padded);
            let lines = even.chunks_exact_mut(wide * self.filters);
            for (even, gradient) in lines.zip(gradient.chunks_exact(across * self.filters)) {
                even[..gradient.len()].copy_from_slice(gradient);
            }
            for (i, sum) in sum.chunks_exact_mut(depth * self.filters).enumerate() {
                // The rows of outputs whose windows' row `i` lies in the image.
                let first = self.before[0].saturating_sub(i);
                let end = (height + self.before[0]).saturating_sub(i).min(down);
                if first >= end {
                    continue;
                }
                let left = &rows[(first + i - self.before[0]) * wide * self.channels..];
                let right = &even[first * wide * self.filters..];
                let pixels = (end - first - 1) * wide + across;
                let dims = [depth, self.filters, pixels];
                let (left, right) = (Mat::strided(left, 1, self.channels), Mat::rows(right, self.filters));
                gemm_here(dims, left, right, sum, self.filters, true);
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conv_window::{Padding, Window};

    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let hash = |i: u32| (i ^ seed).wrapping_mul(2_654_435_761) >> 8;
        (0..count as u32).map(|i| hash(i) as f32 / (1 << 23) as f32 - 1.0).collect()
    }

    fn assert_close(what: &str, ours: &[f32], theirs: &[f32]) {
        assert_eq!(ours.len(), theirs.len());
        let largest = theirs.iter().fold(1.0_f32, |top, x| top.max(x.abs()));
        let worst = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-5 * largest, "{what}: off by {worst} of {largest}");
    }

    #[test]
    fn rows_give_what_matrices_of_windows_give() {
        for (input, size, padding, filters) in [
            ([9, 8, 3], [3, 3], Padding::Same, 5),
            ([9, 8, 3], [3, 3], Padding::Valid, 70),
            ([4, 5, 2], [4, 5], Padding::Valid, 3),
            ([2, 3, 2], [5, 4], Padding::Same, 3),
            ([1, 9, 16], [3, 3], Padding::Same, 16),
            ([6, 1, 4], [2, 1], Padding::Valid, 8),
            ([5, 6, 1], [1, 2], Padding::Same, 1),
            ([1, 1, 2], [3, 3], Padding::Same, 2),
        ] {
            let window = Window { padding, ..Window::new(input, size, [1, 1]) };
            let conv = Conv { window, filters, groups: 1 };
            let (rows, what) = (Rows::of_any(&conv).unwrap(), format!("{input:?} {size:?} {padding:?}"));
            let images = 19;
            let x = numbers(images * window.input_len(), 1);
            let (kernel, g) = (numbers(conv.kernel_len(), 2), numbers(images * conv.output_len(), 3));
            let (mut ours, mut theirs) = (vec![7.0; g.len()], vec![7.0; g.len()]);
            rows.forward(&x, &kernel, &mut ours);
            conv.forward_by_windows(&x, &kernel, &mut theirs);
            assert_close(&what, &ours, &theirs);
            let (mut ours, mut theirs) = (vec![7.0; x.len()], vec![7.0; x.len()]);
            rows.transpose(&kernel, &g, &mut ours);
            conv.transpose_by_windows(&kernel, &g, &mut theirs);
            assert_close(&format!("{what}, input"), &ours, &theirs);
            let theirs = conv.kernel_gradient_by_windows(&x, &g);
            assert_close(&format!("{what}, kernel"), &rows.kernel_gradient_of_run(&x, &g), &theirs);
        }
    }
}
