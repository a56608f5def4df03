//! The hidden layers of a network, learning one after the other.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::coder::Coder;
use super::learner::Learner;
use crate::data::{Batch, Dataset, Splits, order};
use crate::nn::Interrupt;
use crate::nn::boltzmann::{Learning, Machine};
use crate::nn::buffer::Buffer;
use crate::nn::clock::{self, Part};
use crate::nn::init::Stream;
use crate::nn::kernel::random::derive_seed;
use crate::nn::ops::Backend;
use crate::preset::experiment::Pretraining;
use crate::preset::layers::Dense;
use crate::preset::procedure::{self, Denoising};
use crate::preset::shapes::size;
use crate::preset::{Layer, Preset, Pretrainer, Visible, layer_names};
use crate::train::error::Error;
use crate::train::metrics::{Metric, Metrics, Scores};
use crate::train::report::{EpochReport, LearningRate, StepReport, TrainingPhase};
use crate::train::step_time::StepTime;

/// The most samples on which a layer is judged after an epoch.
const JUDGED: usize = 5000;
/// During this many of a layer's first epochs, but at most half of them, momentum is at most a half.
const CAUTIOUS: u32 = 5;

/// A hidden layer of the network.
pub struct Hidden<D: Backend> {
    /// The layer's name in the network: `dense_1`.
    pub name: String,
    /// What learns the layer.
    pub learner: Learner<D>,
}

/// How far the epoch in progress is.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct EpochProgress {
    in_epoch: bool,
    batches: u64,
    /// Sums over its samples.
    error: f64,
    samples: u64,
    time: Duration,
    #[serde(default)]
    parts: StepTime,
}

/// The part of a checkpoint that is not tensors.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    pub step: u64,
    /// The epoch in progress, over all layers, from 1.
    pub epoch: u32,
    pub progress: EpochProgress,
    /// The factor by which the person has changed the learning rate.
    pub rate_factor: f64,
}

/// The hidden layers with the data that they learn from.
pub struct Stack<D: Backend> {
    /// The hidden layers, from the input to the output.
    pub hidden: Vec<Hidden<D>>,
    /// The data that they learn from; targets do not matter.
    pub splits: Splits,
    pub(super) state: State,
    learning: Learning,
    rate: f64,
    epochs_each: u32,
    batch_size: usize,
    seed: u64,
    /// The order in which the epoch `ordered` reads the samples.
    order: Vec<u32>,
    ordered: u32,
    batch: Batch,
    /// The scores of the current epoch, as far as it has been judged.
    judged: Judged,
    /// See [`Device::is_asynchronous`](crate::nn::Device::is_asynchronous).
    is_asynchronous: bool,
    /// The time of the last step.
    pub(super) step_time: StepTime,
    /// When it is raised, a long step is abandoned.
    pub(super) interrupt: Interrupt,
}

/// How far an epoch has been judged; each stage takes some tens of milliseconds.
#[derive(Clone, Copy)]
enum Judged {
    /// It has not been judged.
    Nothing,
    /// It has been judged on training samples.
    Training(Scores),
    /// It has been judged on training and held-out samples, but the pseudo-likelihood is missing.
    HeldOut(Scores, Scores),
    /// It has been judged completely; there are held-out scores where samples are held out.
    Everything(Scores, Option<Scores>),
}

impl<D: Backend> Stack<D> {
    /// The hidden layers that the preset pretrains, to learn from these samples.
    ///
    /// # Errors
    /// When the device has no machine for one.
    pub fn on(preset: &Preset, options: &Pretraining, splits: Splits, device: &D) -> Result<Self, Error> {
        let Pretraining {
            method,
            epochs,
            batch_size,
            learning_rate: rate,
            momentum,
            weight_decay,
            unlabelled: _,
            network: _,
        } = *options;
        let (gibbs_steps, persistent) = match method {
            Pretrainer::Rbm(procedure::Rbm { gibbs_steps, persistent, .. }) => (gibbs_steps, persistent),
            Pretrainer::Autoencoder(_) => (0, false),
        };
        let mut width = size(splits.train.input_shape());
        let mut hidden: Vec<Hidden<D>> = Vec::new();
        let last = preset.layers.len().saturating_sub(1);
        for (layer, name) in preset.layers[..last].iter().zip(layer_names(&preset.layers)) {
            let Layer::Dense(Dense { units, activation, .. }) = *layer else { continue };
            let number = hidden.len() as u32;
            let learner = match method {
                Pretrainer::Rbm(procedure::Rbm { visible, .. }) => {
                    let kind = if number == 0 { visible } else { Visible::Binary };
                    let stream = Stream { seed: derive_seed(preset.seed, 77), layer: number };
                    Learner::Rbm(device.machine(kind, width, units, stream)?)
                }
                Pretrainer::Autoencoder(Denoising { noise }) => {
                    let seed = derive_seed(preset.seed, 77 + u64::from(number));
                    let shape = [width, units];
                    Learner::Coder(Box::new(Coder::new(
                        device,
                        shape,
                        activation,
                        noise,
                        rate,
                        momentum,
                        weight_decay,
                        seed,
                    )?))
                }
            };
            hidden.push(Hidden { name, learner });
            width = units;
        }
        let learning = Learning {
            rate: rate as f32,
            momentum: momentum as f32,
            weight_decay: weight_decay as f32,
            gibbs_steps,
            persistent,
        };
        Ok(Stack {
            hidden,
            splits,
            state: State { rate_factor: 1.0, ..State::default() },
            learning,
            rate,
            epochs_each: epochs,
            batch_size: batch_size.max(1) as usize,
            seed: derive_seed(preset.seed, 78),
            order: Vec::new(),
            ordered: 0,
            batch: Batch::default(),
            judged: Judged::Nothing,
            is_asynchronous: device.is_asynchronous(),
            step_time: StepTime::default(),
            interrupt: Interrupt::default(),
        })
    }

