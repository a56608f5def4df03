//! The training loop over mini-batches: epochs of batches, validation, learning rate, early stopping, checkpoints.
//! The procedure's [`TrainStep`] defines a step and an evaluation.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::anatomy;
use super::epoch_progress::EpochProgress;
use super::error::Error;
use super::evaluation::Evaluation;
use super::figure::{Controls, Figure, FigureInfo};
use super::metrics::Scores;
use super::network::Network;
use super::probing::{self, Probe};
use super::report::{EpochReport, Extent, LearningRate, Outcome, StepReport};
use super::schedule::{Plateau, Scheduler};
use super::snapshot::{self, Packer, Unpacker};
use super::step_time::StepTime;
use super::stopping::{EarlyStopping, Judgement};
use super::train_step::{StepContext, TrainStep};
use super::training::{self, Progress, Training};
use super::transfer::{self, Loaded};
use super::writing::Writing;
use crate::data::{Batch, Dataset, Loader, Splits};
use crate::nn::clock::{self, Part};
use crate::nn::optim::Watch;
use crate::nn::profile::span;
use crate::nn::{Activity, Device, HostModel, Interrupt};
use crate::preset::Preset;
use crate::run::{Checkpoint, NamedTensor};

/// The part of a checkpoint that is not tensors.
#[derive(Serialize, Deserialize)]
struct State {
    epoch: u32,
    progress: EpochProgress,
    rate_factor: f64,
    plateau: Plateau,
    #[serde(rename = "watch")]
    early_stopping: Option<(f64, u32)>,
    /// The batch size by which the epoch's batches are counted; `None` from versions in which it could not change.
    #[serde(default)]
    batch_size: Option<u32>,
}

/// The tensor of a checkpoint that holds the best epoch's weights.
const BEST: &str = "best weights";

/// A training in progress.
pub struct TrainingLoop<P: TrainStep> {
    /// The procedure.
    pub procedure: P,
    preset: Preset,
    splits: Splits,
    scheduler: Scheduler,
    early_stopping: Option<EarlyStopping>,
    best: Option<Vec<f32>>,
    /// The factor by which the person has changed the scheduled learning rate.
    rate_factor: f64,
    /// The order in which the epoch `ordered` reads the samples.
    order: Vec<u32>,
    ordered: u32,
    steps_per_epoch: u64,
    batch: Batch,
    loader: Loader,
    progress: EpochProgress,
    validation: Validation<P::Sums>,
    test: Option<Evaluation<P::Sums>>,
    step: u64,
    epoch: u32,
    step_time: StepTime,
}

/// How far the validation of the epoch in progress is.
enum Validation<S> {
    /// It has not begun.
    Waiting,
    /// A part of the held-out samples is evaluated.
    Running(Evaluation<S>),
    /// All held-out samples are evaluated, with these scores.
    Ended(Scores),
}

impl<P: TrainStep> TrainingLoop<P> {
    /// A training on these samples, whatever data the preset names.
    ///
    /// # Errors
    /// When the procedure cannot be made for them.
    pub fn on(
        preset: &Preset,
        splits: Splits,
        procedure: impl FnOnce(&Preset, &Splits) -> Result<P, Error>,
    ) -> Result<Self, Error> {
        let procedure = procedure(preset, &splits)?;
        let order = procedure.order(preset, &*splits.train, 1);
        let steps_per_epoch = order.len().div_ceil(batch_size(preset)) as u64;
        Ok(TrainingLoop {
            procedure,
            scheduler: scheduler(preset, steps_per_epoch),
            early_stopping: preset.train.early_stopping.as_ref().map(EarlyStopping::new),
            best: None,
            rate_factor: 1.0,
            order,
            ordered: 1,
            steps_per_epoch,
            batch: Batch::default(),
            loader: Loader::default(),
            progress: EpochProgress::default(),
            validation: Validation::Waiting,
            test: None,
            step: 0,
            epoch: 0,
            step_time: StepTime::default(),
            preset: preset.clone(),
            splits,
        })
    }

