//! Residual: `x + f(x)` (He et al. 2016).

use super::Layer;
use super::chain::Chain;
use super::view::LayerView;
use crate::nn::device::Error;
use crate::nn::graph::{Carried, Param, Pass, Var};
use crate::nn::ops::Backend;

/// Adds the output of its layers to their input.
pub struct Residual<D: Backend> {
    layers: Chain<D>,
}

impl<D: Backend> Residual<D> {
    /// A block of these layers; their output must have the shape of their input.
    pub fn new(layers: Chain<D>) -> Self {
        Residual { layers }
    }
}

impl<D: Backend> Layer<D> for Residual<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        let change = self.layers.forward(pass, input.clone())?;
        D::add(pass, &input, &change)
    }

    fn forward_viewed(
        &mut self,
        pass: &mut Pass<D>,
        input: Var<D>,
        path: &str,
        views: &mut Vec<LayerView>,
    ) -> Result<Var<D>, Error> {
        let change = self.layers.forward_viewed(pass, input.clone(), path, views)?;
        D::add(pass, &input, &change)
    }

    fn visit<'a>(&'a self, path: &str, visit: &mut dyn FnMut(String, &'a Param<D>)) {
        self.layers.visit(path, visit);
    }

    fn visit_mut<'a>(&'a mut self, path: &str, visit: &mut dyn FnMut(String, &'a mut Param<D>)) {
        self.layers.visit_mut(path, visit);
    }

    fn visit_carried(&self, path: &str, visit: &mut dyn FnMut(String, &[f32])) -> Result<(), Error> {
        self.layers.visit_carried(path, visit)
    }

    fn restore_carried(
        &mut self,
        device: &D,
        path: &str,
        saved: &mut dyn FnMut(&str) -> Option<Vec<f32>>,
    ) -> Result<(), Error> {
        self.layers.restore_carried(device, path, saved)
    }

    fn reset_state(&mut self, of: Carried) {
        self.layers.reset_state(of);
    }

    fn set_dropout(&mut self, rates: &mut dyn Iterator<Item = f32>) {
        self.layers.set_dropout(rates);
    }

    fn truncate(&mut self, steps: usize) {
        self.layers.truncate(steps);
    }
}
