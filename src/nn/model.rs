//! A model, built from a preset's layers.

use super::buffer::Buffer;
use super::device::Error;
use super::graph::{Carried, Param, Pass, Var};
use super::init::Stream;
use super::layers::Layer;
use super::layers::chain::Chain;
use super::layers::view::LayerView;
use super::loss::{self, Form};
use super::ops::Backend;
use crate::preset::shapes::size;
use crate::preset::{self, Activation, Loss};

/// A network with its weights.
pub struct Model<D: Backend> {
    device: D,
    layers: Chain<D>,
    input: Vec<usize>,
    form: Form,
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
        let mut layers = layers.to_vec();
        if let Some(last) = layers.last_mut().filter(|_| form != Form::Output) {
            last.take_activation();
        }
        let layers = Chain::build(device, &layers, input, |place| Stream { seed, layer: place })?;
        Ok(Model { device: device.clone(), layers, input: input.to_vec(), form })
    }

    /// The device that it is on.
    pub fn device(&self) -> &D {
        &self.device
    }

    /// The form in which [`forward`](Model::forward) gives the output to the loss.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Numbers of one input.
    pub fn input_len(&self) -> usize {
        size(&self.input)
    }

    /// About how many multiplications the forward pass takes for a sample: every weight of a layer counts once for each
    /// place of its input or output, whichever has more places.
    pub fn multiplications(&self) -> u64 {
        self.layers.multiplications(&self.input)
    }

    /// Shape of one output.
    pub fn output_shape(&self) -> &[usize] {
        self.layers.output_shape()
    }

    /// Length of the output's last axis: the number of classes, or of values.
    pub fn output_width(&self) -> usize {
        self.output_shape().last().copied().unwrap_or(1)
    }

    /// Applies the layers to `[rows, features]`; the result is in this model's [`form`](Model::form).
    ///
    /// # Errors
    /// When the device fails.
    pub fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        self.layers.forward(pass, input)
    }

    /// The outputs for `rows` inputs, last activation applied: probabilities, or values.
    ///
    /// # Errors
    /// When the device fails.
    pub fn predict(&mut self, inputs: Buffer, rows: usize) -> Result<Vec<f32>, Error> {
        let mut pass = Pass::inference(&self.device);
        let input = Var::new(&self.device, inputs, rows, self.input_len(), false)?;
        let output = self.forward(&mut pass, input)?;
        self.finish(&mut pass, output)?.to_vec()
    }

    /// Applies the activation that [`forward`](Model::forward) leaves to the loss.
    fn finish(&self, pass: &mut Pass<D>, output: Var<D>) -> Result<Var<D>, Error> {
        let last = match self.form {
            Form::Output => return Ok(output),
            Form::SoftmaxLogits => Activation::Softmax,
            Form::SigmoidLogits => Activation::Sigmoid,
        };
        D::activate(pass, &output, self.output_width(), last)
    }

    /// The output of every layer for `rows` inputs, first layer first, and what some layers compute inside: the states
    /// of recurrent layers, the weights of attention. Inner layers come before the layer that holds them. Recurrent
    /// layers start from the carried state of predictions and change it, just like [`predict`](Model::predict).
    ///
    /// # Errors
    /// When the device fails.
    pub fn activations(&mut self, inputs: Buffer, rows: usize) -> Result<Vec<LayerView>, Error> {
        let mut pass = Pass::inference(&self.device);
        let input = Var::new(&self.device, inputs, rows, self.input_len(), false)?;
        let mut views = Vec::new();
        let output = self.layers.forward_viewed(&mut pass, input, "", &mut views)?;
        let output = self.finish(&mut pass, output)?;
        if let Some(last) = views.last_mut() {
            last.values = output.to_vec()?;
        }
        Ok(views)
    }

    /// Visits all parameters, running statistics included, by path (`conv2d/kernel`), in a fixed order.
    pub fn visit<'a>(&'a self, visit: &mut dyn FnMut(String, &'a Param<D>)) {
        self.layers.visit("", visit);
    }

    /// Visits all parameters to change them, in the same order.
    pub fn visit_mut<'a>(&'a mut self, visit: &mut dyn FnMut(String, &'a mut Param<D>)) {
        self.layers.visit_mut("", visit);
    }

    /// Copies the numbers of all parameters from a model of the same layers.
    ///
    /// # Errors
    /// When the layers differ, or the device fails.
    pub fn copy_weights(&mut self, from: &Model<D>) -> Result<(), Error> {
        let mut all = Vec::new();
        from.visit(&mut |_, param| all.push(param));
        let (device, mut all, mut outcome) = (self.device.clone(), all.into_iter(), Ok(()));
        self.visit_mut(&mut |path, param| {
            let copied = match all.next() {
                Some(own) => own.host().and_then(|own| param.set(&device, &own)),
                None => Err(Error::Weights(format!("the other model has no {path}"))),
            };
            if outcome.is_ok() {
                outcome = copied;
            }
        });
        outcome
    }

    /// The number of trainable weights.
    pub fn parameters(&self) -> u64 {
        let mut count = 0;
        self.visit(&mut |_, param| count += if param.trainable { param.len() as u64 } else { 0 });
        count
    }

    /// Applies the layers one by one and names the first one with weights, or else an output, that are not finite.
    ///
    /// # Errors
    /// When the device fails.
    pub fn first_not_finite(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Option<String>, Error> {
        self.layers.first_not_finite(pass, input)
    }

    /// Visits what recurrent layers carry from one training batch to the next, by path (`lstm/hidden`).
    ///
    /// # Errors
    /// When the device fails.
    pub fn visit_carried(&self, visit: &mut dyn FnMut(String, &[f32])) -> Result<(), Error> {
        self.layers.visit_carried("", visit)
    }

    /// Restores what [`visit_carried`](Model::visit_carried) gave: `saved` returns it by path.
    ///
    /// # Errors
    /// When the device fails.
    pub fn restore_carried(&mut self, saved: &mut dyn FnMut(&str) -> Option<Vec<f32>>) -> Result<(), Error> {
        self.layers.restore_carried(&self.device, "", saved)
    }

    /// Forgets what stateful recurrent layers carry from one training batch to the next; called before an epoch.
    pub fn reset_state(&mut self) {
        self.layers.reset_state(Carried::Training);
    }

    /// Forgets what stateful recurrent layers carry through an evaluation; called before it begins.
    pub fn reset_evaluation_state(&mut self) {
        self.layers.reset_state(Carried::Evaluation);
    }

    /// Forgets what stateful recurrent layers carry from one prediction to the next; called before a new text.
    pub fn reset_prediction_state(&mut self) {
        self.layers.reset_state(Carried::Prediction);
    }

    /// Gives the dropouts these rates, in the order of [`dropout_rates`](crate::preset::steering::dropout_rates).
    pub fn set_dropout(&mut self, rates: &[f32]) {
        self.layers.set_dropout(&mut rates.iter().copied());
    }

    /// Truncates backpropagation through time: gradients stop every `steps` steps of a sequence; 0: never.
    pub fn truncate_backpropagation(&mut self, steps: usize) {
        self.layers.truncate(steps);
    }
}

#[cfg(test)]
mod tests {
    use dfdx::tensor::Cpu;

    use super::*;
    use crate::preset::layers::{Dense, Flatten};

    fn dense(units: usize, activation: Activation) -> preset::Layer {
        Dense::new(units, activation).into()
    }

    #[test]
    fn a_classifier_predicts_probabilities_and_names_its_weights_as_keras_does() {
        let device = Cpu::default();
        let layers = [Flatten.into(), dense(16, Activation::Relu), dense(10, Activation::Softmax)];
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