    /// The seed of the next step.
    fn seed(&self) -> u64 {
        self.preset.seed ^ (self.step + 1).wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn one_step(&mut self) -> Result<StepReport, Error> {
        let since = clock::begin();
        let (data, size, number) = (&self.splits.train, batch_size(&self.preset), self.progress.batch());
        {
            let _span = span("batch", 0);
            let order = &self.order[(self.progress.first_sample as usize).min(self.order.len())..];
            self.loader.load(data, order, size, self.epoch, number, &mut self.batch)?;
            clock::ended(Part::Data);
        }
        let rate = self.learning_rate();
        let context = StepContext { step: self.step, seed: self.seed(), learning_rate: rate.effective() };
        let scores = self.procedure.step(&mut self.batch, context)?;
        if !scores.loss.is_finite() {
            return Err(Error::NotFinite {
                loss: scores.loss as f32,
                step: self.step + 1,
                epoch: self.epoch,
            });
        }
        self.step += 1;
        let (samples, time) = (self.batch.rows, since.elapsed());
        let device = self.procedure.networks()[0].model.device();
        self.step_time = StepTime::of(clock::end(), time, device.is_asynchronous());
        let progress = &mut self.progress;
        progress.batches += 1;
        progress.samples += samples as u64;
        progress.scores = if progress.batches == 1 {
            scores
        } else {
            progress.scores.mean(&scores, samples as f64 / progress.samples as f64)
        };
        (progress.time, progress.learning_rate) = (progress.time + time, rate.effective());
        progress.parts = progress.parts.and(&self.step_time);
        Ok(StepReport {
            step: self.step,
            epoch: self.epoch,
            scores,
            steps: 1,
            learning_rate: rate,
            samples: samples as u64,
            seconds: time.as_secs_f64(),
            time: 0.0,
        })
    }

    /// The steps of the epoch in progress.
    fn steps_in_epoch(&self) -> u64 {
        self.progress.steps(self.order.len(), batch_size(&self.preset))
    }

    /// Steps of the schedule that are done: those of the training where batches always had the present size.
    fn position(&self) -> u64 {
        let whole = |epochs: u32| u64::from(epochs) * self.steps_per_epoch;
        match self.progress.in_epoch {
            true => whole(self.epoch.saturating_sub(1)) + self.progress.position(batch_size(&self.preset)),
            false => whole(self.epoch),
        }
    }

    /// Takes batches of this size from here on.
    fn resize(&mut self, size: u32) {
        let before = batch_size(&self.preset);
        if size as usize == before {
            return;
        }
        if self.progress.in_epoch {
            self.progress.resize(self.order.len(), before);
        }
        self.preset.train.batch_size = size;
        self.steps_per_epoch = self.order.len().div_ceil(batch_size(&self.preset)) as u64;
        self.loader.forget();
    }

    /// Evaluates the next chunk of the held-out samples.
    fn validate(&mut self) -> Result<(), Error> {
        let set = self.splits.validation.clone();
        let mut running = match std::mem::replace(&mut self.validation, Validation::Waiting) {
            Validation::Running(running) => running,
            Validation::Waiting | Validation::Ended(_) => self.procedure.begin_evaluation(&*set),
        };
        self.evaluate_chunk(&mut running, &*set)?;
        self.validation = match running.is_done() {
            true => Validation::Ended(self.procedure.scores(running.sums)),
            false => Validation::Running(running),
        };
        Ok(())
    }

    fn evaluate_chunk(&mut self, running: &mut Evaluation<P::Sums>, set: &dyn Dataset) -> Result<(), Error> {
        match running.fill_next(set)? {
            Some(number) => self.procedure.evaluate(&running.batch, number, &mut running.sums),
            None => Ok(()),
        }
    }

    /// The step that comes next, taken apart.
    fn anatomy(&mut self, at: &Controls) -> Result<Figure, Error> {
        let begins_epoch = !self.progress.in_epoch || self.progress.batches >= self.steps_in_epoch();
        let (preset, samples) = (&self.preset, &self.splits.train);
        let (epoch, first, number) = match begins_epoch {
            true => (self.epoch + 1, 0, 0),
            false => (self.epoch, self.progress.first_sample as usize, self.progress.batch()),
        };
        let order = match epoch == self.ordered {
            true => self.order.clone(),
            false => self.procedure.order(preset, &**samples, epoch),
        };
        let (mut loader, mut batch) = (Loader::default(), Batch::default());
        loader.set_augmenting(preset.data.augment.is_some());
        loader.load(
            samples,
            &order[first.min(order.len())..],
            batch_size(preset),
            epoch,
            number,
            &mut batch,
        )?;
        let rate = self.learning_rate();
        let context = StepContext { step: self.step, seed: self.seed(), learning_rate: rate.effective() };
        let next = anatomy::Next { preset, samples: &**samples, epoch, begins_epoch, batch, context, rate };
        anatomy::draw(&mut self.procedure, next, at)
    }

    /// Ends the epoch in progress.
    fn end_epoch(&mut self) -> Result<EpochReport, Error> {
        let validation = match std::mem::replace(&mut self.validation, Validation::Waiting) {
            Validation::Ended(scores) => Some(scores),
            Validation::Waiting | Validation::Running(_) => None,
        };
        let EpochProgress { scores: training, samples, time, learning_rate, parts, .. } = self.progress;
        let judged = validation.unwrap_or(training);
        self.scheduler.epoch_ended(judged.loss);
        self.progress = EpochProgress { is_over: self.is_to_stop(&judged)?, ..EpochProgress::default() };
        Ok(EpochReport {
            epoch: self.epoch,
            step: self.step,
            training,
            validation,
            learning_rate,
            samples,
            seconds: time.as_secs_f64(),
            parts,
        })
    }

    /// Judges an epoch; keeps the best epoch's weights, and restores them at the end.
    fn is_to_stop(&mut self, scores: &Scores) -> Result<bool, Error> {
        let Some(early_stopping) = &mut self.early_stopping else { return Ok(false) };
        let judgement = early_stopping.judge(scores.loss, scores.accuracy);
        if judgement == Judgement::Best && early_stopping.restores() {
            self.best = Some(self.weights()?.into_iter().flat_map(|weights| weights.values).collect());
        }
        let ends = judgement == Judgement::Stop || self.epoch == self.preset.train.epochs;
        if ends && let Some(best) = self.best.take() {
            self.put_back(&best)?;
        }
        Ok(judgement == Judgement::Stop)
    }

    /// Restores the weights of the best epoch, which come one after the other. Stops at weights that do not fit.
    fn put_back(&mut self, best: &[f32]) -> Result<(), Error> {
        let mut rest = best;
        let own = self.weights()?.into_iter().map_while(|mut weights| {
            let (values, others) = rest.split_at_checked(weights.values.len())?;
            rest = others;
            weights.values.copy_from_slice(values);
            Some(weights)
        });
        let own = own.collect();
        transfer::load(self.procedure.networks_mut(), own)?;
        Ok(())
    }
}

fn scheduler(preset: &Preset, steps_per_epoch: u64) -> Scheduler {
    let (schedule, rate) = (&preset.train.schedule, preset.optimizer.learning_rate());
    Scheduler::new(schedule, rate, steps_per_epoch, preset.train.epochs)
}

fn batch_size(preset: &Preset) -> usize {
    preset.train.batch_size.max(1) as usize
}

impl<P: TrainStep> Training for TrainingLoop<P> {
    fn advance(&mut self) -> Result<Progress, Error> {
        if self.steps_per_epoch == 0 {
            return Err(Error::NoSamples);
        }
        if !self.progress.in_epoch {
            if self.progress.is_over {
                return Ok(Progress::Done(Outcome::StoppedEarly));
            }
            if self.epoch >= self.preset.train.epochs {
                return Ok(Progress::Done(Outcome::Completed));
            }
            self.epoch += 1;
            self.progress = EpochProgress { in_epoch: true, ..EpochProgress::default() };
            self.procedure.begin_epoch();
        }
        if self.ordered != self.epoch {
            self.order = self.procedure.order(&self.preset, &*self.splits.train, self.epoch);
            self.ordered = self.epoch;
        }
        if self.progress.batches < self.steps_in_epoch() {
            return Ok(Progress::Stepped(self.one_step()?));
        }
        let is_validated = matches!(self.validation, Validation::Ended(_));
        if !self.splits.validation.is_empty() && !is_validated {
            self.validate()?;
            return Ok(Progress::Validating);
        }
        Ok(Progress::EpochEnded(self.end_epoch()?))
    }

