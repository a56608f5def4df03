//! Dense: `activation(x W + b)` over the last axis.

use super::Layer;
use super::site::{Build, Site};
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::ops::Backend;
use crate::preset::{Activation, layers};

/// A fully connected layer: kernel `[in, units]`, bias `[units]`.
pub struct Dense<D: Backend> {
    kernel: Param<D>,
    bias: Option<Param<D>>,
    activation: Activation,
}

impl Build for layers::Dense {
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let shape = [site.width(), self.units];
        let kernel = site.kernel(&shape, self.kernel_initializer, self.kernel_regularizer)?;
        let bias = self.use_bias.then(|| site.bias(self.units)).transpose()?;
        Ok(Box::new(Dense { kernel, bias, activation: self.activation }))
    }
}

impl<D: Backend> Layer<D> for Dense<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        D::dense(pass, &input, &self.kernel, self.bias.as_ref(), self.activation)
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
