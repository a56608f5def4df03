//! Rules over the reports of epochs.

use super::super::metrics::Metric;
use super::super::probing::Probe;
use super::super::report::EpochReport;
use super::super::training::Training;
use super::finding::Finding;
use crate::data;
use crate::preset::Procedure;

/// A loss that rises by less than this share of the first epoch's training loss shows nothing: both are near 0.
const NOTABLE: f64 = 0.1;
/// Overfitting: the validation loss is this many times the lowest one, and that was so many epochs ago.
const RISEN: f64 = 1.25;
const EPOCHS_AGO: u32 = 5;
/// A rate that is too high: the training loss of two epochs in a row is this many times the lowest one.
const GROWN: f64 = 1.3;
/// A plateau: the training losses of so many epochs differ by this share at most, and less than this share of the samples is
/// right.
const STILL_EPOCHS: usize = 6;
const STILL: f64 = 0.0005;
const RIGHT: f64 = 0.9;
/// Underfitting: after so many epochs, less than this share of what the commonest class leaves is right.
const PATIENCE: u32 = 5;
const GAIN: f64 = 0.05;
/// A discriminator that wins, two epochs in a row.
const REAL: f64 = 0.98;
/// A code that says nothing, in nats.
const NO_CODE: f64 = 0.05;
/// A rate that is too low: a step changes the weights by less than this share, and an epoch lowers the loss by less than that
/// one.
const HARDLY_MOVES: f64 = 1e-6;
const HARDLY_FALLS: f64 = 0.01;
/// The same by what is left to learn: a step changes the weights by less than this share, where about a thousandth is usual
/// (Karpathy, CS231n: "ratio of weights:updates"), although the schedule has its rate at this share of the optimizer's or more;
/// the gradients are this share of the first ones or more, and so is the loss.
const SMALL_STEPS: f64 = 1e-4;
const AT_FULL_RATE: f64 = 0.5;
const LEFT: f64 = 0.5;

/// What the epochs so far have shown.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// The share of the commonest class; 1 where samples have no classes.
    commonest: f64,
    epochs: u32,
    /// A loss in which two networks play against each other says nothing by itself.
    is_adversarial: bool,
    /// Layers that learn one after the other have losses that do not compare.
    is_pretrained: bool,
    /// The training loss of the first epoch.
    first: Option<f64>,
    /// The epoch in progress began with losses that do not compare.
    is_mixed: bool,
    /// Training losses of the epochs that compare, and the accuracy of the newest.
    training: Vec<f64>,
    accuracy: Option<f64>,
    /// The epoch with the lowest validation loss, that loss, and the training loss then.
    best: Option<(u32, f64, f64)>,
    /// How many epochs in a row the discriminator has won.
    won: u32,
    /// How many epochs in a row the training loss was far above the lowest one.
    grown: u32,
    /// The norm of the gradients in the first step that was measured, where the training began with it and its loss is still the same.
    first_gradient: Option<f64>,
    /// Whether such a norm is to be taken.
    is_from_start: bool,
    /// The share by which the newest measured step changed the weights, where that was little for what is left to learn.
    small_step: Option<f64>,
}

impl Course {
    pub fn begin(&mut self, training: &dyn Training) {
        let counts = data::class_counts(&*training.splits().train);
        let (all, most) = (counts.iter().sum::<u64>(), counts.iter().max().copied().unwrap_or(0));
        self.commonest = if all > 0 { most as f64 / all as f64 } else { 1.0 };
        self.epochs = training.epochs();
        let procedure = &training.preset().procedure;
        self.is_adversarial = matches!(procedure, Procedure::Adversarial(_));
        self.is_pretrained = matches!(procedure, Procedure::Pretraining(_));
        self.is_from_start = training.step() == 0;
    }

    /// The losses so far do not compare with those to come.
    pub fn forget_losses(&mut self) {
        self.training.clear();
        (self.best, self.won, self.grown, self.is_mixed) = (None, 0, 0, true);
        (self.first_gradient, self.is_from_start, self.small_step) = (None, false, None);
    }

