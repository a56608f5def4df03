//! Conv2DTranspose: the transpose of a convolution, which makes images larger by its strides.

use super::Layer;
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::init::{Stream, numbers};
use crate::nn::kernel::conv::Conv;
use crate::nn::ops::Backend;
use crate::preset::{Activation, Initializer, Regularizer};

/// A transposed convolution: kernel `[height, width, filters, channels]`, bias `[filters]`.
pub struct Conv2DTranspose<D: Backend> {
    kernel: Param<D>,
    bias: Option<Param<D>>,
    conv: Conv,
    activation: Activation,
}

impl<D: Backend> Conv2DTranspose<D> {
    /// A layer that gives images of `conv.window.input`, where `conv` is the convolution that leads back from them to
    /// the layer's inputs; the bias starts at zero.
    ///
    /// # Errors
    /// When the device fails.
    pub fn new(
        device: &D,
        conv: Conv,
        activation: Activation,
        use_bias: bool,
        initializer: Initializer,
        regularizer: Regularizer,
        stream: Stream,
    ) -> Result<Self, Error> {
        let ([height, width], filters) = (conv.window.size, conv.window.input[2]);
        let shape = [height, width, filters, conv.filters];
        let start = numbers(initializer, &shape, &mut stream.parameter(0));
        let mut kernel = Param::new(device, "kernel", &shape, start)?;
        (kernel.l1, kernel.l2) = (regularizer.l1, regularizer.l2);
        let bias =
            use_bias.then(|| Param::new(device, "bias", &[filters], vec![0.0; filters])).transpose()?;
        Ok(Conv2DTranspose { kernel, bias, conv, activation })
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
