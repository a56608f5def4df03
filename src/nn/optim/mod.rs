//! Optimizers: they turn gradients into new weights.

#[cfg(test)]
mod tests;
pub mod update;

use std::collections::BTreeMap;

use dfdx::tensor::Cpu;

use super::clock::{self, Part};
use super::device::Error;
use super::gradients::Gradients;
use super::model::Model;
use super::ops::Backend;
use super::profile::span;
use super::value::Value;
use crate::nn::kernel::rule::Rule;
use crate::preset::optimizers::UseRule;
use crate::preset::{self, Clip};
use update::Pending;

/// An optimizer with the moments that it keeps for each parameter.
pub struct Optimizer<D: Backend = Cpu> {
    settings: preset::Optimizer,
    clip: Clip,
    steps: u64,
    moments: BTreeMap<String, Vec<D::Numbers>>,
    /// Moments that were restored and not yet used.
    restored: BTreeMap<String, Vec<Vec<f32>>>,
    /// What the last update depended on: see [`step_if_finite`](Optimizer::step_if_finite).
    guards: Vec<D::Reading>,
    /// How the next update is measured.
    watching: Option<Watch>,
    watched: Vec<Watched>,
}

/// What of an update is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// How large gradients, weights and changes are.
    Norms,
    /// All numbers as well, which takes three copies of them.
    Numbers,
}

/// The numbers of a parameter around an update.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Around {
    /// Its gradient, penalties included, before clipping.
    pub gradient: Vec<f32>,
    /// Its numbers before the update.
    pub before: Vec<f32>,
    /// Its numbers after it.
    pub after: Vec<f32>,
}

/// What an update did to a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    /// The parameter's path.
    pub path: String,
    /// How many numbers it has.
    pub count: usize,
    /// The Euclidean norm of its gradient, penalties included, before clipping.
    pub gradient: f64,
    /// The norm of its numbers before the update.
    pub weights: f64,
    /// The norm of what was added to them.
    pub update: f64,
    /// The numbers themselves, where [`Watch::Numbers`] was asked for.
    pub numbers: Option<Around>,
}

/// An optimizer's state, for a checkpoint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// Updates made so far.
    pub steps: u64,
    /// A parameter's path and the name of a moment, joined by `/`, with its numbers.
    pub moments: Vec<(String, Vec<f32>)>,
}

impl<D: Backend> Optimizer<D> {
    /// An optimizer that has made no updates yet.
    pub fn new(settings: &preset::Optimizer, clip: &Clip) -> Self {
        let (moments, restored) = (BTreeMap::new(), BTreeMap::new());
        let guards = Vec::new();
        Optimizer {
            settings: settings.clone(),
            clip: clip.clone(),
            steps: 0,
            moments,
            restored,
            guards,
            watching: None,
            watched: Vec::new(),
        }
    }

    /// Goes on with other settings of the same algorithm. Moments that the algorithm does not keep with these settings, as
    /// SGD without momentum, are forgotten; new ones begin as before the first update.
    ///
    /// # Errors
    /// When the device fails.
    pub fn set(&mut self, settings: &preset::Optimizer, clip: &Clip) -> Result<(), Error> {
        if settings.moments() != self.settings.moments() {
            (self.steps, self.guards) = (self.updates()?, Vec::new());
            (self.moments, self.restored) = (BTreeMap::new(), BTreeMap::new());
        }
        (self.settings, self.clip) = (settings.clone(), clip.clone());
        Ok(())
    }

    /// Has the next update measured; see [`take_watched`](Optimizer::take_watched).
    pub fn watch_next(&mut self, watch: Watch) {
        self.watching = Some(watch);
    }

    /// What the update that was measured last did; empty where none was.
    pub fn take_watched(&mut self) -> Vec<Watched> {
        std::mem::take(&mut self.watched)
    }