    pub fn on_epoch(&mut self, report: &EpochReport) -> Vec<Finding> {
        if std::mem::take(&mut self.is_mixed) {
            return Vec::new();
        }
        let metrics = &report.training.metrics;
        if let (Some(real), Some(generated)) =
            (metrics.get(Metric::ScoreReal), metrics.get(Metric::ScoreGenerated))
        {
            self.won = if real > REAL && generated < 1.0 - REAL { self.won + 1 } else { 0 };
            return match self.won {
                2 => vec![Finding::DiscriminatorWinning { real, generated }],
                _ => Vec::new(),
            };
        }
        // The layers of a pretraining have no accuracy, and each a loss of its own.
        let is_layer = self.is_pretrained && report.training.accuracy.is_none();
        if self.is_adversarial || is_layer || !report.training.loss.is_finite() {
            return Vec::new();
        }
        let mut found = Vec::new();
        if let Some(divergence) = metrics.get(Metric::KlDivergence)
            && divergence < NO_CODE
            && report.epoch >= 2
        {
            found.push(Finding::PosteriorCollapse { divergence });
        }
        self.training.push(report.training.loss);
        self.first.get_or_insert(report.training.loss);
        self.accuracy = report.training.accuracy;
        found.extend(self.overfitting(report));
        found.extend(self.rate_too_high());
        found.extend(self.plateau());
        found.extend(self.underfitting(report));
        found.extend(self.much_is_left());
        found
    }

    /// Whether the rate is too low, given what a step did to the weights and where the schedule had its rate, as a share of the
    /// optimizer's.
    pub fn on_probe(&mut self, probe: &Probe, schedule: f64) -> Option<Finding> {
        let (ratio, gradient) = (probe.update_ratio()?, probe.gradient());
        if std::mem::take(&mut self.is_from_start) {
            self.first_gradient = Some(gradient).filter(|norm| norm.is_finite() && *norm > 0.0);
        }
        let is_left = self.first_gradient.is_some_and(|first| gradient >= LEFT * first);
        let is_small = ratio < SMALL_STEPS && schedule >= AT_FULL_RATE;
        self.small_step = (is_small && is_left).then_some(ratio);
        self.hardly_moves(ratio).or_else(|| self.much_is_left())
    }

    fn hardly_moves(&self, ratio: f64) -> Option<Finding> {
        let [.., before, now] = self.training[..] else { return None };
        let is_still = ratio < HARDLY_MOVES && now > before * (1.0 - HARDLY_FALLS);
        is_still.then_some(Finding::RateTooLow { ratio })
    }

    /// Steps are small although much is left to learn.
    fn much_is_left(&self) -> Option<Finding> {
        let ratio = self.small_step?;
        let [.., _, now] = self.training[..] else { return None };
        let is_poor = self.accuracy.is_none_or(|accuracy| accuracy < RIGHT);
        (is_poor && now > LEFT * self.first?).then_some(Finding::RateTooLow { ratio })
    }

    fn overfitting(&mut self, report: &EpochReport) -> Option<Finding> {
        let (now, training) = (report.validation?.loss, report.training.loss);
        match self.best {
            Some((best_epoch, best, then)) if now >= best => {
                let is_late = report.epoch >= best_epoch + EPOCHS_AGO;
                let is_notable = now - best > NOTABLE * self.first?.abs();
                let is_over = is_late && is_notable && now > RISEN * best && training < then;
                is_over.then_some(Finding::Overfitting { best_epoch, best, now })
            }
            _ => {
                self.best = Some((report.epoch, now, training));
                None
            }
        }
    }

    fn rate_too_high(&mut self) -> Option<Finding> {
        let now = *self.training.last()?;
        let best = self.training.iter().copied().fold(f64::INFINITY, f64::min);
        let least = NOTABLE * self.first?.abs();
        self.grown = if now > GROWN * best && now - best > least { self.grown + 1 } else { 0 };
        (self.grown >= 2).then_some(Finding::RateTooHigh { best, now })
    }

    fn plateau(&self) -> Option<Finding> {
        let last = self.training.last_chunk::<STILL_EPOCHS>()?;
        let [least, most] = [f64::min, f64::max].map(|choose| last.iter().copied().fold(last[0], choose));
        let is_still = most - least <= STILL * least.abs();
        let loss = *self.training.last()?;
        // Without an accuracy nobody knows how low the loss can be.
        let is_poor = self.accuracy.is_some_and(|accuracy| accuracy < RIGHT);
        (is_still && is_poor).then_some(Finding::Plateau { epochs: STILL_EPOCHS as u32, loss })
    }

    fn underfitting(&self, report: &EpochReport) -> Option<Finding> {
        let accuracy = self.accuracy?;
        let is_late = report.epoch >= PATIENCE && 2 * report.epoch >= self.epochs;
        let poor = self.commonest + GAIN * (1.0 - self.commonest);
        let commonest = self.commonest;
        (is_late && commonest < 1.0 && accuracy < poor)
            .then_some(Finding::Underfitting { accuracy, commonest })
    }
}
