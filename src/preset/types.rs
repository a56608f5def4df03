//! The preset as a file says it: names and defaults are Keras's.

use serde::{Deserialize, Serialize};

use super::data::DataConfig;
use super::layer::Layer;
use super::metric::Metric;
use super::optimizers::Optimizer;
use super::procedure::Procedure;

/// An experiment: data, network, loss, optimizer and how to train.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Short name, as typed on the command line: letters, digits, `-` and `_`.
    pub name: String,
    /// One line for lists.
    pub title: String,
    /// What it is and what to watch: a few lines.
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
}

fn default_seed() -> u64 {
    42
}

/// A loss, by Keras's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// Mean of squared differences.
    MeanSquaredError,
    /// Mean of absolute differences.
    MeanAbsoluteError,
    /// Quadratic near zero, linear beyond `delta`.
    Huber,
    /// For a sigmoid output and targets in [0, 1].
    BinaryCrossentropy,
    /// For a softmax output and one-hot targets.
    CategoricalCrossentropy,
    /// For a softmax output and class numbers.
    SparseCategoricalCrossentropy,
    /// Kullback-Leibler divergence of two distributions.
    KlDivergence,
}

/// Options of the losses; each is used by the losses that know it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LossOptions {
    /// Share of the target that is spread over all classes (cross-entropies).
    pub label_smoothing: f32,
    /// Where Huber's loss turns linear.
    pub delta: f32,
    /// A factor for each class (cross-entropies); empty: all 1.
    pub class_weights: Vec<f32>,
}

impl Default for LossOptions {
    fn default() -> Self {
        LossOptions { label_smoothing: 0.0, delta: 1.0, class_weights: Vec::new() }
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
    /// Backpropagation through time is cut every so many steps of a sequence; 0: never.
    #[serde(default)]
    pub truncate_steps: u32,
    /// What validation and test report beside loss and accuracy; left out: what the task usually wants.
    #[serde(default)]
    pub metrics: Vec<Metric>,
    /// What to do when the loss is no number any more.
    #[serde(default)]
    pub on_nan: OnNan,
}

/// What to do when the loss is no number any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnNan {
    /// End the training; the last good checkpoint stays.
    #[default]
    Stop,
    /// Go back to the last good checkpoint, halve the learning rate and go on; ten times at most.
    HalveRate,
}

/// A learning-rate schedule, on top of the optimizer's learning rate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are explained at their variants")]
pub enum Schedule {
    /// The same rate throughout.
    #[default]
    Constant,
    /// Times `gamma` every `every` epochs.
    Step { every: u32, gamma: f64 },
    /// Times `gamma` after each epoch.
    Exponential { gamma: f64 },
    /// Half a cosine from the rate to `minimum`, step by step, after `warmup_steps` of linear rise.
    Cosine {
        #[serde(default)]
        minimum: f64,
        #[serde(default)]
        warmup_steps: u32,
    },
    /// Smith's one-cycle policy: up to the rate over the share `rise` of all steps, then down to almost nothing.
    OneCycle {
        #[serde(default = "one_cycle_rise")]
        rise: f64,
        #[serde(default = "one_cycle_divisor")]
        start_divisor: f64,
        #[serde(default = "one_cycle_final")]
        final_divisor: f64,
    },
    /// Linear rise over `steps`, then constant.
    WarmUp { steps: u32 },
    /// Times `factor` when the validation loss has not improved for `patience` epochs, down to `minimum`.
    ReduceOnPlateau {
        #[serde(default = "plateau_factor")]
        factor: f64,
        #[serde(default = "plateau_patience")]
        patience: u32,
        #[serde(default)]
        minimum: f64,
    },
}

fn one_cycle_rise() -> f64 {
    0.3
}
fn one_cycle_divisor() -> f64 {
    25.0
}
fn one_cycle_final() -> f64 {
    1e4
}
fn plateau_factor() -> f64 {
    0.1
}
fn plateau_patience() -> u32 {
    10
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

/// Ends training when a figure stops improving.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlyStopping {
    /// The figure watched.
    #[serde(default)]
    pub monitor: Monitor,
    /// Epochs without improvement that are borne.
    pub patience: u32,
    /// What counts as an improvement.
    #[serde(default)]
    pub min_delta: f64,
    /// Whether the best epoch's weights come back at the end.
    #[serde(default = "yes")]
    pub restore_best_weights: bool,
}

/// A figure to watch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Monitor {
    /// Validation loss: smaller is better.
    #[default]
    ValLoss,
    /// Validation accuracy: larger is better.
    ValAccuracy,
}

pub(super) fn yes() -> bool {
    true
}