    /// As [`step`](Optimizer::step), where all of `guards` are finite; where one is not, nothing is learned. The host need
    /// not know them yet.
    ///
    /// # Errors
    /// When the device fails.
    pub fn step_if_finite(
        &mut self,
        model: &mut Model<D>,
        gradients: &mut Gradients<D>,
        learning_rate: f64,
        guards: &[&Value<D>],
    ) -> Result<(), Error> {
        let mut coming = Vec::new();
        for guard in guards {
            match guard {
                Value::Known(number) if number.is_finite() => {}
                Value::Known(_) => return Ok(()),
                Value::Coming(reading) => coming.push(reading.clone()),
            }
        }
        self.steps = self.updates()?;
        self.guards = coming;
        let outcome = self.update(model, gradients, learning_rate);
        clock::ended(Part::Update);
        outcome
    }

    /// Updates every trainable parameter of the model from its gradient.
    ///
    /// Penalties on weights are added to the gradients first, then gradients are clipped, by value and by norm.
    ///
    /// # Errors
    /// When the device fails.
    pub fn step(
        &mut self,
        model: &mut Model<D>,
        gradients: &mut Gradients<D>,
        learning_rate: f64,
    ) -> Result<(), Error> {
        self.step_if_finite(model, gradients, learning_rate, &[])
    }

    /// The number of updates that were made: the last one counts only if its guards were finite.
    fn updates(&self) -> Result<u64, Error> {
        for guard in &self.guards {
            if D::arrived(guard)?.iter().any(|number| !number.is_finite()) {
                return Ok(self.steps - 1);
            }
        }
        Ok(self.steps)
    }

    fn update(
        &mut self,
        model: &mut Model<D>,
        gradients: &mut Gradients<D>,
        learning_rate: f64,
    ) -> Result<(), Error> {
        let _span = span("optimizer", 0);
        self.steps += 1;
        let device = model.device().clone();
        let count = self.moments.len();
        let (mut paths, mut pending) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let mut taken = Ok(());
        model.visit_mut(&mut |path, param| {
            let gradient = if param.trainable { D::take_gradient(gradients, param) } else { Ok(None) };
            match gradient {
                Ok(Some(gradient)) => {
                    paths.push(path);
                    pending.push(Pending { param, gradient, moments: Vec::new() });
                }
                Ok(None) => {}
                Err(error) => taken = Err(error),
            }
        });
        taken?;
        D::add_penalties(&device, &mut pending)?;
        let before = self.watching.take().map(|watch| before(&paths, &pending, watch)).transpose()?;
        if let Some(limit) = self.clip.value {
            D::clip_values(&device, &mut pending, limit as f32)?;
        }
        if let Some(limit) = self.clip.norm {
            D::clip_norm(&device, &mut pending, limit)?;
        }
        for (path, Pending { param, moments, .. }) in paths.iter().zip(&mut pending) {
            *moments = match self.moments.get_mut(path) {
                Some(known) => std::mem::take(known),
                None => {
                    let start = self.restored.remove(path).unwrap_or_else(|| {
                        vec![vec![self.settings.start(); param.len()]; self.settings.moments().len()]
                    });
                    start.into_iter().map(|moment| D::numbers(&device, moment)).collect::<Result<_, _>>()?
                }
            };
        }
        let update = Update { device: &device, pending: &mut pending, guards: &self.guards };
        let outcome = self.settings.rule(learning_rate, self.steps, update);
        if let Some(before) = before {
            self.watched = after(before, &pending)?;
        }
        for (path, Pending { moments, .. }) in paths.into_iter().zip(pending) {
            match self.moments.get_mut(&path) {
                Some(known) => *known = moments,
                None => drop(self.moments.insert(path, moments)),
            }
        }
        outcome
    }

    /// Its state, for a checkpoint.
    ///
    /// # Errors
    /// When the device fails.
    pub fn memory(&self) -> Result<Memory, Error> {
        let names = self.settings.moments();
        let mut all: BTreeMap<&String, Vec<Vec<f32>>> =
            self.restored.iter().map(|(path, moments)| (path, moments.clone())).collect();
        for (path, moments) in &self.moments {
            all.insert(path, moments.iter().map(D::to_vec).collect::<Result<_, _>>()?);
        }
        let moments = all.into_iter().flat_map(|(path, moments)| {
            names.iter().zip(moments).map(move |(name, moment)| (format!("{path}/{name}"), moment))
        });
        Ok(Memory { steps: self.updates()?, moments: moments.collect() })
    }

