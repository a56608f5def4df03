//! Conv2D: `activation(x * kernel + bias)` over images, or over steps as Conv1D, and max-pooling fused behind it where the model has it next.

use super::Layer;
use super::view::{Shown, View};
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::init::{Stream, numbers};
use crate::nn::kernel::conv::Conv;
use crate::nn::ops::Backend;
use crate::preset::{Activation, Initializer, Regularizer};

/// A convolution: kernel `[height, width, channels / groups, filters]`, bias `[filters]`.
pub struct Conv2D<D: Backend> {
    kernel: Param<D>,
    bias: Option<Param<D>>,
    conv: Conv,
    activation: Activation,
    pool: bool,
}

impl<D: Backend> Conv2D<D> {
    /// A layer over images of `conv.window.input`; the bias starts at zero.
    ///
    /// # Errors
    /// When the groups do not divide channels and filters, or the device fails.
    pub fn new(
        device: &D,
        conv: Conv,
        activation: Activation,
        use_bias: bool,
        initializer: Initializer,
        regularizer: Regularizer,
        stream: Stream,
    ) -> Result<Self, Error> {
        let ([height, width], channels) = (conv.window.size, conv.window.input[2]);
        let divides = |n: usize| conv.groups > 0 && n.is_multiple_of(conv.groups);
        if !divides(channels) || !divides(conv.filters) {
            let (filters, groups) = (conv.filters, conv.groups);
            return Err(Error::Weights(format!(
                "{groups} groups do not divide {channels} channels and {filters} filters"
            )));
        }
        let shape = [height, width, channels / conv.groups, conv.filters];
        let start = numbers(initializer, &shape, &mut stream.parameter(0));
        let mut kernel = Param::new(device, "kernel", &shape, start)?;
        (kernel.l1, kernel.l2) = (regularizer.l1, regularizer.l2);
        let zeros = || Param::new(device, "bias", &[conv.filters], vec![0.0; conv.filters]);
        let bias = use_bias.then(zeros).transpose()?;
        Ok(Conv2D { kernel, bias, conv, activation, pool: false })
    }

    /// The same layer over steps, as Conv1D has it: its images are one pixel wide, its kernel is
    /// `[steps, channels / groups, filters]`.
    pub fn over_steps(mut self) -> Self {
        self.kernel.shape.remove(1);
        self
    }

    /// The same layer with max-pooling of 2x2 behind it, as one op.
    pub fn pooled(self) -> Self {
        Conv2D { pool: true, ..self }
    }
}

impl<D: Backend> Layer<D> for Conv2D<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        D::conv2d(pass, &input, &self.kernel, self.bias.as_ref(), self.conv, self.activation, self.pool)
    }

    /// Shows the feature maps before the pooling that it does as well.
    fn look(
        &mut self,
        pass: &mut Pass<D>,
        input: Var<D>,
        path: &str,
        views: &mut Vec<View>,
    ) -> Result<Var<D>, Error> {
        if self.pool {
            let (kernel, bias) = (&self.kernel, self.bias.as_ref());
            let maps = D::conv2d(pass, &input, kernel, bias, self.conv, self.activation, false)?;
            views.push(View::new(path, Shown::Output, &[maps.columns], maps.to_vec()));
        }
        self.forward(pass, input)
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

#[cfg(test)]
mod tests {
    use dfdx::tensor::Cpu;

    use crate::nn::model::Model;
    use crate::preset::{self, Loss};

    #[test]
    fn a_convolutional_network_has_the_shapes_and_weights_of_keras() {
        let layers: Vec<preset::Layer> = [
            r#"{"Conv2D": {"filters": 4, "kernel_size": 3, "activation": "relu"}}"#,
            r#"{"MaxPooling2D": {}}"#,
            r#""Flatten""#,
            r#"{"Dense": {"units": 10, "activation": "softmax"}}"#,
        ]
        .map(|text| serde_json::from_str(text).unwrap())
        .into();
        let device = Cpu::default();
        let mut model = Model::build(&device, &layers, &[9, 8, 2], Loss::CategoricalCrossentropy, 1).unwrap();
        assert_eq!(model.parameters(), 3 * 3 * 2 * 4 + 4 + 3 * 3 * 4 * 10 + 10);
        let mut weights = Vec::new();
        model.visit(&mut |path, param| weights.push((path, param.shape.clone())));
        assert_eq!(weights[0], ("conv2d/kernel".to_owned(), vec![3, 3, 2, 4]));
        assert_eq!(weights[2], ("dense/kernel".to_owned(), vec![36, 10]));
        let output = model.predict(vec![0.5; 288].into(), 2).unwrap();
        assert!(output.chunks(10).all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-6));
    }

    #[test]
    fn regularizers_of_convolutions_add_their_penalties() {
        let layers: Vec<preset::Layer> = ron::from_str(
            "[Conv2D(filters: 3, kernel_size: 2, kernel_initializer: constant(-0.5), kernel_regularizer: (l1: 0.25)),
              Conv2DTranspose(filters: 2, kernel_size: 2, kernel_initializer: constant(2.0),
                              kernel_regularizer: (l2: 0.125)),
              Reshape(target_shape: [16, 2]),
              Conv1D(filters: 4, kernel_size: 3, kernel_initializer: constant(1.0),
                     kernel_regularizer: (l1: 1.0, l2: 2.0))]",
        )
        .unwrap();
        let model = Model::build(&Cpu::default(), &layers, &[4, 4, 1], Loss::MeanSquaredError, 1).unwrap();
        let (first, second, third) = (2 * 2 * 3, 2 * 2 * 2 * 3, 3 * 2 * 4);
        let expected =
            0.25 * 0.5 * f64::from(first) + 0.125 * 4.0 * f64::from(second) + 3.0 * f64::from(third);
        assert!((crate::nn::optim::penalty(&model) - expected).abs() < 1e-6);
    }
}
