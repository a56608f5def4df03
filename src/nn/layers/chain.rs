//! Layers one behind the other: a model, or the inside of a residual block.

use super::Layer;
use super::build::{build, fused_with_next};
use super::site::Site;
use super::view::{LayerView, ViewKind};
use crate::nn::device::Error;
use crate::nn::graph::{Carried, Param, Pass, Var};
use crate::nn::init::Stream;
use crate::nn::ops::Backend;
use crate::preset;
use crate::preset::shapes::size;
use crate::preset::{layer_names, output_shape};

/// Layers, each of which reads the output of the one before.
pub struct Chain<D: Backend> {
    parts: Vec<Part<D>>,
    output: Vec<usize>,
}

struct Part<D: Backend> {
    name: String,
    layer: Box<dyn Layer<D>>,
    /// Shape of one sample's output, as the preset's layer describes it.
    shape: Vec<usize>,
    /// Whether it is fused with the layer behind it, which then does nothing and only keeps its name.
    fused: bool,
}

impl<D: Backend> Chain<D> {
    /// Builds the layers for inputs of shape `input` (channels last); `stream` gives each its random numbers.
    ///
    /// # Errors
    /// When a layer does not fit its input, or the device fails.
    pub fn build(
        device: &D,
        layers: &[preset::Layer],
        input: &[usize],
        stream: impl Fn(u32) -> Stream,
    ) -> Result<Self, Error> {
        let mut shape = input.to_vec();
        let mut parts = Vec::with_capacity(layers.len());
        let mut is_done = false;
        for (place, (layer, name)) in layers.iter().zip(layer_names(layers)).enumerate() {
            let fused = layers.get(place + 1).filter(|next| !is_done && fused_with_next(layer, next));
            let built: Box<dyn Layer<D>> = if is_done {
                Box::new(super::shape::Reshape)
            } else {
                build(layer, &Site { device, input: &shape, stream: stream(place as u32), fused })?
            };
            // A fused layer does the next layer's work as well.
            is_done = fused.is_some();
            shape = output_shape(layer, &shape).map_err(|error| Error::Weights(error.to_string()))?;
            parts.push(Part { name, layer: built, shape: shape.clone(), fused: is_done });
        }
        Ok(Chain { parts, output: shape })
    }

    /// See [`Model::first_not_finite`](crate::nn::model::Model::first_not_finite).
    pub(in crate::nn) fn first_not_finite(
        &mut self,
        pass: &mut Pass<D>,
        input: Var<D>,
    ) -> Result<Option<String>, Error> {
        let mut x = input;
        for part in &mut self.parts {
            let mut weights = Vec::new();
            part.layer.visit("", &mut |name, param| weights.push((name, param)));
            for (name, param) in weights {
                if param.host()?.iter().any(|w| !w.is_finite()) {
                    return Ok(Some(format!("the {name} of {}", part.name)));
                }
            }
            x = part.layer.forward(pass, x)?;
            if x.host()?.iter().any(|x| !x.is_finite()) {
                return Ok(Some(format!("the output of {}", part.name)));
            }
        }
        Ok(None)
    }

    /// Shape of one output.
    pub fn output_shape(&self) -> &[usize] {
        &self.output
    }

    /// See [`Model::multiplications`](crate::nn::model::Model::multiplications).
    pub(in crate::nn) fn multiplications(&self, input: &[usize]) -> u64 {
        let places = |shape: &[usize]| size(&shape[..shape.len().saturating_sub(1)]) as u64;
        let mut before = places(input);
        let mut sum = 0_u64;
        for part in &self.parts {
            let after = places(&part.shape);
            let mut weights = 0;
            part.layer.visit("", &mut |_, param| weights += param.len() as u64);
            sum = sum.saturating_add(weights.saturating_mul(before.max(after)));
            before = after;
        }
        sum
    }
}

impl<D: Backend> Layer<D> for Chain<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        self.parts.iter_mut().try_fold(input, |x, part| part.layer.forward(pass, x))
    }

    fn forward_viewed(
        &mut self,
        pass: &mut Pass<D>,
        input: Var<D>,
        path: &str,
        views: &mut Vec<LayerView>,
    ) -> Result<Var<D>, Error> {
        self.parts.iter_mut().try_fold(input, |x, part| {
            let path = format!("{path}{}/", part.name);
            let y = part.layer.forward_viewed(pass, x, &path, views)?;
            if !part.fused {
                views.push(LayerView::new(&path, ViewKind::Output, &part.shape, y.to_vec()?));
            } else if let Some(own) = views.last_mut() {
                // A fused layer has added the view of its own output itself, with a flat shape.
                own.shape.clone_from(&part.shape);
            }
            Ok(y)
        })
    }

    fn visit<'a>(&'a self, path: &str, visit: &mut dyn FnMut(String, &'a Param<D>)) {
        self.parts.iter().for_each(|part| part.layer.visit(&format!("{path}{}/", part.name), visit));
    }

    fn visit_mut<'a>(&'a mut self, path: &str, visit: &mut dyn FnMut(String, &'a mut Param<D>)) {
        self.parts.iter_mut().for_each(|part| part.layer.visit_mut(&format!("{path}{}/", part.name), visit));
    }

    fn visit_carried(&self, path: &str, visit: &mut dyn FnMut(String, &[f32])) -> Result<(), Error> {
        let mut parts = self.parts.iter();
        parts.try_for_each(|part| part.layer.visit_carried(&format!("{path}{}/", part.name), visit))
    }

    fn restore_carried(
        &mut self,
        device: &D,
        path: &str,
        saved: &mut dyn FnMut(&str) -> Option<Vec<f32>>,
    ) -> Result<(), Error> {
        let mut parts = self.parts.iter_mut();
        parts.try_for_each(|part| part.layer.restore_carried(device, &format!("{path}{}/", part.name), saved))
    }

    fn reset_state(&mut self, of: Carried) {
        self.parts.iter_mut().for_each(|part| part.layer.reset_state(of));
    }

    fn set_dropout(&mut self, rates: &mut dyn Iterator<Item = f32>) {
        self.parts.iter_mut().for_each(|part| part.layer.set_dropout(rates));
    }

    fn truncate(&mut self, steps: usize) {
        self.parts.iter_mut().for_each(|part| part.layer.truncate(steps));
    }
}