    /// Continues from a saved state.
    ///
    /// # Errors
    /// When the state belongs to another kind of optimizer, or is incomplete.
    pub fn restore(&mut self, memory: Memory) -> Result<(), Error> {
        let names = self.settings.moments();
        let mut moments: BTreeMap<String, Vec<Vec<f32>>> = BTreeMap::new();
        for (path, values) in memory.moments {
            let known = path.rsplit_once('/').and_then(|(param, name)| {
                names.iter().position(|known| *known == name).map(|place| (param.to_string(), place))
            });
            let Some((param, place)) = known else {
                return Err(Error::Weights(format!(
                    "the optimizer state '{path}' belongs to another optimizer"
                )));
            };
            let slots = moments.entry(param).or_insert_with(|| vec![Vec::new(); names.len()]);
            slots[place] = values;
        }
        if moments.values().flatten().any(Vec::is_empty) {
            return Err(Error::Weights("the optimizer state is incomplete".into()));
        }
        (self.steps, self.moments, self.restored) = (memory.steps, BTreeMap::new(), moments);
        self.guards = Vec::new();
        Ok(())
    }
}

/// Updates parameters by the rule that the settings give.
struct Update<'a, 'b, D: Backend> {
    device: &'a D,
    pending: &'a mut [Pending<'b, D>],
    guards: &'a [D::Reading],
}

impl<D: Backend> UseRule for Update<'_, '_, D> {
    type Output = Result<(), Error>;

    fn with<R: Rule<N>, const N: usize>(self, rule: R) -> Result<(), Error> {
        D::update(self.device, self.pending, rule, self.guards)
    }
}

/// The gradients and the numbers of parameters that are about to change, with the copies of the numbers.
fn before<D: Backend>(
    paths: &[String],
    pending: &[Pending<D>],
    watch: Watch,
) -> Result<Vec<(Watched, Vec<f32>)>, Error> {
    let seen = |(path, pending): (&String, &Pending<D>)| {
        let (gradient, numbers) = (D::to_vec(&pending.gradient)?, pending.param.to_vec()?);
        let watched = Watched {
            path: path.clone(),
            count: numbers.len(),
            gradient: norm(gradient.iter().copied()),
            weights: norm(numbers.iter().copied()),
            update: 0.0,
            numbers: (watch == Watch::Numbers).then(|| Around { gradient, ..Around::default() }),
        };
        Ok((watched, numbers))
    };
    paths.iter().zip(pending).map(seen).collect()
}

/// What the update did to them.
fn after<D: Backend>(
    before: Vec<(Watched, Vec<f32>)>,
    pending: &[Pending<D>],
) -> Result<Vec<Watched>, Error> {
    let seen = |((mut watched, before), pending): ((Watched, Vec<f32>), &Pending<D>)| {
        let after = pending.param.to_vec()?;
        watched.update = norm(after.iter().zip(&before).map(|(after, before)| after - before));
        if let Some(numbers) = &mut watched.numbers {
            (numbers.before, numbers.after) = (before, after);
        }
        Ok(watched)
    };
    before.into_iter().zip(pending).map(seen).collect()
}

fn norm(numbers: impl Iterator<Item = f32>) -> f64 {
    numbers.map(|x| f64::from(x).powi(2)).sum::<f64>().sqrt()
}

/// The penalty on a model's weights that its layers' regularizers add to the loss.
///
/// # Errors
/// When the device fails.
pub fn penalty<D: Backend>(model: &Model<D>) -> Result<Value<D>, Error> {
    let mut regularized = Vec::new();
    model.visit(&mut |_, param| {
        if param.l1 != 0.0 || param.l2 != 0.0 {
            regularized.push(param);
        }
    });
    if regularized.is_empty() {
        return Ok(Value::Known(0.0));
    }
    D::penalty(model.device(), &regularized)
}
