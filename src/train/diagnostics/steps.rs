//! Rules over what a step does in each layer.

use super::super::probing::{Probe, WeightsSeen};
use super::finding::Finding;

/// ReLU units that give 0 for every sample: this share of a layer's, in two probes in a row.
const DEAD: f64 = 0.8;
/// The gradients of the first layer are this share of those of the last.
const VANISHED: f64 = 1e-5;
/// Gradients that explode are this many times the smallest ones before, and the loss is so many times the smallest.
const EXPLODED: f64 = 1e3;
const LOSS_GROWN: f64 = 10.0;
/// Outputs at the end of their range: this share of a layer's, and of a recurrent layer's states.
const SATURATED: f64 = 0.95;
const STATES_SATURATED: f64 = 0.8;

/// What the probes so far have shown.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// Layers whose ReLUs were dead in the probe before.
    dead: Vec<String>,
    /// The smallest norm of all gradients, and the smallest loss.
    least: Option<(f64, f64)>,
}

impl Course {
    pub fn on_probe(&mut self, probe: &Probe, loss: f64) -> Vec<Finding> {
        let mut found = Vec::new();
        let dead: Vec<(&str, f64)> = probe
            .layers
            .iter()
            .filter_map(|layer| Some((layer.name.as_str(), layer.dead.filter(|share| *share > DEAD)?)))
            .collect();
        let again = dead.iter().find(|(name, _)| self.dead.iter().any(|before| before == name));
        found.extend(again.map(|(name, share)| Finding::DeadRelus { layer: (*name).into(), share: *share }));
        self.dead = dead.iter().map(|(name, _)| (*name).to_owned()).collect();
        let saturated = probe.layers.iter().find_map(|layer| {
            let most = if layer.is_recurrent { STATES_SATURATED } else { SATURATED };
            Some((layer.name.clone(), layer.saturated.filter(|share| *share > most)?))
        });
        found.extend(saturated.map(|(layer, share)| Finding::SaturatedGates { layer, share }));
        found.extend(vanishing(probe));
        found.extend(self.exploding(probe, loss));
        found
    }

    fn exploding(&mut self, probe: &Probe, loss: f64) -> Option<Finding> {
        let norm = probe.gradient();
        // A step without a gradient, or with one that is not finite, is no measure.
        if !(norm.is_finite() && norm > 0.0 && loss.is_finite()) {
            return None;
        }
        let (before, lowest) = self.least.unwrap_or((norm, loss));
        self.least = Some((before.min(norm), lowest.min(loss)));
        let grows = norm > EXPLODED * before && loss > LOSS_GROWN * lowest.max(0.1);
        grows.then_some(Finding::ExplodingGradients { norm, before })
    }
}

fn vanishing(probe: &Probe) -> Option<Finding> {
    let kernels: Vec<&WeightsSeen> = probe.weights.iter().filter(|seen| seen.is_kernel()).collect();
    let [first, _, .., last] = &kernels[..] else { return None };
    let (start, end) = (first.mean_gradient(), last.mean_gradient());
    let ratio = start / end;
    // A network that has learned everything has small gradients everywhere.
    let vanishes = end > 1e-6 && ratio < VANISHED;
    let layer = first.path.trim_end_matches("/kernel").to_owned();
    vanishes.then_some(Finding::VanishingGradients { layer, ratio })
}
