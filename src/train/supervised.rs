//! Supervised training: inputs with targets, mini-batch gradient descent.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dfdx::tensor::Cpu;
use serde::{Deserialize, Serialize};

use super::evaluation::{Evaluation, evaluate};
use super::figure::{Controls, Figure, FigureInfo};
use super::figures::{self, Subject};
use super::metrics::Scores;
use super::schedule::{Plateau, Scheduler};
use super::snapshot::{Packer, Unpacker};
use super::stopping::{Judgement, Watch};
use super::training::{Ending, EpochSummary, Error, Observer, StepSummary, Training, Verdict};
use crate::data::{self, Batch, Dataset, Loader, Splits, order};
use crate::nn::buffer::Buffer;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::loss::LossOp;
use crate::nn::model::{CpuModel, Model};
use crate::nn::optim::{self, Optimizer};
use crate::nn::profile::span;
use crate::preset::Preset;
use crate::run::Checkpoint;

/// A supervised training in progress.
pub struct Trainer {
    preset: Preset,
    splits: Splits,
    model: CpuModel,
    optimizer: Optimizer,
    scheduler: Scheduler,
    watch: Option<Watch>,
    best: Option<Vec<Vec<f32>>>,
    /// What the person made of the scheduled rate, as a factor.
    rate_factor: f64,
    order: Vec<u32>,
    batch: Batch,
    loader: Loader,
    step: u64,
    epoch: u32,
    progress: Progress,
}

/// How far the epoch in progress is.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Progress {
    /// Whether one is in progress: not so before the first and after early stopping.
    in_epoch: bool,
    /// Early stopping has ended the training.
    is_over: bool,
    /// Batches of it that are done.
    batches: u64,
    /// Their scores, summed up.
    training: Evaluation,
    /// Their time.
    time: Duration,
    /// The rate of the last of them.
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

impl Trainer {
    /// Opens the data and builds the model.
    ///
    /// # Errors
    /// When the data is broken or the model does not fit it.
    pub fn prepare(preset: &Preset) -> Result<Self, Error> {
        Self::on(preset, data::open(&preset.data, preset.seed)?)
    }

    /// Builds the model for these samples, whatever data the preset names.
    ///
    /// # Errors
    /// When there is nothing to train on or the model does not fit it.
    pub fn on(preset: &Preset, splits: Splits) -> Result<Self, Error> {
        if splits.train.is_empty() {
            return Err(Error::NoSamples);
        }
        let device = Cpu::seed_from_u64(preset.seed);
        let mut model =
            Model::build(&device, &preset.layers, splits.train.input_shape(), preset.loss, preset.seed)?;
        model.truncate_backpropagation(preset.train.truncate_steps as usize);
        let steps_per_epoch = order::steps(&*splits.train, preset.train.batch_size as usize);
        let rate = preset.optimizer.learning_rate();
        Ok(Trainer {
            optimizer: Optimizer::new(&preset.optimizer, &preset.train.clip),
            scheduler: Scheduler::new(&preset.train.schedule, rate, steps_per_epoch, preset.train.epochs),
            watch: preset.train.early_stopping.as_ref().map(Watch::new),
            best: None,
            rate_factor: 1.0,
            order: Vec::new(),
            batch: Batch::default(),
            loader: Loader::default(),
            step: 0,
            epoch: 0,
            progress: Progress::default(),
            preset: preset.clone(),
            splits,
            model,
        })
    }

    /// Batch, then a step on it.
    fn one_step(&mut self) -> Result<StepSummary, Error> {
        let since = Instant::now();
        let size = self.preset.train.batch_size.max(1) as usize;
        let (data, number) = (&self.splits.train, self.progress.batches);
        {
            let _span = span("batch", 0);
            self.loader.load(data, &self.order, size, self.epoch, number, &mut self.batch);
        }
        if let Some(problem) = data.problem() {
            return Err(problem.into());
        }

        // The pass reads the batch where it is; its memory comes back when the pass is over.
        let inputs = Arc::new(Buffer::from(std::mem::take(&mut self.batch.inputs)));
        let outcome = self.step_on(inputs.clone(), since);
        self.batch.inputs = Arc::try_unwrap(inputs).map_or_else(|shared| shared.to_vec(), Buffer::into_vec);
        outcome
    }

