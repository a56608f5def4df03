//! Measures what a step does in each layer, for the diagnostics, without changing a bit of the training.

use super::error::Error;
use super::network::Network;
use super::report::StepSeen;
use crate::data::Batch;
use crate::nn::buffer::Buffer;
use crate::nn::layers::view::{LayerView, ViewKind};
use crate::nn::ops::Backend;
use crate::nn::optim::{Around, Watched};
use crate::preset::{Activation, Layer, layer_names};
use crate::run::Histogram;

/// The most samples whose outputs are looked at.
const ROWS: usize = 64;
/// The most weights, gradients and outputs of which there are histograms.
const MOST: usize = 32;
/// Networks with more parameters have none: they would be three times in memory.
pub(super) const MOST_PARAMETERS: u64 = 50_000_000;
/// An output this close to the end of its range is at it; a state is the product of two numbers of that kind.
const CLOSE: f32 = 0.01;
const STATE_CLOSE: f32 = 0.05;

/// What one step did in each layer of the network that a person sees as the model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Probe {
    /// The layers whose outputs have something to say, first to last.
    pub layers: Vec<LayerSeen>,
    /// The trained weights, first to last.
    pub weights: Vec<WeightsSeen>,
    /// Histograms of weights, gradients and outputs by their tags, where the step was watched with them.
    pub histograms: Vec<(String, Histogram)>,
}

/// The outputs of a layer for the samples of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerSeen {
    /// Its name.
    pub name: String,
    /// For a ReLU layer: the share of its units that give 0 for every sample.
    pub dead: Option<f64>,
    /// For a hidden layer of tanh or sigmoid units and a recurrent layer: the share of numbers at the ends of their range.
    pub saturated: Option<f64>,
    /// Whether these numbers are a recurrent layer's states.
    pub is_recurrent: bool,
}

/// A parameter and what the step did to it.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightsSeen {
    /// Its path.
    pub path: String,
    /// How many numbers it has.
    pub count: usize,
    /// The Euclidean norm of its gradient, before clipping.
    pub gradient: f64,
    /// The norm of its numbers before the step.
    pub weights: f64,
    /// The norm of what the step added to them.
    pub update: f64,
}

impl WeightsSeen {
    /// Whether it is a layer's kernel.
    pub fn is_kernel(&self) -> bool {
        self.path.ends_with("/kernel")
    }

    /// The root mean square of its gradient.
    pub fn mean_gradient(&self) -> f64 {
        self.gradient / (self.count.max(1) as f64).sqrt()
    }
}

impl Probe {
    /// What the step that has just been made, the `step`th, did to the weights; `None` where none was measured.
    pub fn seen(&self, step: u64) -> Option<StepSeen> {
        let seen = StepSeen { step, gradient: self.gradient(), update: self.update_ratio() };
        (!self.weights.is_empty()).then_some(seen)
    }

    /// The Euclidean norm of all gradients.
    pub fn gradient(&self) -> f64 {
        self.weights.iter().map(|seen| seen.gradient * seen.gradient).sum::<f64>().sqrt()
    }

    /// The share by which the step changed the kernels, of which half moved more; `None` where there are none.
    pub fn update_ratio(&self) -> Option<f64> {
        let kernels = self.weights.iter().filter(|seen| seen.is_kernel() && seen.weights > 0.0);
        let mut ratios: Vec<f64> = kernels.map(|seen| seen.update / seen.weights).collect();
        ratios.sort_unstable_by(f64::total_cmp);
        ratios.get(ratios.len() / 2).copied()
    }
}