    fn heed(&mut self, interrupt: Interrupt) {
        self.procedure.heed(interrupt);
    }

    fn advance_test(&mut self) -> Result<Option<Scores>, Error> {
        let set = self.splits.test.clone();
        let mut running = match self.test.take() {
            Some(running) => running,
            None => self.procedure.begin_evaluation(&*set),
        };
        self.evaluate_chunk(&mut running, &*set)?;
        if running.is_done() {
            return Ok(Some(self.procedure.scores(running.sums)));
        }
        self.test = Some(running);
        Ok(None)
    }

    fn preset(&self) -> &Preset {
        &self.preset
    }

    fn splits(&self) -> &Splits {
        &self.splits
    }

    fn device(&self) -> String {
        self.procedure.networks()[0].model.device().description()
    }

    fn activity(&self) -> Option<Activity> {
        self.procedure.networks()[0].model.device().activity()
    }

    fn set_test(&mut self, test: Arc<dyn Dataset>) {
        (self.splits.test, self.test) = (test, None);
    }

    fn model_and_splits(&mut self) -> (&mut dyn HostModel, &Splits) {
        (&mut self.procedure.networks_mut()[0].model, &self.splits)
    }

    fn weights(&self) -> Result<Vec<NamedTensor>, Error> {
        let mut all = Vec::new();
        for Network { name, model, .. } in self.procedure.networks() {
            all.extend(snapshot::tensors(name, model)?);
        }
        Ok(all)
    }

