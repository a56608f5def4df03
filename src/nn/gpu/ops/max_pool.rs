//! Max-pooling.

use super::windows::over_windows;
use crate::nn::device::Error;
use crate::nn::gpu::array::Array;
use crate::nn::gpu::grid::Grid;
use crate::nn::gpu::launch::{MaxPool, MaxPoolBack, at};
use crate::nn::kernel::conv_window::Window;

/// The largest number of each window of all images, and the pixel that has it.
pub(super) fn max_pool(x: &Array, window: &Window) -> Result<(Array, Array<u32>), Error> {
    let (card, channels) = (x.card(), window.input[2]);
    let count = x.len() / window.input_len().max(1) * window.pixels() * channels;
    let (y, winners) = (Array::scratch(card, count)?, Array::scratch(card, count)?);
    over_windows!(MaxPool, window, y: at(&y), winners: at(&winners), x: at(x), count: count)
        .launch(card, Grid::over(count)?)?;
    Ok((y, winners))
}

/// The gradient of the images, `[images, window.input]`, from that of the windows: it goes to the pixels that won.
pub(super) fn max_pool_back(
    g: &Array,
    winners: &Array<u32>,
    window: &Window,
    images: usize,
) -> Result<Array, Error> {
    let (card, count) = (g.card(), images * window.input_len());
    let out = Array::scratch(card, count)?;
    over_windows!(MaxPoolBack, window, out: at(&out), g: at(g), winners: at(winners), count: count)
        .launch(card, Grid::over(count)?)?;
    Ok(out)
}
