//! The step that comes next.

use crate::data::{Batch, Dataset};
use crate::preset::Preset;
use crate::train::report::LearningRate;
use crate::train::train_step::StepContext;

/// The step that comes next.
pub struct Next<'a> {
    /// The preset as it runs.
    pub preset: &'a Preset,
    /// The training samples.
    pub samples: &'a dyn Dataset,
    /// Its epoch, from 1.
    pub epoch: u32,
    /// Whether it is the first of its epoch.
    pub begins_epoch: bool,
    /// Its batch.
    pub batch: Batch,
    /// Its number, seed and rate.
    pub context: StepContext,
    /// What its learning rate is made of.
    pub rate: LearningRate,
}
