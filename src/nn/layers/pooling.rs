//! Pooling over images.

use super::Layer;
use crate::nn::device::Error;
use crate::nn::graph::{Pass, Var};
use crate::nn::kernel::conv_window::Window;
use crate::nn::ops::Backend;

/// The largest number of each window, channel by channel.
pub struct MaxPooling2D {
    window: Window,
}

impl MaxPooling2D {
    /// A pooling by these windows; one-dimensional pooling is over images one pixel wide.
    pub fn new(window: Window) -> Self {
        MaxPooling2D { window }
    }
}

impl<D: Backend> Layer<D> for MaxPooling2D {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        D::max_pool2d(pass, &input, self.window)
    }
}

/// The mean of each window, channel by channel; padding is not counted.
pub struct AveragePooling2D {
    window: Window,
}

impl AveragePooling2D {
    /// A pooling by these windows; a global one has a single window, the image.
    pub fn new(window: Window) -> Self {
        AveragePooling2D { window }
    }
}

impl<D: Backend> Layer<D> for AveragePooling2D {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        D::average_pool2d(pass, &input, self.window)
    }
}
