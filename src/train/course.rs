//! The course of a training by mini-batches: epochs of batches, learning rate, early stopping, checkpoints.
//! What a step is, the procedure's [`Parts`] say.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dfdx::tensor::Cpu;
use serde::{Deserialize, Serialize};

use super::figure::{Controls, Figure, FigureInfo, Panel};
use super::language::Writing;
use super::metrics::Scores;
use super::schedule::{Plateau, Scheduler};
use super::snapshot::{Packer, Unpacker};
use super::stopping::{Judgement, Watch};
use super::training::{self, Ending, EpochSummary, Error, Observer, StepSummary, Training, Verdict};
use crate::data::{self, Batch, Dataset, Loader, Splits};
use crate::nn::graph::Param;
use crate::nn::model::CpuModel;
use crate::nn::optim::Optimizer;
use crate::nn::profile::span;
use crate::preset::Preset;
use crate::run::Checkpoint;

/// A network with the optimizer that trains it.
pub struct Network {
    /// What stands before its parameters' paths: `generator/`; empty for the only one.
    pub name: &'static str,
    /// The network.
    pub model: CpuModel,
    /// Its optimizer.
    pub optimizer: Optimizer,
}

/// What is particular to one step.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Steps done before it.
    pub step: u64,
    /// Its seed: no other step has it.
    pub seed: u64,
    /// Its learning rate.
    pub learning_rate: f64,
}

/// What a procedure is made of.
pub trait Parts {
    /// Its networks, in a fixed order; the first is the one that the person sees as the model.
    fn networks(&self) -> &[Network];

    /// The same, to be changed.
    fn networks_mut(&mut self) -> &mut [Network];

    /// Before an epoch's first step.
    fn begin_epoch(&mut self) {}

    /// The order in which an epoch reads the training samples.
    fn order(&self, preset: &Preset, train: &dyn Dataset, epoch: u32) -> Vec<u32> {
        data::order::epoch(train.len(), preset.seed, epoch, preset.data.shuffle)
    }

    /// Learns from a batch, whose inputs it may move out and back; returns the scores on it. When the loss is no number,
    /// nothing is learned.
    ///
    /// # Errors
    /// When the device fails.
    fn step(&mut self, batch: &mut Batch, now: Moment) -> Result<Scores, Error>;

    /// Where numbers ended in the step on this batch with this seed, in words; `None`: it cannot say.
    fn first_not_finite(&mut self, _batch: &Batch, _seed: u64) -> Option<String> {
        None
    }

    /// The scores over a whole set.
    ///
    /// # Errors
    /// When the device fails.
    fn evaluate(&mut self, set: &dyn Dataset) -> Result<Scores, Error>;

    /// Whether its outputs for samples are classes.
    fn predicts_classes(&self, _splits: &Splits) -> bool {
        false
    }

    /// See [`Training::write`].
    ///
    /// # Errors
    /// When the device fails.
    fn write(&mut self, _prompt: &str, _how: Writing) -> Result<Option<(String, String)>, Error> {
        Ok(None)
    }

    /// What it has to show beside curves.
    fn figures(&self, _splits: &Splits) -> Vec<FigureInfo> {
        Vec::new()
    }

    /// Notes and panels of a figure; `None` when there is none of that name.
    ///
    /// # Errors
    /// When the device fails.
    fn figure(&mut self, _name: &str, _at: &Controls, _splits: &Splits) -> Result<Option<Drawn>, Error> {
        Ok(None)
    }

    /// The same as it is shown after so many steps: for figures that correct what they are asked for.
    ///
    /// # Errors
    /// When the device fails.
    fn figure_at(
        &mut self,
        step: u64,
        name: &str,
        at: &Controls,
        splits: &Splits,
    ) -> Result<Option<Figure>, Error> {
        let drawn = self.figure(name, at, splits)?;
        Ok(drawn.map(|(notes, panels)| Figure { name: name.into(), at: at.clone(), step, notes, panels }))
    }
}

/// Notes and panels of a figure.
pub type Drawn = (Vec<String>, Vec<Panel>);

/// How far the epoch in progress is.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Progress {
    in_epoch: bool,
    /// Early stopping has ended the training.
    is_over: bool,
    batches: u64,
    samples: u64,
    /// Means over its samples.
    scores: Scores,
    time: Duration,
    learning_rate: f64,
}

/// What a checkpoint holds beside tensors.
#[derive(Serialize, Deserialize)]
struct State {
    epoch: u32,
    progress: Progress,
    rate_factor: f64,
    plateau: Plateau,
    watch: Option<(f64, u32)>,
}

/// The tensor of a checkpoint that holds the best epoch's weights.
const BEST: &str = "best weights";

