//! UpSampling2D and RepeatVector.

use super::Layer;
use super::site::{Build, Site};
use crate::nn::device::Error;
use crate::nn::graph::{Pass, Var};
use crate::nn::ops::Backend;
use crate::preset::layers;

/// Makes images `size` times as large by repeating each pixel, down and across.
pub struct UpSampling2D {
    image: [usize; 3],
    size: [usize; 2],
}

impl Build for layers::UpSampling2D {
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        Ok(Box::new(UpSampling2D { image: site.image()?, size: self.size.into() }))
    }
}

impl Build for layers::RepeatVector {
    /// A pixel with the vector's numbers as channels, repeated downwards.
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        Ok(Box::new(UpSampling2D { image: [1, 1, site.width()], size: [self.n, 1] }))
    }
}

impl<D: Backend> Layer<D> for UpSampling2D {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        D::up_sample2d(pass, &input, self.image, self.size)
    }
}