/// The probe of the step that was just made on this batch by the first of the networks, whose layers these are; without layers, no
/// outputs are looked at.
///
/// # Errors
/// When the device fails.
pub(super) fn probe<D: Backend>(
    network: &mut Network<D>,
    layers: &[Layer],
    batch: &Batch,
) -> Result<Probe, Error> {
    let watched = network.optimizer.take_watched();
    let mut histograms = of_weights(network.name, &watched);
    let weights = watched.into_iter().map(|seen| WeightsSeen {
        path: seen.path,
        count: seen.count,
        gradient: seen.gradient,
        weights: seen.weights,
        update: seen.update,
    });
    let weights = weights.collect();
    let (rows, width) = (batch.rows.min(ROWS), network.model.input_len());
    // A generator does not read the batch.
    if layers.is_empty() || rows == 0 || batch.inputs.len() != batch.rows * width {
        return Ok(Probe { layers: Vec::new(), weights, histograms });
    }
    let views = network.model.activations(Buffer::copy_of(&batch.inputs[..rows * width]), rows)?;
    // What predictions carry on starts anew, as it does before a person asks.
    network.model.reset_prediction_state();
    if !histograms.is_empty() {
        let outputs: Vec<&LayerView> = views.iter().filter(|view| view.kind == ViewKind::Output).collect();
        let tagged = |view: &&LayerView| {
            (format!("activations/{}{}", network.name, view.layer), Histogram::of(&view.values))
        };
        histograms.extend(some_of(&outputs).map(tagged));
    }
    let hidden = layers.len().saturating_sub(1);
    let seen = layer_names(layers).into_iter().zip(layers).take(hidden).filter_map(|(name, layer)| {
        let view = |kind: ViewKind| views.iter().find(|view| view.layer == name && view.kind == kind);
        let squashed = |low: f32, close: f32, view: &LayerView| {
            let at_end = view.values.iter().filter(|x| **x > 1.0 - close || **x < low + close).count();
            at_end as f64 / view.values.len().max(1) as f64
        };
        let saturated = match (layer.recurrent().is_some(), layer.activation()) {
            (true, _) => view(ViewKind::States).map(|states| squashed(-1.0, STATE_CLOSE, states)),
            (false, Some(Activation::Tanh)) => {
                view(ViewKind::Output).map(|output| squashed(-1.0, CLOSE, output))
            }
            (false, Some(Activation::Sigmoid)) => {
                view(ViewKind::Output).map(|output| squashed(0.0, CLOSE, output))
            }
            (false, _) => None,
        };
        let is_relu = layer.activation() == Some(Activation::Relu) && rows > 1;
        let dead = is_relu.then(|| view(ViewKind::Output)).flatten().map(dead_units);
        (dead.is_some() || saturated.is_some()).then_some(LayerSeen {
            name,
            dead,
            saturated,
            is_recurrent: layer.recurrent().is_some(),
        })
    });
    Ok(Probe { layers: seen.collect(), weights, histograms })
}

/// Of more than [`MOST`], those at equal distances.
fn some_of<T>(all: &[T]) -> impl Iterator<Item = &T> {
    let count = all.len().min(MOST);
    (0..count).map(move |place| &all[place * all.len() / count])
}

/// Histograms of the weights after a step and of their gradients, where all numbers were watched.
fn of_weights(network: &str, watched: &[Watched]) -> Vec<(String, Histogram)> {
    let all: Vec<(&String, &Around)> =
        watched.iter().filter_map(|seen| Some((&seen.path, seen.numbers.as_ref()?))).collect();
    let tagged = |kind: &'static str, of: fn(&Around) -> &[f32]| {
        let one = move |(path, around): &(&String, &Around)| {
            (format!("{kind}/{network}{path}"), Histogram::of(of(around)))
        };
        some_of(&all).map(one).collect::<Vec<_>>()
    };
    let mut made = tagged("weights", |around| &around.after);
    made.extend(tagged("gradients", |around| &around.gradient));
    made
}

/// The share of units, or channels, that give 0 for every sample and at every place.
fn dead_units(view: &LayerView) -> f64 {
    let units = view.shape.last().copied().unwrap_or(1).max(1);
    let mut is_alive = vec![false; units];
    for row in view.values.chunks_exact(units) {
        is_alive.iter_mut().zip(row).for_each(|(alive, x)| *alive |= *x > 0.0);
    }
    is_alive.iter().filter(|alive| !**alive).count() as f64 / units as f64
}