    /// Forward, loss, backward, update.
    fn step_on(&mut self, inputs: Arc<Buffer>, since: Instant) -> Result<StepSummary, Error> {
        let device = self.model.device().clone();
        let mut pass =
            Pass::training(&device, self.preset.seed ^ (self.step + 1).wrapping_mul(0x2545_f491_4f6c_dd1d));
        let input = Var::shared(&device, inputs, self.batch.rows)?;
        let (width, form) = (self.model.output_width(), self.model.form());
        let output = self.model.forward(&mut pass, input)?;
        let (loss, options) = (self.preset.loss, &self.preset.loss_options);
        let loss = Cpu::loss(&mut pass, &output, width, &self.batch.targets, loss, options, form)?;
        let value = loss.value;
        if !value.is_finite() {
            return Err(Error::NotFinite { loss: value, step: self.step + 1, epoch: self.epoch });
        }
        let mut gradients = pass.backward(loss)?;
        let learning_rate = self.learning_rate();
        let penalty = optim::penalty(&self.model);
        self.optimizer.step(&mut self.model, &mut gradients, learning_rate)?;

        let mut own = Evaluation::of(self.preset.loss, form);
        {
            let _span = span("scores", 0);
            own.add(f64::from(value) + penalty, &output.values, width, &self.batch);
        }
        let time = since.elapsed();
        let progress = &mut self.progress;
        progress.training.merge(&own);
        (progress.batches, progress.time, progress.learning_rate) =
            (progress.batches + 1, progress.time + time, learning_rate);
        self.step += 1;
        Ok(StepSummary {
            step: self.step,
            epoch: self.epoch,
            scores: own.scores(),
            learning_rate,
            samples: self.batch.rows,
            time,
        })
    }

    fn is_to_stop(&mut self, scores: &Scores) -> bool {
        let Some(watch) = &mut self.watch else { return false };
        let judgement = watch.judge(scores.loss, scores.accuracy);
        let restores = watch.restores();
        if judgement == Judgement::Best && restores {
            let mut weights = Vec::new();
            self.model.visit(&mut |_, param| weights.push(param.to_vec()));
            self.best = Some(weights);
        }
        let ends = judgement == Judgement::Stop || self.epoch == self.preset.train.epochs;
        if ends && let Some(best) = self.best.take() {
            let mut best = best.into_iter();
            self.model.visit_mut(&mut |_, param| {
                if let Some(weights) = best.next() {
                    param.values_mut().copy_from_slice(&weights);
                }
            });
        }
        judgement == Judgement::Stop
    }

    fn evaluate_validation(&mut self) -> Result<Scores, Error> {
        let Preset { loss, loss_options, train, .. } = &self.preset;
        Ok(evaluate(&mut self.model, &*self.splits.validation, *loss, loss_options, &train.metrics)?)
    }
}

impl Training for Trainer {
    fn run(&mut self, observer: &mut dyn Observer) -> Result<Ending, Error> {
        while self.progress.in_epoch || !self.progress.is_over && self.epoch < self.preset.train.epochs {
            if !self.progress.in_epoch {
                self.epoch += 1;
                let training = Evaluation::of(self.preset.loss, self.model.form());
                self.progress = Progress { in_epoch: true, training, ..Progress::default() };
                self.model.reset_state();
            }
            let shuffle = self.preset.data.shuffle;
            let size = self.preset.train.batch_size as usize;
            self.order = order::of(&*self.splits.train, self.preset.seed, self.epoch, shuffle, size);
            while self.progress.batches < self.steps_per_epoch() {
                if observer.between_steps(self) == Verdict::Stop {
                    return Ok(Ending::Stopped);
                }
                observer.stepped(&self.one_step()?);
            }
            if observer.between_steps(self) == Verdict::Stop {
                return Ok(Ending::Stopped);
            }
            let validation = if self.splits.validation.is_empty() {
                None
            } else {
                observer.evaluating();
                Some(self.evaluate_validation()?)
            };
            let Progress { training, time, learning_rate, .. } = self.progress;
            observer.epoch_ended(&EpochSummary {
                epoch: self.epoch,
                step: self.step,
                training: training.scores(),
                validation,
                learning_rate,
                samples: self.splits.train.len() as u64,
                time,
            });
            let judged = validation.unwrap_or(training.scores());
            self.scheduler.epoch_ended(judged.loss);
            self.progress = Progress { is_over: self.is_to_stop(&judged), ..Progress::default() };
        }
        Ok(if self.progress.is_over { Ending::StoppedEarly } else { Ending::Completed })
    }

