//! Max-pooling of a batch, channels last. Padding never wins.

use rayon::prelude::*;

use super::conv::images_per_piece;
use super::conv_window::Window;
use crate::buffer::{Buffer, Recycled};
use crate::simd;

simd! {
    /// For one image, finds the largest number of each window and the index of the pixel that has it.
    fn max_of_image<I>(window: &Window, image: &[f32], output: &mut [f32], winners: &mut [u32]) {
        let channels = window.input[2];
        let mut opened = usize::MAX;
        window.for_each(|pixel, _, source| {
            let Some(source) = source else { return };
            let candidates = &image[source * channels..][..channels];
            let best = &mut output[pixel * channels..][..channels];
            let winners = &mut winners[pixel * channels..][..channels];
            // A pixel's index fits: an image has far fewer than 2^32 pixels.
            let number = source as u32;
            if opened != pixel {
                opened = pixel;
                best.copy_from_slice(candidates);
                winners.fill(number);
                return;
            }
            for ((&x, best), winner) in candidates.iter().zip(best).zip(winners) {
                let wins = x > *best || x.is_nan();
                *best = if wins { x } else { *best };
                *winner = if wins { number } else { *winner };
            }
        });
    }
}

/// Max-pooling of `input` into `output`; `winners` gets the index of the winning input pixel of each output.
pub fn max_forward(window: &Window, input: &[f32], output: &mut [f32]) -> Recycled<u32> {
    let channels = window.input[2];
    let (input_len, output_len) = (window.input_len(), window.pixels() * channels);
    let mut winners = Recycled::zeroed(output.len());
    if input_len == 0 || output_len == 0 {
        return winners;
    }
    let images = images_per_piece(output.len() / output_len);
    let outputs = output.par_chunks_mut(images * output_len).zip(winners.par_chunks_mut(images * output_len));
    outputs.zip(input.par_chunks(images * input_len)).for_each(|((output, winners), input)| {
        let outputs = output.chunks_exact_mut(output_len).zip(winners.chunks_exact_mut(output_len));
        for ((output, winners), image) in outputs.zip(input.chunks_exact(input_len)) {
            max_of_image(window, image, output, winners);
        }
    });
    winners
}

/// The input's gradient: each output's gradient goes to the pixel that won.
pub fn max_backward(window: &Window, gradient: &[f32], winners: &[u32]) -> Buffer {
    let channels = window.input[2];
    let (input_len, output_len) = (window.input_len(), window.pixels() * channels);
    if output_len == 0 || input_len == 0 {
        return Buffer::default();
    }
    let images = images_per_piece(gradient.len() / output_len);
    let mut d_input = Buffer::zeroed(gradient.len() / output_len * input_len);
    let gradients = gradient.par_chunks(images * output_len).zip(winners.par_chunks(images * output_len));
    d_input.par_chunks_mut(images * input_len).zip(gradients).for_each(|(d_input, (gradient, winners))| {
        let gradients = gradient.chunks_exact(output_len).zip(winners.chunks_exact(output_len));
        for (image, (gradient, winners)) in d_input.chunks_exact_mut(input_len).zip(gradients) {
            let pixels = gradient.chunks_exact(channels).zip(winners.chunks_exact(channels));
            for (gradient, winners) in pixels {
                for (channel, (g, &winner)) in gradient.iter().zip(winners).enumerate() {
                    image[winner as usize * channels + channel] += g;
                }
            }
        }
    });
    d_input
}
