//! Layers, one file for each kind: a struct with its parameters, its construction from the preset's options
//! ([`build::Build`]), and `forward`.

pub mod activation;
pub mod attention;
pub mod batch_normalization;
pub mod bidirectional;
pub mod branches;
pub mod build;
pub mod chain;
pub mod column_embedding;
pub mod conv2d;
pub mod conv2d_transpose;
pub mod dense;
pub mod depthwise_conv2d;
pub mod dropout;
pub mod embedding;
pub mod group_normalization;
pub mod input_columns;
pub mod layer_normalization;
pub mod margins;
pub mod noise;
pub mod pooling;
pub mod position_embedding;
pub mod recurrent;
pub mod residual;
pub mod rms_normalization;
#[cfg(test)]
mod sequence_tests;
pub mod shape;
mod site;
pub mod slope;
pub mod up_sampling;
pub mod view;

use super::device::Error;
use super::graph::{Carried, Param, Pass, Var};
use super::ops::Backend;
use view::LayerView;

/// A layer of a model.
pub trait Layer<D: Backend> {
    /// Applies the layer to `[batch, features]`, recording gradients if the pass does.
    ///
    /// # Errors
    /// When the device fails or lacks the op.
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error>;

    /// Like [`forward`](Layer::forward), and adds to `views` what the layer shows besides its output; its parameters'
    /// paths begin with `path`. For inference passes that a person inspects.
    ///
    /// # Errors
    /// As [`forward`](Layer::forward).
    fn forward_viewed(
        &mut self,
        pass: &mut Pass<D>,
        input: Var<D>,
        _path: &str,
        _views: &mut Vec<LayerView>,
    ) -> Result<Var<D>, Error> {
        self.forward(pass, input)
    }

    /// Visits its parameters, running statistics included, in a fixed order. Composite layers put the part's name and a
    /// `/` before the parameter's name in the path that they pass on: `bidirectional/forward_lstm/kernel`.
    fn visit<'a>(&'a self, _path: &str, _visit: &mut dyn FnMut(String, &'a Param<D>)) {}

    /// Visits its parameters to change them, in the same order.
    fn visit_mut<'a>(&'a mut self, _path: &str, _visit: &mut dyn FnMut(String, &'a mut Param<D>)) {}

    /// Visits what training passes carry from batch to batch, by path, for a checkpoint.
    ///
    /// # Errors
    /// When the device fails.
    fn visit_carried(&self, _path: &str, _visit: &mut dyn FnMut(String, &[f32])) -> Result<(), Error> {
        Ok(())
    }

    /// Restores what [`visit_carried`](Layer::visit_carried) gave: `saved` returns it by path.
    ///
    /// # Errors
    /// When the device fails.
    fn restore_carried(
        &mut self,
        _device: &D,
        _path: &str,
        _saved: &mut dyn FnMut(&str) -> Option<Vec<f32>>,
    ) -> Result<(), Error> {
        Ok(())
    }

    /// Forgets what this kind of pass carries from batch to batch: the state of a stateful recurrent layer.
    fn reset_state(&mut self, _of: Carried) {}

    /// Gives each dropout in it the next of `rates`, in the order in which the layers are built.
    fn set_dropout(&mut self, _rates: &mut dyn Iterator<Item = f32>) {}

    /// Truncates backpropagation through time: gradients stop every `steps` steps; 0: never.
    fn truncate(&mut self, _steps: usize) {}
}