    /// Epochs of all layers together.
    pub fn epochs(&self) -> u32 {
        self.epochs_each * self.hidden.len() as u32
    }

    /// Steps of an epoch.
    pub fn steps_per_epoch(&self) -> u64 {
        self.splits.train.len().div_ceil(self.batch_size) as u64
    }

    /// The layers as phases of the training.
    pub fn phases(&self) -> Vec<TrainingPhase> {
        let steps_each = self.steps_per_epoch() * u64::from(self.epochs_each);
        let phase = |(place, hidden): (u64, &Hidden<D>)| TrainingPhase {
            begin: place * steps_each,
            name: hidden.name.clone(),
        };
        (0..).zip(&self.hidden).map(phase).collect()
    }

    /// Whether all layers have learned.
    pub fn is_done(&self) -> bool {
        self.state.epoch >= self.epochs() && !self.state.progress.in_epoch
    }

    /// The layer that learns, or learned last.
    pub fn current(&self) -> usize {
        (self.state.epoch.saturating_sub(1) / self.epochs_each.max(1)) as usize
    }

    /// Layers that have begun to learn.
    pub fn begun(&self) -> &[Hidden<D>] {
        &self.hidden[..(self.current() + 1).min(self.hidden.len())]
    }

    /// The learning rate of the next step.
    pub fn learning_rate(&self) -> LearningRate {
        LearningRate { base: self.rate, scheduled: self.rate, factor: self.state.rate_factor }
    }

    /// Whether an epoch is in progress.
    pub(super) fn is_in_epoch(&self) -> bool {
        self.state.progress.in_epoch
    }

    /// Begins an epoch; returns a line for the log where it is a layer's first epoch.
    pub(super) fn begin_epoch(&mut self) -> Option<String> {
        self.state.epoch += 1;
        self.state.progress = EpochProgress { in_epoch: true, ..EpochProgress::default() };
        let starts = (self.state.epoch - 1).is_multiple_of(self.epochs_each.max(1));
        starts.then(|| {
            let place = self.current();
            let Hidden { name, learner } = &self.hidden[place];
            let (what, visible, units) = match learner {
                Learner::Rbm(machine) => ("a Boltzmann machine", machine.visible(), machine.hidden()),
                Learner::Coder(coder) => {
                    ("an autoencoder", coder.model.input_len(), coder.units())
                }
            };
            format!(
                "pretraining {name}, layer {} of {}: {what} of {visible} and {units} units, {} samples without labels",
                place + 1,
                self.hidden.len(),
                self.splits.train.len()
            )
        })
    }

    /// Whether the epoch in progress has done all its steps.
    pub(super) fn is_epoch_done(&self) -> bool {
        self.state.progress.batches >= self.steps_per_epoch()
    }

    /// Makes one update of the current layer.
    pub(super) fn one_step(&mut self) -> Result<StepReport, Error> {
        let since = clock::begin();
        let State { step, epoch, progress, .. } = self.state;
        if self.ordered != epoch {
            self.order = order::epoch(self.splits.train.len(), self.seed, epoch, true);
            self.ordered = epoch;
        }
        let mut batches = self.order.chunks(self.batch_size);
        let indices = batches.nth(progress.batches as usize).unwrap_or_default();
        self.splits.train.fill_for_training(indices, epoch, &mut self.batch)?;
        let place = self.current();
        clock::ended(Part::Data);
        let inputs = self.inputs_of(place, Buffer::copy_of(&self.batch.inputs))?;
        let epoch_of_layer = (epoch - 1) % self.epochs_each;
        let mut learning = self.learning;
        if epoch_of_layer < CAUTIOUS.min(self.epochs_each / 2) {
            learning.momentum = learning.momentum.min(0.5);
        }
        let (rate, seed) = (self.learning_rate(), derive_seed(self.seed, step));
        let (learner, weights) = (&mut self.hidden[place].learner, &self.batch.weights);
        let error = learner.step(&inputs, weights, rate.effective(), &learning, seed, &self.interrupt)?;
        let is_machine = matches!(learner, Learner::Rbm(_));
        if is_machine {
            clock::ended(Part::Update);
        }
        if !error.is_finite() {
            return Err(Error::NotFinite { loss: error as f32, step: step + 1, epoch });
        }
        let (samples, time) = (self.batch.rows, since.elapsed());
        // A Boltzmann machine waits for its device within its update.
        self.step_time = StepTime::of(clock::end(), time, self.is_asynchronous && !is_machine);
        self.state.step += 1;
        let progress = &mut self.state.progress;
        progress.batches += 1;
        progress.error += error * samples as f64;
        progress.samples += samples as u64;
        progress.time += time;
        progress.parts = progress.parts.and(&self.step_time);
        let metrics = Metrics::default().with(Metric::ReconstructionError, error);
        let scores = Scores { loss: error, accuracy: None, metrics };
        Ok(StepReport {
            step: step + 1,
            epoch,
            scores,
            steps: 1,
            learning_rate: rate,
            samples: samples as u64,
            seconds: time.as_secs_f64(),
            time: 0.0,
        })
    }

