//! Dense: `activation(x W + b)` over the last axis.

use super::Layer;
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::init::{Stream, numbers};
use crate::nn::ops::Backend;
use crate::preset::{Activation, Initializer, Regularizer};

/// A fully connected layer: kernel `[in, units]`, bias `[units]`.
pub struct Dense<D: Backend> {
    kernel: Param<D>,
    bias: Option<Param<D>>,
    activation: Activation,
}

impl<D: Backend> Dense<D> {
    /// A layer from `inputs` numbers to `units`; the bias starts at zero.
    ///
    /// # Errors
    /// When the device fails.
    pub fn new(
        device: &D,
        [inputs, units]: [usize; 2],
        activation: Activation,
        use_bias: bool,
        initializer: Initializer,
        regularizer: Regularizer,
        stream: Stream,
    ) -> Result<Self, Error> {
        let shape = [inputs, units];
        let start = numbers(initializer, &shape, &mut stream.parameter(0));
        let mut kernel = Param::new(device, "kernel", &shape, start)?;
        (kernel.l1, kernel.l2) = (regularizer.l1, regularizer.l2);
        let bias = use_bias.then(|| Param::new(device, "bias", &[units], vec![0.0; units])).transpose()?;
        Ok(Dense { kernel, bias, activation })
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
