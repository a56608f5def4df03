//! Optimizers: from gradients to new weights.

mod kernel;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use dfdx::tensor::{Cpu, Gradients};
use rayon::prelude::*;

use super::buffer::Buffer;
use super::device::{Device, Error};
use super::graph::{Param, take_gradient};
use super::model::Model;
use super::ops::Backend;
use super::profile::span;
use crate::preset::{self, Clip};
use kernel::Rule;

/// Parameter updates on a device.
pub trait UpdateOp: Device {
    /// The gradients of these parameters, in their order, taken out of `gradients`; none where nothing flowed.
    fn take_gradients(gradients: &mut Gradients<f32, Self>, param: &Param<Self>) -> Option<Buffer>;

    /// Changes a parameter in place.
    ///
    /// # Errors
    /// When the device fails.
    fn update(device: &Self, param: &mut Param<Self>, change: impl FnOnce(&mut [f32])) -> Result<(), Error>;
}

impl UpdateOp for Cpu {
    fn take_gradients(gradients: &mut Gradients<f32, Cpu>, param: &Param<Cpu>) -> Option<Buffer> {
        take_gradient(gradients, &param.node)
    }

    fn update(_: &Cpu, param: &mut Param<Cpu>, change: impl FnOnce(&mut [f32])) -> Result<(), Error> {
        change(param.values_mut());
        Ok(())
    }
}

/// An optimizer with what it remembers of each parameter.
pub struct Optimizer {
    settings: preset::Optimizer,
    clip: Clip,
    steps: u64,
    moments: BTreeMap<String, Vec<Vec<f32>>>,
}

/// What an optimizer remembers, for a checkpoint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// Updates made so far.
    pub steps: u64,
    /// A parameter's path and the name of a moment, joined by `/`, with its numbers.
    pub moments: Vec<(String, Vec<f32>)>,
}

impl Optimizer {
    /// An optimizer that has seen nothing yet.
    pub fn new(settings: &preset::Optimizer, clip: &Clip) -> Self {
        Optimizer { settings: settings.clone(), clip: clip.clone(), steps: 0, moments: BTreeMap::new() }
    }

    /// Updates every trainable parameter of the model from its gradient.
    ///
    /// Penalties on weights are added to the gradients first, then gradients are clipped, by value and by norm.
    ///
    /// # Errors
    /// When the device fails.
    pub fn step<D: Backend>(
        &mut self,
        model: &mut Model<D>,
        gradients: &mut Gradients<f32, D>,
        learning_rate: f64,
    ) -> Result<(), Error> {
        let _span = span("optimizer", 0);
        self.steps += 1;
        let rule = Rule::new(&self.settings, learning_rate, self.steps);
        let device = model.device().clone();
        let mut failed = Ok(());
        let mut pending = Vec::new();
        model.visit_mut(&mut |path, param| {
            if let Some(mut gradient) = param.trainable.then(|| D::take_gradients(gradients, param)).flatten()
            {
                if param.l1 != 0.0 || param.l2 != 0.0 {
                    kernel::add_penalty(&mut gradient, &param.to_vec(), param.l1, param.l2);
                }
                pending.push((path, param, gradient));
            }
        });
        if let Some(limit) = self.clip.value {
            let limit = limit as f32;
            pending.iter_mut().for_each(|(_, _, g)| g.iter_mut().for_each(|g| *g = g.clamp(-limit, limit)));
        }
        if let Some(limit) = self.clip.norm {
            let norm = pending.iter().map(|(_, _, g)| kernel::sum_of_squares(g)).sum::<f64>().sqrt();
            if norm > limit {
                let scale = (limit / norm) as f32;
                pending.iter_mut().for_each(|(_, _, g)| g.iter_mut().for_each(|g| *g *= scale));
            }
        }
        for (path, param, gradient) in pending {
            let moments = self.moments.entry(path).or_insert_with(|| rule.start(gradient.len()));
            let result = D::update(&device, param, |weights| rule.apply(weights, &gradient, moments));
            failed = failed.and(result);
        }
        failed
    }

    /// What it remembers.
    pub fn memory(&self) -> Memory {
        let names = kernel::moment_names(&self.settings);
        let moments = self.moments.iter().flat_map(|(path, moments)| {
            names.iter().zip(moments).map(move |(name, moment)| (format!("{path}/{name}"), moment.clone()))
        });
        Memory { steps: self.steps, moments: moments.collect() }
    }

    /// Goes on from what was remembered.
    ///
    /// # Errors
    /// When it belongs to another kind of optimizer.
    pub fn restore(&mut self, memory: Memory) -> Result<(), Error> {
        let names = kernel::moment_names(&self.settings);
        let mut moments: BTreeMap<String, Vec<Vec<f32>>> = BTreeMap::new();
        for (path, values) in memory.moments {
            let known = path.rsplit_once('/').and_then(|(param, name)| {
                names.iter().position(|known| *known == name).map(|place| (param.to_string(), place))
            });
            let Some((param, place)) = known else {
                return Err(Error::Weights(format!("the optimizer state '{path}' is of another optimizer")));
            };
            let slots = moments.entry(param).or_insert_with(|| vec![Vec::new(); names.len()]);
            slots[place] = values;
        }
        if moments.values().flatten().any(Vec::is_empty) {
            return Err(Error::Weights("the optimizer state is incomplete".into()));
        }
        (self.steps, self.moments) = (memory.steps, moments);
        Ok(())
    }
}

/// The penalty on a model's weights that its layers' regularizers add to the loss.
pub fn penalty<D: Backend>(model: &Model<D>) -> f64 {
    let mut sum = 0.0;
    model.visit(&mut |_, param| {
        if param.l1 != 0.0 || param.l2 != 0.0 {
            let weights = param.to_vec();
            sum += f64::from(param.l1) * weights.iter().map(|w| f64::from(w.abs())).sum::<f64>();
            sum += f64::from(param.l2) * kernel::sum_of_squares(&weights);
        }
    });
    sum
}

/// Runs `work` on pieces of equal ranges of a parameter, its gradient and its moments, in parallel.
fn in_pieces<const M: usize>(
    weights: &mut [f32],
    gradient: &[f32],
    moments: &mut [Vec<f32>],
    work: impl Fn(&mut [f32], &[f32], [&mut [f32]; M]) + Sync,
) {
    const PIECE: usize = 1 << 15;
    let mut rest: [&mut [f32]; M] = {
        let mut all = moments.iter_mut();
        std::array::from_fn(|_| all.next().map(Vec::as_mut_slice).unwrap_or_default())
    };
    if weights.len() <= PIECE {
        return work(weights, gradient, rest);
    }
    let mut pieces = Vec::with_capacity(weights.len().div_ceil(PIECE));
    for (w, g) in weights.chunks_mut(PIECE).zip(gradient.chunks(PIECE)) {
        let part = std::array::from_fn(|i| {
            let (head, tail) = std::mem::take(&mut rest[i]).split_at_mut(w.len());
            rest[i] = tail;
            head
        });
        pieces.push((w, g, part));
    }
    pieces.into_par_iter().for_each(|(w, g, m)| work(w, g, m));
}