    /// Does the next stage of judging the epoch, on training samples and on held-out ones.
    ///
    /// # Errors
    /// When the samples cannot be read, or the device fails.
    pub(super) fn judge(&mut self) -> Result<(), Error> {
        let held_out = self.splits.validation.clone();
        let count = if held_out.is_empty() { JUDGED } else { held_out.len().min(JUDGED) };
        let place = self.current();
        let learner = &self.hidden[place].learner;
        self.judged = match self.judged {
            Judged::Nothing => {
                let progress = &self.state.progress;
                let (own, energy) = learner.judge(&self.some(place, &*self.splits.train, 0, count)?)?;
                // Judged in the same way as held-out samples: over means, and with the weights at the epoch's end.
                let mut metrics = Metrics::default().with(Metric::ReconstructionError, own);
                if let Some(energy) = energy {
                    metrics.set(Metric::FreeEnergy, energy);
                }
                let loss = progress.error / progress.samples.max(1) as f64;
                let training = Scores { loss, accuracy: None, metrics };
                if held_out.is_empty() {
                    Judged::Everything(training, None)
                } else {
                    Judged::Training(training)
                }
            }
            Judged::Training(training) => {
                let unseen = self.some(place, &*held_out, 0, count)?;
                Judged::HeldOut(training, learner.judge_held_out(&unseen)?)
            }
            Judged::HeldOut(training, mut scores) => {
                let unseen = self.some(place, &*held_out, 0, count)?;
                if let Some(likelihood) = learner.pseudo_likelihood(&unseen, self.seed)? {
                    scores.metrics.set(Metric::PseudoLikelihood, likelihood);
                }
                Judged::Everything(training, Some(scores))
            }
            everything @ Judged::Everything(..) => everything,
        };
        Ok(())
    }

    /// Ends the epoch once it has been judged; returns its report, or `None` before that.
    pub(super) fn end_epoch(&mut self) -> Option<EpochReport> {
        let Judged::Everything(training, validation) = self.judged else { return None };
        let State { step, epoch, progress, .. } = self.state;
        (self.state.progress, self.judged) = (EpochProgress::default(), Judged::Nothing);
        Some(EpochReport {
            epoch,
            step,
            training,
            validation,
            learning_rate: self.learning_rate().effective(),
            samples: progress.samples,
            seconds: progress.time.as_secs_f64(),
            parts: progress.parts,
        })
    }

    /// Continues from a checkpoint's state. Judging that was under way starts again.
    pub(super) fn restore(&mut self, state: State) {
        (self.state, self.judged) = (state, Judged::Nothing);
    }

    /// A layer's inputs for rows of the network's inputs.
    ///
    /// # Errors
    /// When the device fails.
    pub fn inputs_of(&self, place: usize, inputs: Buffer) -> Result<Buffer, Error> {
        Ok(self.hidden[..place].iter().try_fold(inputs, |x, hidden| hidden.learner.encode(&x))?)
    }

    /// A layer's inputs for `count` samples of a set from `first` on, modulo the set's length.
    ///
    /// # Errors
    /// When the samples cannot be read, or the device fails.
    pub fn some(&self, place: usize, set: &dyn Dataset, first: usize, count: usize) -> Result<Buffer, Error> {
        let count = count.min(set.len());
        let indices: Vec<u32> = (first..first + count).map(|index| (index % set.len()) as u32).collect();
        let mut batch = Batch::default();
        set.fill(&indices, &mut batch)?;
        self.inputs_of(place, batch.inputs.into())
    }

    /// The network's inputs that rows of a layer's inputs decode to.
    ///
    /// # Errors
    /// When the device fails.
    pub fn project(&self, place: usize, inputs: Buffer) -> Result<Buffer, Error> {
        Ok(self.hidden[..place].iter().rev().try_fold(inputs, |x, hidden| hidden.learner.decode(&x))?)
    }
}
