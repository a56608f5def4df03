//! UpSampling2D.

use super::Layer;
use crate::nn::device::Error;
use crate::nn::graph::{Pass, Var};
use crate::nn::ops::Backend;

/// Repeats each pixel, down and across.
pub struct UpSampling2D {
    image: [usize; 3],
    size: [usize; 2],
}

impl UpSampling2D {
    /// A layer over images of this shape that makes them `size` times as large.
    pub fn new(image: [usize; 3], size: [usize; 2]) -> Self {
        UpSampling2D { image, size }
    }
}

impl<D: Backend> Layer<D> for UpSampling2D {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        D::up_sample2d(pass, &input, self.image, self.size)
    }
}
