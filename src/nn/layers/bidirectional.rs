//! Bidirectional: a recurrent layer run in both directions, its two outputs side by side (Schuster & Paliwal 1997).

use super::Layer;
use super::recurrent::Recurrent;
use super::site::Site;
use super::view::LayerView;
use crate::nn::device::Error;
use crate::nn::graph::{Carried, Param, Pass, Var};
use crate::nn::ops::Backend;
use crate::preset;
use crate::preset::layers::composite::both_ways;

/// Two recurrent layers over the same sequence.
pub struct Bidirectional<D: Backend> {
    forward: Recurrent<D>,
    backward: Recurrent<D>,
    /// The names of the two: `forward_lstm`, `backward_lstm`.
    names: [String; 2],
}

impl<D: Backend> Bidirectional<D> {
    /// Both directions of the recurrent layer `inner`.
    ///
    /// # Errors
    /// When `inner` is not recurrent, and for the same reasons as [`Recurrent::from_options`].
    pub fn new(inner: &preset::Layer, site: &Site<D>) -> Result<Self, Error> {
        let options =
            inner.recurrent().ok_or_else(|| Error::Weights(format!("{} is not recurrent", inner.kind())))?;
        let steps = site.steps()?;
        let one_way = |part| Recurrent::from_options(site.device, options, steps, site.stream.part(part));
        Ok(Bidirectional { forward: one_way(0)?, backward: one_way(1)?.reversed(), names: both_ways(inner) })
    }

    fn paths(&self, path: &str) -> [String; 2] {
        self.names.each_ref().map(|name| format!("{path}{name}/"))
    }
}

impl<D: Backend> Layer<D> for Bidirectional<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        let units = self.forward.shape().units;
        let there = self.forward.forward(pass, input.clone())?;
        let back = self.backward.forward(pass, input)?;
        D::concatenate(pass, &[(&there, units), (&back, units)])
    }

    fn forward_viewed(
        &mut self,
        pass: &mut Pass<D>,
        input: Var<D>,
        path: &str,
        views: &mut Vec<LayerView>,
    ) -> Result<Var<D>, Error> {
        let units = self.forward.shape().units;
        let [there, back] = self.paths(path);
        let there = self.forward.forward_viewed(pass, input.clone(), &there, views)?;
        let back = self.backward.forward_viewed(pass, input, &back, views)?;
        D::concatenate(pass, &[(&there, units), (&back, units)])
    }

    fn visit<'a>(&'a self, path: &str, visit: &mut dyn FnMut(String, &'a Param<D>)) {
        let [there, back] = self.paths(path);
        self.forward.visit(&there, visit);
        self.backward.visit(&back, visit);
    }

    fn visit_mut<'a>(&'a mut self, path: &str, visit: &mut dyn FnMut(String, &'a mut Param<D>)) {
        let [there, back] = self.paths(path);
        self.forward.visit_mut(&there, visit);
        self.backward.visit_mut(&back, visit);
    }

    fn visit_carried(&self, path: &str, visit: &mut dyn FnMut(String, &[f32])) -> Result<(), Error> {
        let [there, back] = self.paths(path);
        self.forward.visit_carried(&there, visit)?;
        self.backward.visit_carried(&back, visit)
    }

    fn restore_carried(
        &mut self,
        device: &D,
        path: &str,
        saved: &mut dyn FnMut(&str) -> Option<Vec<f32>>,
    ) -> Result<(), Error> {
        let [there, back] = self.paths(path);
        self.forward.restore_carried(device, &there, saved)?;
        self.backward.restore_carried(device, &back, saved)
    }

    fn reset_state(&mut self, of: Carried) {
        self.forward.reset_state(of);
        self.backward.reset_state(of);
    }

    fn truncate(&mut self, steps: usize) {
        self.forward.truncate(steps);
        self.backward.truncate(steps);
    }
}
