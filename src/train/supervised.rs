//! Supervised training: inputs with targets, mini-batch gradient descent.

use std::sync::Arc;

use super::error::Error;
use super::evaluation::{Evaluation, LossAndHits, chunk};
use super::figure::{Controls, Figure, FigureInfo};
use super::figures::{self, Subject};
use super::metrics::Scores;
use super::network::Network;
use super::tally::Tally;
use super::task::Task;
use super::train_step::{StepContext, TrainStep};
use super::training_loop::TrainingLoop;
use crate::data::{self, Batch, Dataset, Splits, order};
use crate::nn::buffer::Buffer;
use crate::nn::graph::{Pass, Var};
use crate::nn::model::Model;
use crate::nn::ops::Backend;
use crate::nn::optim::{self, Optimizer};
use crate::nn::profile::span;
use crate::preset::layers::{ColumnEmbedding, of_row};
use crate::preset::{Layer, LossOptions, Preset, TableSchema};

/// A supervised training in progress.
pub type Trainer<D> = TrainingLoop<Supervised<D>>;

/// A network that learns targets from inputs.
pub struct Supervised<D: Backend> {
    networks: [Network<D>; 1],
    preset: Preset,
    task: Task,
    /// The options of the loss on training samples.
    options: LossOptions,
    /// The same on samples that are not trained on.
    evaluation: LossOptions,
}

/// Builds the network for these samples, whatever data the preset names.
///
/// # Errors
/// When the network does not fit them.
pub fn on<D: Backend>(preset: &Preset, splits: Splits, device: &D) -> Result<Trainer<D>, Error> {
    TrainingLoop::on(preset, splits, |preset, splits| {
        let preset = with_embedding(preset, &*splits.train);
        let shape = splits.train.input_shape();
        let mut model = Model::build(device, &preset.layers, shape, preset.loss, preset.seed)?;
        model.truncate_backpropagation(preset.train.truncate_steps as usize);
        let optimizer = Optimizer::new(&preset.optimizer, &preset.train.clip);
        let task = Task::of(&preset, &*splits.train, model.output_width());
        Ok(Supervised {
            networks: [Network { name: "", model, optimizer }],
            task,
            options: preset.loss_options.for_training(&data::class_counts(&*splits.train)),
            evaluation: preset.loss_options.for_evaluation(),
            preset,
        })
    })
}

/// The preset, its layers behind the one that a table with embedded columns asks for, told where the table's columns are.
fn with_embedding(preset: &Preset, samples: &dyn Dataset) -> Preset {
    let embedded = samples.table().map(TableSchema::embedded).unwrap_or_default();
    let head = ColumnEmbedding::of(&embedded).map(Layer::from);
    let layers = of_row(&preset.layers, &samples.row());
    Preset { layers: head.into_iter().chain(layers).collect(), ..preset.clone() }
}

impl<D: Backend> Supervised<D> {
    fn model(&mut self) -> &mut Model<D> {
        &mut self.networks[0].model
    }

    /// One step: forward pass, loss, backward pass, update.
    fn learn(&mut self, inputs: Arc<Buffer>, batch: &Batch, context: StepContext) -> Result<Scores, Error> {
        let [Network { model, optimizer, .. }] = &mut self.networks;
        let device = model.device().clone();
        let mut pass = Pass::training(&device, context.seed);
        let input = Var::shared(&device, inputs, batch.rows)?;
        let (width, form) = (model.output_width(), model.form());
        let output = model.forward(&mut pass, input)?;
        let (loss, options) = (self.preset.loss, &self.options);
        let loss = D::loss(&mut pass, &output, width, &batch.targets, &batch.weights, loss, options, form)?;
        let (value, output) = (loss.value.clone(), output.begin_reading()?);
        let mut gradients = pass.backward(loss)?;
        let penalty = optim::penalty(model)?;
        optimizer.step_if_finite(model, &mut gradients, context.learning_rate, &[&value])?;

        let _span = span("scores", 0);
        let value = value.read()?;
        if !value.is_finite() {
            return Ok(Scores { loss: value, ..Scores::default() });
        }
        let mut own = LossAndHits::of(self.task, form);
        own.add(value + penalty.read()?, &D::arrived(&output)?, width, batch);
        Ok(own.scores())
    }
}

