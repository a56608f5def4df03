//! A model as the rooms above the engine see it: numbers on the host, whatever device the model is on.

use super::buffer::Buffer;
use super::device::Error;
use super::layers::view::LayerView;
use super::model::Model;
use super::ops::Backend;

/// A parameter's path, shape and numbers.
pub type Parameter = (String, Vec<usize>, Vec<f32>);

/// What a model offers to callers that do not know its device.
pub trait HostModel {
    /// Numbers of one input.
    fn input_len(&self) -> usize;

    /// Length of the output's last axis: the number of classes, or of values.
    fn output_width(&self) -> usize;

    /// The outputs for `rows` inputs (`[rows, input]`), last activation applied: probabilities, or values.
    ///
    /// # Errors
    /// When the device fails.
    fn predict(&mut self, inputs: Buffer, rows: usize) -> Result<Vec<f32>, Error>;

    /// What every layer gives for `rows` inputs; see [`Model::activations`].
    ///
    /// # Errors
    /// When the device fails.
    fn activations(&mut self, inputs: Buffer, rows: usize) -> Result<Vec<LayerView>, Error>;

    /// How much each number of `rows` inputs moves the score of `class`; see [`Model::gradient_of_input`].
    ///
    /// # Errors
    /// When there is no such class, the inputs are of another size, or no gradient reaches them.
    fn gradient_of_input(&mut self, inputs: Buffer, rows: usize, class: usize) -> Result<Vec<f32>, Error>;

    /// Forgets what recurrent layers carry from one prediction to the next.
    fn reset_prediction_state(&mut self);

    /// The first parameter whose path, such as `conv2d/kernel`, is wanted.
    ///
    /// # Errors
    /// When the device fails.
    fn find_parameter(&self, is_wanted: &dyn Fn(&str) -> bool) -> Result<Option<Parameter>, Error>;
}

impl<D: Backend> HostModel for Model<D> {
    fn input_len(&self) -> usize {
        Model::input_len(self)
    }

    fn output_width(&self) -> usize {
        Model::output_width(self)
    }

    fn predict(&mut self, inputs: Buffer, rows: usize) -> Result<Vec<f32>, Error> {
        Model::predict(self, inputs, rows)
    }

    fn activations(&mut self, inputs: Buffer, rows: usize) -> Result<Vec<LayerView>, Error> {
        Model::activations(self, inputs, rows)
    }

    fn gradient_of_input(&mut self, inputs: Buffer, rows: usize, class: usize) -> Result<Vec<f32>, Error> {
        Model::gradient_of_input(self, inputs, rows, class)
    }

    fn reset_prediction_state(&mut self) {
        Model::reset_prediction_state(self);
    }

    fn find_parameter(&self, is_wanted: &dyn Fn(&str) -> bool) -> Result<Option<Parameter>, Error> {
        let mut found = None;
        self.visit(&mut |path, param| {
            if found.is_none() && is_wanted(&path) {
                found = Some((path, param));
            }
        });
        found.map(|(path, param)| Ok((path, param.shape.clone(), param.to_vec()?))).transpose()
    }
}