    fn load(&mut self, weights: Vec<NamedTensor>) -> Result<Loaded, Error> {
        transfer::load(self.procedure.networks_mut(), weights)
    }

    fn freeze(&mut self, layers: usize) -> Vec<String> {
        transfer::freeze(self.procedure.networks_mut(), layers)
    }

    fn parameters(&self) -> u64 {
        self.procedure.networks().iter().map(|network| network.model.parameters()).sum()
    }

    fn snapshot(&self) -> Result<Checkpoint, Error> {
        let mut packer = Packer::new(self.step);
        for Network { name, model, optimizer } in self.procedure.networks() {
            packer.model(name, model)?;
            packer.optimizer(name, optimizer)?;
        }
        if let Some(best) = &self.best {
            packer.numbers(BEST, best.clone());
        }
        Ok(packer.finish(&State {
            epoch: self.epoch,
            progress: self.progress,
            rate_factor: self.rate_factor,
            plateau: self.scheduler.plateau(),
            early_stopping: self.early_stopping.as_ref().map(EarlyStopping::memory),
            batch_size: Some(self.preset.train.batch_size),
        }))
    }

    fn restore(&mut self, checkpoint: Checkpoint) -> Result<(), Error> {
        let (mut unpacker, state): (_, State) = Unpacker::open(checkpoint)?;
        self.best = unpacker.numbers(BEST);
        for Network { name, model, optimizer } in self.procedure.networks_mut() {
            unpacker.model(name, model)?;
            unpacker.optimizer(name, optimizer)?;
        }
        if let Some(size) = state.batch_size.filter(|size| *size != self.preset.train.batch_size) {
            self.progress = EpochProgress::default();
            self.resize(size);
        }
        self.scheduler = scheduler(&self.preset, self.steps_per_epoch);
        self.scheduler.restore(state.plateau);
        if let Some((early_stopping, memory)) = self.early_stopping.as_mut().zip(state.early_stopping) {
            early_stopping.restore(memory);
        }
        // Batches that were prepared ahead may be of another place in the epoch.
        self.loader.forget();
        // An evaluation that was under way starts again, which does not change its scores.
        (self.validation, self.test) = (Validation::Waiting, None);
        (self.step, self.epoch) = (unpacker.step, state.epoch);
        (self.progress, self.rate_factor) = (state.progress, state.rate_factor);
        Ok(())
    }

