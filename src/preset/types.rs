//! The preset as a file says it: names and defaults are Keras's.

use serde::{Deserialize, Serialize};

use super::class_weights::ClassWeights;
use super::data::DataConfig;
use super::device::DeviceChoice;
use super::field::nested_values;
use super::layers::Layer;
use super::metric::Metric;
use super::optimizers::Optimizer;
use super::procedure::Procedure;
use super::schedule::Schedule;
use super::variants::variants;
use crate::fields;

/// An experiment: data, network, loss, optimizer and how to train.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Short name, as typed on the command line: letters, digits, `-` and `_`.
    pub name: String,
    /// One line for lists.
    pub title: String,
    /// What it is and what to look out for: a few lines.
    #[serde(default)]
    pub description: String,
    /// Seed of everything random: weights, shuffling, dropout, augmentation.
    #[serde(default = "default_seed")]
    pub seed: u64,
    /// The data set and how it is prepared.
    pub data: DataConfig,
    /// The network, first layer first.
    pub layers: Vec<Layer>,
    /// The loss that is minimised.
    pub loss: Loss,
    /// Options of the loss.
    #[serde(default)]
    pub loss_options: LossOptions,
    /// The optimizer and its learning rate.
    pub optimizer: Optimizer,
    /// Epochs, batches, schedule, stopping.
    pub train: TrainConfig,
    /// Which training procedure runs.
    #[serde(default)]
    pub procedure: Procedure,
    /// Where to train, where neither the command line nor the environment says it.
    #[serde(default)]
    pub device: DeviceChoice,
    /// How the dashboard shows it.
    #[serde(default)]
    pub view: View,
}

/// How the dashboard shows a training. A training without a screen ignores it, and no bit depends on it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct View {
    /// The most steps a second; left out: as many as the machine can.
    pub steps_per_second: Option<f64>,
    /// Lines to compare curves with, as [`ReferenceLine`](super::ReferenceLine) reads them.
    pub reference: String,
}

fn default_seed() -> u64 {
    42
}

variants! {
    /// A loss, by Keras's name.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Loss {
        /// Mean of squared differences.
        MeanSquaredError = "mean_squared_error",
        /// Mean of absolute differences.
        MeanAbsoluteError = "mean_absolute_error",
        /// Quadratic near zero, linear beyond `delta`.
        Huber = "huber",
        /// For a sigmoid output and targets in [0, 1].
        BinaryCrossentropy = "binary_crossentropy",
        /// For a softmax output and one-hot targets.
        CategoricalCrossentropy = "categorical_crossentropy",
        /// For a softmax output and class numbers.
        SparseCategoricalCrossentropy = "sparse_categorical_crossentropy",
        /// Kullback-Leibler divergence of two distributions.
        KlDivergence = "kl_divergence",
    }
}

impl Loss {
    /// Whether it compares probabilities: its targets lie between 0 and 1.
    pub fn compares_probabilities(self) -> bool {
        match self {
            Loss::BinaryCrossentropy
            | Loss::CategoricalCrossentropy
            | Loss::SparseCategoricalCrossentropy
            | Loss::KlDivergence => true,
            Loss::MeanSquaredError | Loss::MeanAbsoluteError | Loss::Huber => false,
        }
    }

    /// Whether it can smooth labels: it is a cross-entropy.
    pub fn smooths_labels(self) -> bool {
        match self {
            Loss::BinaryCrossentropy
            | Loss::CategoricalCrossentropy
            | Loss::SparseCategoricalCrossentropy => true,
            Loss::MeanSquaredError | Loss::MeanAbsoluteError | Loss::Huber | Loss::KlDivergence => false,
        }
    }
}

/// Options of the losses; each is used by the losses that know it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LossOptions {
    /// Share of the target that is spread over all classes (cross-entropies).
    pub label_smoothing: f32,
    /// Where Huber's loss turns linear.
    pub delta: f32,
    /// How much each class counts.
    pub class_weights: ClassWeights,
}

impl LossOptions {
    /// The options on training samples, of which `counts` are of each class.
    pub fn for_training(&self, counts: &[u64]) -> Self {
        let factors = self.class_weights.factors(counts);
        LossOptions { class_weights: ClassWeights::Factors(factors), ..self.clone() }
    }

    /// The options on samples that are not trained on: class weights and smoothed labels belong to training.
    pub fn for_evaluation(&self) -> Self {
        LossOptions { label_smoothing: 0.0, class_weights: ClassWeights::default(), ..self.clone() }
    }
}

impl Default for LossOptions {
    fn default() -> Self {
        LossOptions { label_smoothing: 0.0, delta: 1.0, class_weights: ClassWeights::default() }
    }
}

/// How long and in which steps to train.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainConfig {
    /// Passes over the training data.
    pub epochs: u32,
    /// Samples in a step.
    pub batch_size: u32,
    /// How the learning rate changes over time.
    #[serde(default)]
    pub schedule: Schedule,
    /// Limits on the gradients before each update.
    #[serde(default)]
    pub clip: Clip,
    /// When to stop before the last epoch.
    #[serde(default)]
    pub early_stopping: Option<EarlyStopping>,
    /// Backpropagation through time is cut after every group of this many steps of a sequence; 0: never.
    #[serde(default)]
    pub truncate_steps: u32,
    /// What validation and test report beside loss and accuracy; left out: what the task usually wants.
    #[serde(default)]
    pub metrics: Vec<Metric>,
    /// What to do when the loss is not finite (NaN, Inf).
    #[serde(default)]
    pub on_nan: OnNan,
}

