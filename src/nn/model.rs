//! A model: a preset's layers, built.

use dfdx::tensor::Cpu;

use super::buffer::Buffer;
use super::device::Error;
use super::graph::{Param, Pass, Var};
use super::init::Stream;
use super::layers::{self, Layer};
use super::loss::{self, Form};
use super::ops::Backend;
use crate::preset::names::layer_names;
use crate::preset::shapes::{output_shape, size};
use crate::preset::{self, Activation, Loss};

/// A network with its weights.
pub struct Model<D: Backend> {
    device: D,
    layers: Vec<Part<D>>,
    input: Vec<usize>,
    output: Vec<usize>,
    form: Form,
}

struct Part<D: Backend> {
    name: String,
    layer: Box<dyn Layer<D>>,
}

impl<D: Backend> Model<D> {
    /// Builds the layers for inputs of shape `input` (channels last), with weights from `seed`.
    ///
    /// The last activation is left to the loss where the two have a stable form together; see [`Model::form`].
    ///
    /// # Errors
    /// When a layer does not fit its input, or the device fails.
    pub fn build(
        device: &D,
        layers: &[preset::Layer],
        input: &[usize],
        loss: Loss,
        seed: u64,
    ) -> Result<Self, Error> {
        let form = loss::form(layers, loss);
        let mut shape = input.to_vec();
        let mut parts = Vec::with_capacity(layers.len());
        let mut layers = layers.to_vec();
        if let Some(last) = layers.last_mut().filter(|_| form != Form::Output) {
            leave_activation_to_loss(last);
        }
        let mut is_absorbed = false;
        for (place, (layer, name)) in layers.iter().zip(layer_names(&layers)).enumerate() {
            let stream = Stream { seed, layer: place as u32 };
            let absorbed = layers::absorbed(layer, layers.get(place + 1)).filter(|_| !is_absorbed);
            let built: Box<dyn Layer<D>> = if is_absorbed {
                Box::new(layers::shape::Reshape)
            } else {
                layers::build(device, layer, &shape, stream, absorbed)?
            };
            is_absorbed = absorbed.is_some();
            parts.push(Part { name, layer: built });
            shape = output_shape(layer, &shape).map_err(|error| Error::Weights(error.to_string()))?;
        }
        Ok(Model { device: device.clone(), layers: parts, input: input.to_vec(), output: shape, form })
    }

    /// Where it is.
    pub fn device(&self) -> &D {
        &self.device
    }

    /// What [`forward`](Model::forward) gives to the loss.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Numbers of one input.
    pub fn input_len(&self) -> usize {
        size(&self.input)
    }

    /// Shape of one output.
    pub fn output_shape(&self) -> &[usize] {
        &self.output
    }

    /// Length of the output's last axis: the number of classes, or of values.
    pub fn output_width(&self) -> usize {
        self.output.last().copied().unwrap_or(1)
    }

    /// Applies the layers to `[rows, features]`; the result is in this model's [`form`](Model::form).
    ///
    /// # Errors
    /// When the device fails.
    pub fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        self.layers.iter_mut().try_fold(input, |x, part| part.layer.forward(pass, x))
    }

    /// The outputs for `rows` inputs, last activation applied: probabilities, or values.
    ///
    /// # Errors
    /// When the device fails.
    pub fn predict(&mut self, inputs: Buffer, rows: usize) -> Result<Vec<f32>, Error> {
        let mut pass = Pass::inference(&self.device);
        let input = Var::new(&self.device, inputs, rows, self.input_len(), false)?;
        let output = self.forward(&mut pass, input)?;
        let last = match self.form {
            Form::Output => return Ok(output.to_vec()),
            Form::SoftmaxLogits => Activation::Softmax,
            Form::SigmoidLogits => Activation::Sigmoid,
        };
        Ok(D::activate(&mut pass, &output, self.output_width(), last)?.to_vec())
    }

    /// Visits its parameters, running statistics included, by path (`conv2d/kernel`), in a fixed order.
    pub fn visit<'a>(&'a self, visit: &mut dyn FnMut(String, &'a Param<D>)) {
        self.layers.iter().for_each(|part| part.layer.visit(&format!("{}/", part.name), visit));
    }

    /// Visits its parameters to change them, in the same order.
    pub fn visit_mut<'a>(&'a mut self, visit: &mut dyn FnMut(String, &'a mut Param<D>)) {
        self.layers.iter_mut().for_each(|part| part.layer.visit_mut(&format!("{}/", part.name), visit));
    }

    /// Trainable numbers.
    pub fn parameters(&self) -> u64 {
        let mut count = 0;
        self.visit(&mut |_, param| count += if param.trainable { param.len() as u64 } else { 0 });
        count
    }

    /// Visits what recurrent layers keep from batch to batch, by path (`lstm/hidden`).
    pub fn visit_kept(&self, visit: &mut dyn FnMut(String, &[f32])) {
        self.layers.iter().for_each(|part| part.layer.visit_kept(&format!("{}/", part.name), visit));
    }

    /// Puts back what [`visit_kept`](Model::visit_kept) gave: `saved` has it by path.
    pub fn restore_kept(&mut self, saved: &mut dyn FnMut(&str) -> Option<Vec<f32>>) {
        self.layers.iter_mut().for_each(|part| part.layer.restore_kept(&format!("{}/", part.name), saved));
    }

    /// Forgets what stateful recurrent layers keep from one training batch to the next: before an epoch.
    pub fn reset_state(&mut self) {
        self.layers.iter_mut().for_each(|part| part.layer.reset_state(true));
    }

    /// Forgets what they keep from one inference pass to the next: before a new text, and before an evaluation.
    pub fn reset_inference_state(&mut self) {
        self.layers.iter_mut().for_each(|part| part.layer.reset_state(false));
    }

    /// Cuts backpropagation through time before every so many steps of a sequence; 0: never.
    pub fn truncate_backpropagation(&mut self, steps: usize) {
        self.layers.iter_mut().for_each(|part| part.layer.truncate(steps));
    }
}

fn leave_activation_to_loss(layer: &mut preset::Layer) {
    if let preset::Layer::Dense { activation, .. } | preset::Layer::Activation(activation) = layer {
        *activation = Activation::Linear;
    }
}

/// The model that training on the CPU uses.
pub type CpuModel = Model<Cpu>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::{Initializer, Regularizer};

    fn dense(units: usize, activation: Activation) -> preset::Layer {
        preset::Layer::Dense {
            units,
            activation,
            use_bias: true,
            kernel_initializer: Initializer::GlorotUniform,
            kernel_regularizer: Regularizer::default(),
        }
    }

    #[test]
    fn a_classifier_predicts_probabilities_and_names_its_weights_as_keras_does() {
        let device = Cpu::default();
        let layers = [preset::Layer::Flatten, dense(16, Activation::Relu), dense(10, Activation::Softmax)];
        let mut model = Model::build(&device, &layers, &[4, 4, 1], Loss::CategoricalCrossentropy, 1).unwrap();
        assert_eq!(model.form(), Form::SoftmaxLogits);
        assert_eq!(model.parameters(), 16 * 16 + 16 + 16 * 10 + 10);
        let mut names = Vec::new();
        model.visit(&mut |path, _| names.push(path));
        assert_eq!(names, ["dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"]);
        let output = model.predict(vec![0.5; 32].into(), 2).unwrap();
        assert_eq!(output.len(), 20);
        assert!(output.chunks(10).all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-6));
    }
}
