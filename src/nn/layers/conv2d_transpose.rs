//! Conv2DTranspose: the transpose of a convolution, which makes images larger by its strides.

use super::Layer;
use super::site::{Build, Site};
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::kernel::conv::Conv;
use crate::nn::kernel::conv_window::Window;
use crate::nn::ops::Backend;
use crate::preset::layers::LayerKind;
use crate::preset::{self, Activation, Pair, layers};

/// A transposed convolution: kernel `[height, width, filters, channels]`, bias `[filters]`.
pub struct Conv2DTranspose<D: Backend> {
    kernel: Param<D>,
    bias: Option<Param<D>>,
    conv: Conv,
    activation: Activation,
}

impl Build for layers::Conv2DTranspose {
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let misfit = |error: preset::ShapeError| Error::Weights(error.to_string());
        let large = self.output_shape(site.input).map_err(misfit)?;
        // The convolution that leads from the layer's output back to its input.
        let output = Site { input: &large, ..*site }.image()?;
        let window = Window::new(output, self.kernel_size.into(), self.strides.into());
        let window = Window { padding: self.padding.into(), ..window };
        let conv = Conv { window, filters: site.width(), groups: 1 };
        let Pair(height, width) = self.kernel_size;
        let shape = [height, width, self.filters, site.width()];
        let kernel = site.kernel(&shape, self.kernel_initializer, self.kernel_regularizer)?;
        let bias = self.use_bias.then(|| site.bias(self.filters)).transpose()?;
        Ok(Box::new(Conv2DTranspose { kernel, bias, conv, activation: self.activation }))
    }
}

impl<D: Backend> Layer<D> for Conv2DTranspose<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        D::conv2d_transpose(pass, &input, &self.kernel, self.bias.as_ref(), self.conv, self.activation)
    }

    fn visit<'a>(&'a self, path: &str, visit: &mut dyn FnMut(String, &'a Param<D>)) {
        for param in std::iter::once(&self.kernel).chain(&self.bias) {
            visit(format!("{path}{}", param.name), param);
        }
    }

    fn visit_mut<'a>(&'a mut self, path: &str, visit: &mut dyn FnMut(String, &'a mut Param<D>)) {
        for param in std::iter::once(&mut self.kernel).chain(&mut self.bias) {
            visit(format!("{path}{}", param.name), param);
        }
    }
}