/// A training in progress.
pub struct Course<P> {
    /// What the procedure is made of.
    pub parts: P,
    preset: Preset,
    splits: Splits,
    scheduler: Scheduler,
    watch: Option<Watch>,
    best: Option<Vec<f32>>,
    /// What the person made of the scheduled rate, as a factor.
    rate_factor: f64,
    order: Vec<u32>,
    steps_per_epoch: u64,
    batch: Batch,
    loader: Loader,
    progress: Progress,
    step: u64,
    epoch: u32,
}

impl<P: Parts> Course<P> {
    /// A course over the data that the preset names.
    ///
    /// # Errors
    /// When the data is broken, nothing is left of it, or `parts` cannot be made for it.
    pub fn prepare(
        preset: &Preset,
        parts: impl FnOnce(&Preset, &Splits) -> Result<P, Error>,
    ) -> Result<Self, Error> {
        Self::on(preset, data::open(&preset.data, preset.seed)?, parts)
    }

    /// A course over these samples, whatever data the preset names.
    ///
    /// # Errors
    /// When there is nothing to train on, or `parts` cannot be made for it.
    pub fn on(
        preset: &Preset,
        splits: Splits,
        parts: impl FnOnce(&Preset, &Splits) -> Result<P, Error>,
    ) -> Result<Self, Error> {
        if splits.train.is_empty() {
            return Err(Error::NoSamples);
        }
        let parts = parts(preset, &splits)?;
        let order = parts.order(preset, &*splits.train, 1);
        let steps_per_epoch = order.len().div_ceil(batch_size(preset)) as u64;
        if steps_per_epoch == 0 {
            return Err(Error::NoSamples);
        }
        let rate = preset.optimizer.learning_rate();
        Ok(Course {
            parts,
            scheduler: Scheduler::new(&preset.train.schedule, rate, steps_per_epoch, preset.train.epochs),
            watch: preset.train.early_stopping.as_ref().map(Watch::new),
            best: None,
            rate_factor: 1.0,
            order,
            steps_per_epoch,
            batch: Batch::default(),
            loader: Loader::default(),
            progress: Progress::default(),
            step: 0,
            epoch: 0,
            preset: preset.clone(),
            splits,
        })
    }

    /// The seed of the next step.
    fn seed(&self) -> u64 {
        self.preset.seed ^ (self.step + 1).wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn one_step(&mut self) -> Result<StepSummary, Error> {
        let since = Instant::now();
        let (data, size, number) = (&self.splits.train, batch_size(&self.preset), self.progress.batches);
        {
            let _span = span("batch", 0);
            self.loader.load(data, &self.order, size, self.epoch, number, &mut self.batch);
        }
        if let Some(problem) = data.problem() {
            return Err(problem.into());
        }
        let now = Moment { step: self.step, seed: self.seed(), learning_rate: self.learning_rate() };
        let scores = self.parts.step(&mut self.batch, now)?;
        if !scores.loss.is_finite() {
            return Err(Error::NotFinite {
                loss: scores.loss as f32,
                step: self.step + 1,
                epoch: self.epoch,
            });
        }
        self.step += 1;
        let learning_rate = now.learning_rate;
        let (samples, time) = (self.batch.rows, since.elapsed());
        let progress = &mut self.progress;
        progress.batches += 1;
        progress.samples += samples as u64;
        progress.scores = if progress.batches == 1 {
            scores
        } else {
            progress.scores.mean(&scores, samples as f64 / progress.samples as f64)
        };
        (progress.time, progress.learning_rate) = (progress.time + time, learning_rate);
        Ok(StepSummary { step: self.step, epoch: self.epoch, scores, learning_rate, samples, time })
    }

    /// Judges an epoch; keeps the best one's weights, and puts them back at the end.
    fn is_to_stop(&mut self, scores: &Scores) -> bool {
        let Some(watch) = &mut self.watch else { return false };
        let judgement = watch.judge(scores.loss, scores.accuracy);
        if judgement == Judgement::Best && watch.restores() {
            let mut weights = Vec::new();
            self.visit(&mut |_, param| weights.extend(param.to_vec()));
            self.best = Some(weights);
        }
        let ends = judgement == Judgement::Stop || self.epoch == self.preset.train.epochs;
        if ends && let Some(best) = self.best.take() {
            let mut rest = &best[..];
            self.visit_mut(&mut |_, param| {
                let (own, others) = rest.split_at(param.len().min(rest.len()));
                if own.len() == param.len() {
                    param.values_mut().copy_from_slice(own);
                }
                rest = others;
            });
        }
        judgement == Judgement::Stop
    }
}

fn batch_size(preset: &Preset) -> usize {
    preset.train.batch_size.max(1) as usize
}

impl<P: Parts> Training for Course<P> {
    fn run(&mut self, observer: &mut dyn Observer) -> Result<Ending, Error> {
        while self.progress.in_epoch || (!self.progress.is_over && self.epoch < self.preset.train.epochs) {
            if !self.progress.in_epoch {
                self.epoch += 1;
                self.progress = Progress { in_epoch: true, ..Progress::default() };
                self.parts.begin_epoch();
            }
            self.order = self.parts.order(&self.preset, &*self.splits.train, self.epoch);
            while self.progress.batches < self.steps_per_epoch() {
                if observer.between_steps(self) == Verdict::Stop {
                    return Ok(Ending::Stopped);
                }
                observer.stepped(&self.one_step()?);
            }
            if observer.between_steps(self) == Verdict::Stop {
                return Ok(Ending::Stopped);
            }
            let mut validation = None;
            if !self.splits.validation.is_empty() {
                observer.evaluating();
                validation = Some(self.parts.evaluate(&*self.splits.validation)?);
            }
            let Progress { scores: training, samples, time, learning_rate, .. } = self.progress;
            let (epoch, step) = (self.epoch, self.step);
            observer.epoch_ended(&EpochSummary {
                epoch,
                step,
                training,
                validation,
                learning_rate,
                samples,
                time,
            });
            let judged = validation.unwrap_or(training);
            self.scheduler.epoch_ended(judged.loss);
            self.progress = Progress { is_over: self.is_to_stop(&judged), ..Progress::default() };
        }
        Ok(if self.progress.is_over { Ending::StoppedEarly } else { Ending::Completed })
    }