    fn extend(&mut self) {
        self.progress.is_over = false;
        self.early_stopping = self.preset.train.early_stopping.as_ref().map(EarlyStopping::new);
        self.best = None;
    }

    fn predicts_classes(&self) -> bool {
        self.procedure.predicts_classes(&self.splits)
    }

    fn first_not_finite(&mut self) -> Option<String> {
        let seed = self.seed();
        let found = self.procedure.first_not_finite(&self.batch, seed);
        found.or_else(|| training::weights_not_finite(self))
    }

    fn watch_next_step(&mut self, with_histograms: bool) {
        let network = &mut self.procedure.networks_mut()[0];
        let has_room = network.model.parameters() <= probing::MOST_PARAMETERS;
        let watch = if with_histograms && has_room { Watch::Numbers } else { Watch::Norms };
        network.optimizer.watch_next(watch);
    }

    fn probe(&mut self, with_outputs: bool) -> Result<Option<Probe>, Error> {
        let network = &mut self.procedure.networks_mut()[0];
        let layers = if with_outputs { &self.preset.layers[..] } else { &[] };
        probing::probe(network, layers, &self.batch).map(Some)
    }

    fn learning_rate(&self) -> LearningRate {
        LearningRate {
            base: self.preset.optimizer.learning_rate(),
            scheduled: self.scheduler.rate(self.position()),
            factor: self.rate_factor,
        }
    }

    fn set_rate_factor(&mut self, factor: f64) {
        self.rate_factor = factor;
    }

    fn steer(&mut self, settings: &Preset) -> Result<(), String> {
        if settings.train.batch_size != self.preset.train.batch_size && self.splits.train.is_stream() {
            return Err(
                "a text is read in as many streams as a batch has samples: train.batch_size stays".into()
            );
        }
        self.procedure.steer(settings).map_err(|error| error.to_string())?;
        self.loader.set_augmenting(settings.data.augment.is_some());
        self.resize(settings.train.batch_size);
        self.preset = settings.clone();
        let plateau = self.scheduler.plateau();
        self.scheduler = scheduler(&self.preset, self.steps_per_epoch);
        self.scheduler.restore(plateau);
        Ok(())
    }

    fn step(&self) -> u64 {
        self.step
    }

    fn step_time(&self) -> StepTime {
        self.step_time
    }

    fn epoch(&self) -> u32 {
        self.epoch
    }

    fn steps_per_epoch(&self) -> u64 {
        self.steps_per_epoch
    }

    fn extent(&self) -> Extent {
        let left = match self.progress.in_epoch {
            true => self.steps_in_epoch().saturating_sub(self.progress.batches),
            false => 0,
        };
        let epochs = self.preset.train.epochs;
        let epoch_ends = self.step + left;
        let steps = epoch_ends + u64::from(epochs.saturating_sub(self.epoch)) * self.steps_per_epoch;
        Extent { epochs, steps_per_epoch: self.steps_per_epoch, steps, epoch_ends }
    }

    fn write(&mut self, prompt: &str, how: Writing) -> Result<Option<(String, String)>, Error> {
        self.procedure.write(prompt, how)
    }

    fn rebuild(&mut self, batch: &Batch) -> Result<Option<Vec<f32>>, Error> {
        self.procedure.rebuild(batch)
    }

    fn figures(&self) -> Vec<FigureInfo> {
        self.procedure.figures(&self.splits).into_iter().chain(anatomy::info(&self.preset)).collect()
    }

    fn figure(&mut self, name: &str, at: &Controls) -> Result<Option<Figure>, Error> {
        if name == anatomy::NAME {
            return self.anatomy(at).map(Some);
        }
        self.procedure.figure_at(self.step, name, at, &self.splits)
    }
}
