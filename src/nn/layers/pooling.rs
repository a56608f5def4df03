//! Pooling over images, and over sequences, which count as images one pixel wide.

use super::Layer;
use super::site::{Build, Site};
use crate::nn::device::Error;
use crate::nn::graph::{Pass, Var};
use crate::nn::kernel::conv_window::Window;
use crate::nn::ops::Backend;
use crate::preset::layers;

/// The largest number of each window, channel by channel.
pub struct MaxPooling2D {
    window: Window,
}

impl Build for layers::MaxPooling2D {
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let window = Window::new(site.image()?, self.pool_size.into(), self.strides().into());
        Ok(Box::new(MaxPooling2D { window: Window { padding: self.padding.into(), ..window } }))
    }
}

impl Build for layers::MaxPooling1D {
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let window = Window::new(site.sequence()?, [self.pool_size, 1], [self.strides(), 1]);
        Ok(Box::new(MaxPooling2D { window: Window { padding: self.padding.into(), ..window } }))
    }
}

impl Build for layers::GlobalMaxPooling2D {
    /// A single window, the whole image.
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        Ok(Box::new(MaxPooling2D { window: whole(site.image()?) }))
    }
}

impl Build for layers::GlobalMaxPooling1D {
    /// A single window, the whole sequence.
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        Ok(Box::new(MaxPooling2D { window: whole(site.sequence()?) }))
    }
}

/// A window that is the whole image.
fn whole(image: [usize; 3]) -> Window {
    let [height, width, _] = image;
    Window::new(image, [height, width], [1, 1])
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

impl Build for layers::AveragePooling2D {
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let window = Window::new(site.image()?, self.pool_size.into(), self.strides().into());
        Ok(Box::new(AveragePooling2D { window: Window { padding: self.padding.into(), ..window } }))
    }
}

impl Build for layers::GlobalAveragePooling2D {
    /// A single window, the whole image.
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        Ok(Box::new(AveragePooling2D { window: whole(site.image()?) }))
    }
}

impl Build for layers::GlobalAveragePooling1D {
    /// A single window, the whole sequence.
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        Ok(Box::new(AveragePooling2D { window: whole(site.sequence()?) }))
    }
}

impl<D: Backend> Layer<D> for AveragePooling2D {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        D::average_pool2d(pass, &input, self.window)
    }
}