variants! {
    /// What to do when the loss is not finite (NaN, Inf).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum OnNan {
        /// End the training; the last good checkpoint stays.
        #[default]
        Stop = "stop",
        /// Go back to the last good checkpoint, halve the learning rate and go on; ten times at most.
        HalveRate = "halve_rate",
    }
}

/// Limits on gradients.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clip {
    /// Largest Euclidean norm of all gradients together; larger ones are scaled down.
    pub norm: Option<f64>,
    /// Largest absolute value of each component.
    pub value: Option<f64>,
}

/// Ends training when the monitored score stops improving.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlyStopping {
    /// The score that is monitored.
    #[serde(default)]
    pub monitor: Monitor,
    /// Epochs without improvement that are tolerated.
    pub patience: u32,
    /// The least change that counts as an improvement.
    #[serde(default)]
    pub min_delta: f64,
    /// Whether the best epoch's weights are restored at the end.
    #[serde(default = "yes")]
    pub restore_best_weights: bool,
}

impl EarlyStopping {
    /// The monitored score of an epoch, as a number of which a smaller one is better.
    pub fn score(&self, loss: f64, accuracy: Option<f64>) -> f64 {
        match self.monitor {
            Monitor::ValLoss => loss,
            Monitor::ValAccuracy => -accuracy.unwrap_or(f64::NEG_INFINITY),
        }
    }
}

variants! {
    /// The score that early stopping monitors.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Monitor {
        /// Validation loss: smaller is better.
        #[default]
        ValLoss = "val_loss",
        /// Validation accuracy: larger is better.
        ValAccuracy = "val_accuracy",
    }
}

// Layers are checked with their shapes, a source with what it offers.
nested_values!(Preset, View, LossOptions, TrainConfig, Clip, EarlyStopping);

fields! {
    Preset {
        name: Text, "short name, as typed on the command line";
        title: Text, "one line for lists";
        description: Text, "what it is and what to look out for";
        seed: Integer(Range::NOT_NEGATIVE), "the seed of everything random";
        data: inside::<DataConfig>(), "the data set and how it is prepared";
        layers: inside::<Vec<Layer>>(), "the network, first layer first";
        loss: Choice(Loss::WORDS), "the loss that is minimised";
        loss_options: inside::<LossOptions>(), "options of the loss";
        optimizer: inside::<Optimizer>(), "the optimizer and its learning rate";
        train: inside::<TrainConfig>(), "epochs, batches, schedule, stopping";
        procedure: inside::<Procedure>(), "the training procedure";
        device: Choice(DeviceChoice::WORDS), "where to train: auto measures; \"cuda:1\" is the second GPU";
        view: inside::<View>(), "how the dashboard shows it";
    }
}

fields! {
    View {
        steps_per_second: Number(Range::above_to(0.0, 1e6)), "the most steps a second, to watch them";
        reference: Text, "reference lines in charts: accuracy 98.5% Keras; loss 0.05";
    }
}

fields! {
    LossOptions {
        label_smoothing: Number(Range::SHARE), "the share of a target that is spread over all classes",
            "label smoothing is a share";
        delta: Number(Range::ABOVE_ZERO), "where Huber's loss turns linear";
        class_weights: NumbersOr(Range::NOT_NEGATIVE, ClassWeights::WORDS), "a factor for each class";
    }
}

fields! {
    TrainConfig {
        epochs: Integer(Range::EPOCHS), "passes over the training data", "{} epochs train nothing";
        batch_size: Integer(Range::at_least(1.0)), "samples in a step", "a batch of {} samples";
        schedule: inside::<Schedule>(), "how the learning rate changes over time";
        clip: inside::<Clip>(), "limits on the gradients before each update";
        early_stopping: inside::<EarlyStopping>(), "when to stop before the last epoch";
        truncate_steps: Integer(Range::NOT_NEGATIVE), "steps after which backpropagation through time is cut; 0: never";
        metrics: Choices(Metric::WORDS), "what is reported beside loss and accuracy";
        on_nan: Choice(OnNan::WORDS), "what to do when the loss is not finite";
    }
}

fields! {
    Clip {
        norm: Number(Range::ABOVE_ZERO), "the largest norm of all gradients together";
        value: Number(Range::ABOVE_ZERO), "the largest absolute value of each component";
    }
}

fields! {
    EarlyStopping {
        monitor: Choice(Monitor::WORDS), "the score that is monitored";
        patience: Integer(Range::NOT_NEGATIVE), "epochs without improvement that are tolerated";
        min_delta: Number(Range::NOT_NEGATIVE), "the least change that counts as an improvement";
        restore_best_weights: Switch, "whether the best epoch's weights are restored at the end";
    }
}

fn yes() -> bool {
    true
}