/// The sums of an evaluation of a supervised network.
pub struct Sums {
    loss: LossAndHits,
    tally: Tally,
}

impl<D: Backend> TrainStep for Supervised<D> {
    type Device = D;
    type Sums = Sums;

    fn networks(&self) -> &[Network<D>] {
        &self.networks
    }

    fn networks_mut(&mut self) -> &mut [Network<D>] {
        &mut self.networks
    }

    fn begin_epoch(&mut self) {
        self.model().reset_state();
    }

    fn order(&self, preset: &Preset, train: &dyn Dataset, epoch: u32) -> Vec<u32> {
        order::of(train, preset.seed, epoch, preset.data.shuffle, preset.train.batch_size as usize)
    }

    fn steer(&mut self, settings: &Preset) -> Result<(), Error> {
        self.options.label_smoothing = settings.loss_options.label_smoothing;
        self.networks[0].steer(&settings.layers, &settings.optimizer, &settings.train.clip)
    }

    fn step(&mut self, batch: &mut Batch, context: StepContext) -> Result<Scores, Error> {
        // The pass reads the batch without copying it; the batch gets its memory back after the pass.
        let inputs = Arc::new(Buffer::from(std::mem::take(&mut batch.inputs)));
        let scores = self.learn(inputs.clone(), batch, context);
        batch.inputs = Arc::try_unwrap(inputs).map_or_else(|shared| shared.to_vec(), Buffer::into_vec);
        scores
    }

    fn first_not_finite(&mut self, batch: &Batch, seed: u64) -> Option<String> {
        let model = self.model();
        let device = model.device().clone();
        // This repeats the forward pass that failed.
        let mut pass = Pass::training(&device, seed);
        let inputs = Buffer::copy_of(&batch.inputs);
        let input = Var::new(&device, inputs, batch.rows, model.input_len(), false).ok()?;
        let found = model.first_not_finite(&mut pass, input).ok()?;
        Some(found.unwrap_or_else(|| "the loss itself: every layer's output is finite".into()))
    }

    fn begin_evaluation(&mut self, set: &dyn Dataset) -> Evaluation<Sums> {
        let form = self.networks[0].model.form();
        let task = self.task.on(set);
        let loss = LossAndHits::of(task, form);
        let tally = Tally::new(task, form, &self.preset.train.metrics, set.target_scales());
        self.model().reset_evaluation_state();
        Evaluation::of_all(set, chunk(&self.networks), Sums { loss, tally })
    }

    fn evaluate(&mut self, batch: &Batch, _: u64, sums: &mut Sums) -> Result<(), Error> {
        let [Network { model, .. }] = &mut self.networks;
        let device = model.device().clone();
        let mut pass = Pass::evaluation(&device);
        let input = Var::new(&device, Buffer::copy_of(&batch.inputs), batch.rows, model.input_len(), false)?;
        let (width, form) = (model.output_width(), model.form());
        let output = model.forward(&mut pass, input)?;
        let (loss, options) = (self.preset.loss, &self.evaluation);
        let value = D::loss(&mut pass, &output, width, &batch.targets, &[], loss, options, form)?.value;
        let output = output.begin_reading()?;
        let output = D::arrived(&output)?;
        sums.loss.add(value.read()?, &output, width, batch);
        sums.tally.add(&output, width, &batch.uncut_targets());
        Ok(())
    }

