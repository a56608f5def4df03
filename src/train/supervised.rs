//! Supervised training: inputs with targets, mini-batch gradient descent.

use std::sync::Arc;

use dfdx::tensor::Cpu;

use super::course::{Course, Moment, Network, Parts};
use super::evaluation::{Evaluation, evaluate};
use super::figure::{Controls, Figure, FigureInfo};
use super::figures::{self, Subject};
use super::metrics::Scores;
use super::training::Error;
use crate::data::{self, Batch, Dataset, Splits, order};
use crate::nn::buffer::Buffer;
use crate::nn::graph::{Pass, Var};
use crate::nn::loss::LossOp;
use crate::nn::model::{CpuModel, Model};
use crate::nn::optim::{self, Optimizer};
use crate::nn::profile::span;
use crate::preset::Preset;

/// A supervised training in progress.
pub type Trainer = Course<Supervised>;

/// A network that learns targets from inputs.
pub struct Supervised {
    networks: [Network; 1],
    preset: Preset,
}

/// Opens the data and builds the network.
///
/// # Errors
/// When the data is broken or the network does not fit it.
pub fn prepare(preset: &Preset) -> Result<Trainer, Error> {
    on(preset, data::open(&preset.data, preset.seed)?)
}

/// Builds the network for these samples, whatever data the preset names.
///
/// # Errors
/// When there is nothing to train on or the network does not fit it.
pub fn on(preset: &Preset, splits: Splits) -> Result<Trainer, Error> {
    Course::on(preset, splits, |preset, splits| {
        let device = Cpu::seed_from_u64(preset.seed);
        let shape = splits.train.input_shape();
        let mut model = Model::build(&device, &preset.layers, shape, preset.loss, preset.seed)?;
        model.truncate_backpropagation(preset.train.truncate_steps as usize);
        let optimizer = Optimizer::new(&preset.optimizer, &preset.train.clip);
        Ok(Supervised { networks: [Network { name: "", model, optimizer }], preset: preset.clone() })
    })
}

impl Supervised {
    fn model(&mut self) -> &mut CpuModel {
        &mut self.networks[0].model
    }

    /// Forward, loss, backward, update.
    fn learn(&mut self, inputs: Arc<Buffer>, batch: &Batch, now: Moment) -> Result<Scores, Error> {
        let [Network { model, optimizer, .. }] = &mut self.networks;
        let device = model.device().clone();
        let mut pass = Pass::training(&device, now.seed);
        let input = Var::shared(&device, inputs, batch.rows)?;
        let (width, form) = (model.output_width(), model.form());
        let output = model.forward(&mut pass, input)?;
        let (loss, options) = (self.preset.loss, &self.preset.loss_options);
        let loss = Cpu::loss(&mut pass, &output, width, &batch.targets, loss, options, form)?;
        let value = f64::from(loss.value);
        if !value.is_finite() {
            return Ok(Scores { loss: value, ..Scores::default() });
        }
        let mut gradients = pass.backward(loss)?;
        let penalty = optim::penalty(model);
        optimizer.step(model, &mut gradients, now.learning_rate)?;

        let _span = span("scores", 0);
        let mut own = Evaluation::of(self.preset.loss, form);
        own.add(value + penalty, &output.values, width, batch);
        Ok(own.scores())
    }
}

impl Parts for Supervised {
    fn networks(&self) -> &[Network] {
        &self.networks
    }

    fn networks_mut(&mut self) -> &mut [Network] {
        &mut self.networks
    }

    fn begin_epoch(&mut self) {
        self.model().reset_state();
    }

    fn order(&self, preset: &Preset, train: &dyn Dataset, epoch: u32) -> Vec<u32> {
        order::of(train, preset.seed, epoch, preset.data.shuffle, preset.train.batch_size as usize)
    }

    fn step(&mut self, batch: &mut Batch, now: Moment) -> Result<Scores, Error> {
        // The pass reads the batch where it is; its memory comes back when the pass is over.
        let inputs = Arc::new(Buffer::from(std::mem::take(&mut batch.inputs)));
        let scores = self.learn(inputs.clone(), batch, now);
        batch.inputs = Arc::try_unwrap(inputs).map_or_else(|shared| shared.to_vec(), Buffer::into_vec);
        scores
    }

    fn first_not_finite(&mut self, batch: &Batch, seed: u64) -> Option<String> {
        let model = self.model();
        let device = model.device().clone();
        // The very pass that failed, without what is done to the gradients.
        let mut pass = Pass::training(&device, seed);
        let inputs = Buffer::copy_of(&batch.inputs);
        let input = Var::new(&device, inputs, batch.rows, model.input_len(), false).ok()?;
        let found = model.first_not_finite(&mut pass, input).ok()?;
        Some(found.unwrap_or_else(|| "the loss itself: every layer's output is finite".into()))
    }

    fn evaluate(&mut self, set: &dyn Dataset) -> Result<Scores, Error> {
        let [Network { model, .. }] = &mut self.networks;
        let Preset { loss, loss_options, train, .. } = &self.preset;
        Ok(evaluate(model, set, *loss, loss_options, &train.metrics)?)
    }

    fn predicts_classes(&self, splits: &Splits) -> bool {
        !splits.test.classes().is_empty()
    }

    fn figures(&self, splits: &Splits) -> Vec<FigureInfo> {
        figures::list(&self.preset, splits)
    }

    fn figure_at(
        &mut self,
        step: u64,
        name: &str,
        at: &Controls,
        splits: &Splits,
    ) -> Result<Option<Figure>, Error> {
        let [Network { model, .. }] = &mut self.networks;
        figures::draw(name, at, Subject { preset: &self.preset, step, model, splits })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::{Ending, EpochSummary, Observer, StepSummary, Training, Verdict};

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
        let mut trainer = prepare(&small()).unwrap();
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
        let mut trainer = prepare(&preset).unwrap();
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
                let mut trainer = prepare(&small()).unwrap();
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
        let mut trainer = prepare(&small()).unwrap();
        assert_eq!(trainer.run(&mut observer).unwrap(), Ending::Stopped);
        assert_eq!(observer.0, [0.003, 0.003, 0.5]);
    }

    #[test]
    fn a_rate_that_blows_up_is_reported_with_its_step() {
        let mut wild = small();
        wild.optimizer =
            crate::preset::Optimizer::Sgd { learning_rate: 1e30, momentum: 0.0, nesterov: false };
        let error = prepare(&wild).unwrap().run(&mut Nobody).unwrap_err();
        assert!(matches!(error, Error::NotFinite { epoch: 1, .. }), "{error}");
    }

    #[test]
    fn the_layer_where_numbers_end_is_named() {
        let mut trainer = prepare(&small()).unwrap();
        trainer.visit_mut(&mut |path, param| {
            if path == "dense_1/bias" {
                param.values_mut()[3] = f32::NAN;
            }
        });
        assert!(trainer.run(&mut Nobody).is_err());
        assert_eq!(trainer.first_not_finite().unwrap(), "the bias of dense_1");
        let mut trainer = prepare(&small()).unwrap();
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
            let mut trainer = prepare(&preset(text)).unwrap();
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
