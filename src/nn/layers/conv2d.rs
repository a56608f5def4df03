//! Conv2D: `activation(x * kernel + bias)` over images, or over steps as Conv1D, fused with the max-pooling behind it
//! where the model has one.

use super::Layer;
use super::site::{Build, Site};
use super::view::{LayerView, ViewKind};
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::kernel::conv::Conv;
use crate::nn::kernel::conv_window::Window;
use crate::nn::ops::Backend;
use crate::preset::{Activation, Pair, layers};

/// A convolution: kernel `[height, width, channels / groups, filters]`, bias `[filters]`.
pub struct Conv2D<D: Backend> {
    kernel: Param<D>,
    bias: Option<Param<D>>,
    conv: Conv,
    activation: Activation,
    pool: bool,
}

impl<D: Backend> Conv2D<D> {
    /// A convolution over images of `conv.window.input` with this kernel.
    ///
    /// # Errors
    /// When the groups do not divide channels and filters.
    fn new(
        conv: Conv,
        kernel: Param<D>,
        bias: Option<Param<D>>,
        activation: Activation,
    ) -> Result<Self, Error> {
        let (channels, filters, groups) = (conv.window.input[2], conv.filters, conv.groups);
        let divides = |n: usize| groups > 0 && n.is_multiple_of(groups);
        if !divides(channels) || !divides(filters) {
            return Err(Error::Weights(format!(
                "{groups} groups do not divide {channels} channels and {filters} filters"
            )));
        }
        Ok(Conv2D { kernel, bias, conv, activation, pool: false })
    }
}

impl Build for layers::Conv2D {
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let window = Window {
            input: site.image()?,
            size: self.kernel_size.into(),
            strides: self.strides.into(),
            dilation: self.dilation_rate.into(),
            padding: self.padding.into(),
        };
        let conv = Conv { window, filters: self.filters, groups: self.groups };
        let Pair(height, width) = self.kernel_size;
        let shape = [height, width, site.width() / self.groups.max(1), self.filters];
        let kernel = site.kernel(&shape, self.kernel_initializer, self.kernel_regularizer)?;
        let bias = self.use_bias.then(|| site.bias(self.filters)).transpose()?;
        let layer = Conv2D::new(conv, kernel, bias, self.activation)?;
        Ok(Box::new(Conv2D { pool: site.fused.is_some(), ..layer }))
    }
}

impl Build for layers::Conv1D {
    /// A convolution over images one pixel wide; the kernel is `[steps, channels / groups, filters]`.
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let window = Window {
            input: site.sequence()?,
            size: [self.kernel_size, 1],
            strides: [self.strides, 1],
            dilation: [self.dilation_rate, 1],
            padding: self.padding.into(),
        };
        let conv = Conv { window, filters: self.filters, groups: self.groups };
        let shape = [self.kernel_size, site.width() / self.groups.max(1), self.filters];
        let kernel = site.kernel(&shape, self.kernel_initializer, self.kernel_regularizer)?;
        let bias = self.use_bias.then(|| site.bias(self.filters)).transpose()?;
        Ok(Box::new(Conv2D::new(conv, kernel, bias, self.activation)?))
    }
}

impl<D: Backend> Layer<D> for Conv2D<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        D::conv2d(pass, &input, &self.kernel, self.bias.as_ref(), self.conv, self.activation, self.pool)
    }

    /// Also shows the feature maps before the fused pooling.
    fn forward_viewed(
        &mut self,
        pass: &mut Pass<D>,
        input: Var<D>,
        path: &str,
        views: &mut Vec<LayerView>,
    ) -> Result<Var<D>, Error> {
        if self.pool {
            let (kernel, bias) = (&self.kernel, self.bias.as_ref());
            let maps = D::conv2d(pass, &input, kernel, bias, self.conv, self.activation, false)?;
            views.push(LayerView::new(path, ViewKind::Output, &[maps.columns], maps.to_vec()?));
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
        assert!((crate::nn::optim::penalty(&model).unwrap().read().unwrap() - expected).abs() < 1e-6);
    }
}