    fn scores(&self, Sums { loss, tally }: Sums) -> Scores {
        let scores = loss.scores();
        Scores { metrics: tally.metrics(scores.loss), ..scores }
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
    use dfdx::tensor::Cpu;

    use crate::data;
    use crate::run::NamedTensor;
    use crate::train::witness::{Witness, weights};
    use crate::train::{Outcome, Progress, Training};

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

    fn prepare(preset: &Preset) -> Result<Trainer<Cpu>, Error> {
        on(preset, data::open(&preset.data, &preset.reading(), preset.seed)?, &Cpu::default())
    }

    #[test]
    fn a_small_network_learns_digits_from_two_thousand_samples() {
        let mut trainer = prepare(&small()).unwrap();
        assert_eq!(trainer.run().unwrap(), Outcome::Completed);
        let accuracy = trainer.evaluate_test().unwrap().accuracy.unwrap();
        assert!(accuracy > 0.85, "{accuracy}");
    }

    #[test]
    fn an_lstm_reads_digits_row_by_row_and_gets_better_with_the_epochs() {
        let rows = "layers: [Reshape(target_shape: [28, 28]), LSTM(units: 32), Dense(units: 10, activation: softmax)]";
        let preset = preset(&format!(
            r#"(name: "rows", title: "", data: (source: mnist, train_samples: Some(2000)), {rows},
                loss: categorical_crossentropy, optimizer: Adam(learning_rate: 0.01),
                train: (epochs: 3, batch_size: 50, truncate_steps: 20))"#
        ));
        let mut trainer = prepare(&preset).unwrap();
        let mut heard = Witness::default();
        heard.drive(&mut trainer).unwrap();
        let seen: Vec<f64> = heard.epochs.iter().filter_map(|epoch| epoch.training.accuracy).collect();
        assert!(seen[0] < seen[1] && seen[1] < seen[2], "{seen:?}");
        let accuracy = trainer.evaluate_test().unwrap().accuracy.unwrap();
        assert!(accuracy > 0.7, "{accuracy}");
    }

    #[test]
    fn the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let mut trainer = prepare(&small()).unwrap();
                trainer.run().unwrap();
                weights(&trainer)
            })
        };
        let one = run(1);
        assert!(one == run(2) && one == run(4));
    }

    #[test]
    fn a_rate_that_is_changed_between_steps_is_that_of_the_next_step() {
        let mut trainer = prepare(&small()).unwrap();
        let mut rates = Vec::new();
        for step in 0..3 {
            if step == 2 {
                trainer.set_rate_factor(trainer.learning_rate().factor_for(0.5).unwrap());
            }
            let Progress::Stepped(report) = trainer.advance().unwrap() else { panic!("a step was due") };
            rates.push(report.learning_rate.effective());
        }
        assert_eq!(rates, [0.003, 0.003, 0.5]);
    }

    #[test]
    fn predictions_in_the_middle_of_an_evaluation_change_no_score() {
        let rows = "layers: [Reshape(target_shape: [28, 28]), LSTM(units: 4, stateful: true), Dense(units: 10, activation: softmax)]";
        let preset = preset(&format!(
            r#"(name: "rows", title: "", data: (source: mnist, train_samples: Some(100)), {rows},
                loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 50))"#
        ));
        let alone = prepare(&preset).unwrap().evaluate_test().unwrap();
        let mut trainer = prepare(&preset).unwrap();
        let watched = loop {
            if let Some(scores) = trainer.advance_test().unwrap() {
                break scores;
            }
            let (model, _) = trainer.model_and_splits();
            model.predict(vec![0.5; 250 * 784].into(), 250).unwrap();
        };
        assert_eq!(watched, alone);
    }

    #[test]
    fn a_rate_that_blows_up_is_reported_with_its_step() {
        let mut wild = small();
        wild.optimizer = crate::preset::optimizers::Sgd { learning_rate: 1e30, ..Default::default() }.into();
        let error = prepare(&wild).unwrap().run().unwrap_err();
        assert!(matches!(error, Error::NotFinite { epoch: 1, .. }), "{error}");
    }

    #[test]
    fn the_layer_where_numbers_end_is_named() {
        let mut trainer = prepare(&small()).unwrap();
        let mut bias = vec![0.0; 10];
        bias[3] = f32::NAN;
        trainer
            .load(vec![NamedTensor { name: "dense_1/bias".into(), shape: vec![10], values: bias }])
            .unwrap();
        assert!(trainer.run().is_err());
        assert_eq!(trainer.first_not_finite().unwrap(), "the bias of dense_1");
        let mut trainer = prepare(&small()).unwrap();
        let kernel = vec![f32::MAX; 784 * 32];
        trainer
            .load(vec![NamedTensor { name: "dense/kernel".into(), shape: vec![784, 32], values: kernel }])
            .unwrap();
        assert!(trainer.run().is_err());
        assert_eq!(trainer.first_not_finite().unwrap(), "the output of dense");
    }

    #[test]
    fn one_output_tells_two_classes_apart_and_a_regression_has_no_accuracy() {
        let train = |text: &str| {
            let mut trainer = prepare(&preset(text)).unwrap();
            trainer.run().unwrap();
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