    fn evaluate_test(&mut self) -> Result<Scores, Error> {
        self.parts.evaluate(&*self.splits.test)
    }

    fn preset(&self) -> &Preset {
        &self.preset
    }

    fn splits(&self) -> &Splits {
        &self.splits
    }

    fn set_test(&mut self, test: Arc<dyn Dataset>) {
        self.splits.test = test;
    }

    fn model_and_splits(&mut self) -> (&mut CpuModel, &Splits) {
        (&mut self.parts.networks_mut()[0].model, &self.splits)
    }

    fn visit(&self, visit: &mut dyn FnMut(String, &Param<Cpu>)) {
        for Network { name, model, .. } in self.parts.networks() {
            model.visit(&mut |path, param| visit(format!("{name}{path}"), param));
        }
    }

    fn visit_mut(&mut self, visit: &mut dyn FnMut(String, &mut Param<Cpu>)) {
        for Network { name, model, .. } in self.parts.networks_mut() {
            model.visit_mut(&mut |path, param| visit(format!("{name}{path}"), param));
        }
    }

    fn snapshot(&self) -> Checkpoint {
        let mut packer = Packer::new(self.step);
        for Network { name, model, optimizer } in self.parts.networks() {
            packer.model(name, model);
            packer.optimizer(name, optimizer);
        }
        if let Some(best) = &self.best {
            packer.numbers(BEST, best.clone());
        }
        packer.finish(&State {
            epoch: self.epoch,
            progress: self.progress,
            rate_factor: self.rate_factor,
            plateau: self.scheduler.plateau(),
            watch: self.watch.as_ref().map(Watch::memory),
        })
    }

    fn restore(&mut self, checkpoint: Checkpoint) -> Result<(), Error> {
        let (mut unpacker, state): (_, State) = Unpacker::open(checkpoint)?;
        self.best = unpacker.numbers(BEST);
        for Network { name, model, optimizer } in self.parts.networks_mut() {
            unpacker.model(name, model)?;
            unpacker.optimizer(name, optimizer)?;
        }
        self.scheduler.restore(state.plateau);
        if let Some((watch, memory)) = self.watch.as_mut().zip(state.watch) {
            watch.restore(memory);
        }
        (self.step, self.epoch) = (unpacker.step, state.epoch);
        (self.progress, self.rate_factor) = (state.progress, state.rate_factor);
        Ok(())
    }

    fn predicts_classes(&self) -> bool {
        self.parts.predicts_classes(&self.splits)
    }

    fn first_not_finite(&mut self) -> Option<String> {
        let seed = self.seed();
        let found = self.parts.first_not_finite(&self.batch, seed);
        found.or_else(|| training::weights_not_finite(self))
    }

    fn learning_rate(&self) -> f64 {
        self.scheduler.rate(self.step) * self.rate_factor
    }

    fn set_learning_rate(&mut self, rate: f64) {
        let scheduled = self.scheduler.rate(self.step);
        if scheduled > 0.0 {
            self.rate_factor = rate / scheduled;
        }
    }

    fn step(&self) -> u64 {
        self.step
    }

    fn epoch(&self) -> u32 {
        self.epoch
    }

    fn steps_per_epoch(&self) -> u64 {
        self.steps_per_epoch
    }

    fn write(&mut self, prompt: &str, how: Writing) -> Result<Option<(String, String)>, Error> {
        self.parts.write(prompt, how)
    }

    fn figures(&self) -> Vec<FigureInfo> {
        self.parts.figures(&self.splits)
    }

    fn figure(&mut self, name: &str, at: &Controls) -> Result<Option<Figure>, Error> {
        self.parts.figure_at(self.step, name, at, &self.splits)
    }
}