    fn evaluate_test(&mut self) -> Result<Scores, Error> {
        let Preset { loss, loss_options, train, .. } = &self.preset;
        Ok(evaluate(&mut self.model, &*self.splits.test, *loss, loss_options, &train.metrics)?)
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

    fn preset(&self) -> &Preset {
        &self.preset
    }

    fn set_test(&mut self, test: Arc<dyn Dataset>) {
        self.splits.test = test;
    }

    fn model_and_splits(&mut self) -> (&mut CpuModel, &Splits) {
        (&mut self.model, &self.splits)
    }

    fn splits(&self) -> &Splits {
        &self.splits
    }

    fn visit(&self, visit: &mut dyn FnMut(String, &Param<Cpu>)) {
        self.model.visit(visit);
    }

    fn visit_mut(&mut self, visit: &mut dyn FnMut(String, &mut Param<Cpu>)) {
        self.model.visit_mut(&mut |path, param| visit(path, param));
    }

    fn first_not_finite(&mut self) -> Option<String> {
        let device = self.model.device().clone();
        // The very pass that failed, without what is done to the gradients.
        let mut pass =
            Pass::training(&device, self.preset.seed ^ (self.step + 1).wrapping_mul(0x2545_f491_4f6c_dd1d));
        let inputs = Buffer::copy_of(&self.batch.inputs);
        let input = Var::new(&device, inputs, self.batch.rows, self.model.input_len(), false).ok()?;
        let found = self.model.first_not_finite(&mut pass, input).ok()?;
        Some(found.unwrap_or_else(|| "the loss itself: every layer's output is finite".into()))
    }

    fn snapshot(&self) -> Checkpoint {
        let mut packer = Packer::new(self.step);
        packer.model("", &self.model);
        packer.optimizer("", &self.optimizer);
        if let Some(best) = &self.best {
            packer.numbers(BEST, best.concat());
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
        self.best = unpacker.numbers(BEST).map(|all| {
            let mut rest = &all[..];
            let mut best = Vec::new();
            self.model.visit(&mut |_, param| {
                let (own, others) = rest.split_at(param.len().min(rest.len()));
                best.push(own.to_vec());
                rest = others;
            });
            best
        });
        unpacker.model("", &mut self.model)?;
        unpacker.optimizer("", &mut self.optimizer)?;
        self.scheduler.restore(state.plateau);
        if let Some((watch, memory)) = self.watch.as_mut().zip(state.watch) {
            watch.restore(memory);
        }
        (self.step, self.epoch) = (unpacker.step, state.epoch);
        (self.progress, self.rate_factor) = (state.progress, state.rate_factor);
        Ok(())
    }

    fn step(&self) -> u64 {
        self.step
    }

    fn epoch(&self) -> u32 {
        self.epoch
    }

    fn steps_per_epoch(&self) -> u64 {
        order::steps(&*self.splits.train, self.preset.train.batch_size as usize)
    }

    fn figures(&self) -> Vec<FigureInfo> {
        figures::list(&self.preset, &self.splits)
    }

    fn figure(&mut self, name: &str, at: &Controls) -> Result<Option<Figure>, Error> {
        let (preset, step) = (&self.preset, self.step);
        figures::draw(name, at, Subject { preset, step, model: &mut self.model, splits: &self.splits })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preset(text: &str) -> Preset {
        ron::from_str(text).unwrap()
    }

    fn small() -> Preset {
        preset(
            r#"(name: "small", title: "", data: (source: mnist, train_samples: Some(2000)),
                layers: [Flatten, Dense(units: 32, activation: relu), Dense(units: 10, activation: softmax)],
                loss: categorical_crossentropy, optimizer: Adam(learning_rate: 0.003),
                train: (epochs: 2, batch_size: 64))"#,
        )
    }

    struct Nobody;
    impl Observer for Nobody {}

    fn weights(trainer: &mut Trainer) -> Vec<u32> {
        let mut bits = Vec::new();
        trainer.visit(&mut |_, param| bits.extend(param.to_vec().iter().map(|x| x.to_bits())));
        bits
    }

    #[test]
    fn a_small_network_learns_digits_from_two_thousand_samples() {
        let mut trainer = Trainer::prepare(&small()).unwrap();
        assert_eq!(trainer.run(&mut Nobody).unwrap(), Ending::Completed);
        let accuracy = trainer.evaluate_test().unwrap().accuracy.unwrap();
        assert!(accuracy > 0.85, "{accuracy}");
    }

    #[test]
    fn an_lstm_reads_digits_row_by_row_and_gets_better_with_the_epochs() {
        struct Accuracies(Vec<f64>);
        impl Observer for Accuracies {
            fn epoch_ended(&mut self, epoch: &EpochSummary) {
                self.0.extend(epoch.training.accuracy);
            }
        }
        let rows = "layers: [Reshape(target_shape: [28, 28]), LSTM(units: 32), Dense(units: 10, activation: softmax)]";
        let preset = preset(&format!(
            r#"(name: "rows", title: "", data: (source: mnist, train_samples: Some(2000)), {rows},
                loss: categorical_crossentropy, optimizer: Adam(learning_rate: 0.01),
                train: (epochs: 3, batch_size: 50, truncate_steps: 20))"#
        ));
        let mut trainer = Trainer::prepare(&preset).unwrap();
        let mut seen = Accuracies(Vec::new());
        trainer.run(&mut seen).unwrap();
        assert!(seen.0[0] < seen.0[1] && seen.0[1] < seen.0[2], "{:?}", seen.0);
        let accuracy = trainer.evaluate_test().unwrap().accuracy.unwrap();
        assert!(accuracy > 0.7, "{accuracy}");
    }

    #[test]
    fn the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let mut trainer = Trainer::prepare(&small()).unwrap();
                trainer.run(&mut Nobody).unwrap();
                weights(&mut trainer)
            })
        };
        let one = run(1);
        assert!(one == run(2) && one == run(4));
    }

    #[test]
    fn an_observer_stops_between_steps_and_changes_the_rate() {
        struct AfterThree(Vec<f64>);
        impl Observer for AfterThree {
            fn between_steps(&mut self, trainer: &mut dyn Training) -> Verdict {
                if trainer.step() == 2 {
                    trainer.set_learning_rate(0.5);
                }
                if trainer.step() == 3 { Verdict::Stop } else { Verdict::Continue }
            }
            fn stepped(&mut self, step: &StepSummary) {
                self.0.push(step.learning_rate);
            }
        }
        let mut observer = AfterThree(Vec::new());
        let mut trainer = Trainer::prepare(&small()).unwrap();
        assert_eq!(trainer.run(&mut observer).unwrap(), Ending::Stopped);
        assert_eq!(observer.0, [0.003, 0.003, 0.5]);
    }

    #[test]
    fn a_rate_that_blows_up_is_reported_with_its_step() {
        let mut wild = small();
        wild.optimizer =
            crate::preset::Optimizer::Sgd { learning_rate: 1e30, momentum: 0.0, nesterov: false };
        let error = Trainer::prepare(&wild).unwrap().run(&mut Nobody).unwrap_err();
        assert!(matches!(error, Error::NotFinite { epoch: 1, .. }), "{error}");
    }

    #[test]
    fn the_layer_where_numbers_end_is_named() {
        let mut trainer = Trainer::prepare(&small()).unwrap();
        trainer.visit_mut(&mut |path, param| {
            if path == "dense_1/bias" {
                param.values_mut()[3] = f32::NAN;
            }
        });
        assert!(trainer.run(&mut Nobody).is_err());
        assert_eq!(trainer.first_not_finite().unwrap(), "the bias of dense_1");
        let mut trainer = Trainer::prepare(&small()).unwrap();
        trainer.visit_mut(&mut |path, param| {
            if path == "dense/kernel" {
                param.values_mut().fill(f32::MAX);
            }
        });
        assert!(trainer.run(&mut Nobody).is_err());
        assert_eq!(trainer.first_not_finite().unwrap(), "the output of dense");
    }

    #[test]
    fn one_output_tells_two_classes_apart_and_a_regression_has_no_accuracy() {
        let train = |text: &str| {
            let mut trainer = Trainer::prepare(&preset(text)).unwrap();
            trainer.run(&mut Nobody).unwrap();
            trainer.evaluate_test().unwrap()
        };
        let binary = train(
            r#"(name: "xor", title: "", data: (source: logic(), labels: binary),
                layers: [Dense(units: 8, activation: tanh), Dense(units: 1, activation: sigmoid)],
                loss: binary_crossentropy, optimizer: Adam(learning_rate: 0.05),
                train: (epochs: 20, batch_size: 20))"#,
        );
        assert!(binary.accuracy.unwrap() > 0.98, "{binary:?}");
        let regression = train(
            r#"(name: "diabetes", title: "", data: (source: diabetes),
                layers: [Dense(units: 1)], loss: mean_squared_error, optimizer: Adam(learning_rate: 0.02),
                train: (epochs: 20, batch_size: 20))"#,
        );
        assert!(regression.accuracy.is_none() && regression.loss < 0.8, "{regression:?}");
    }
}
