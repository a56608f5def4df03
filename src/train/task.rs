//! What a network's outputs mean, by which they are judged.

use crate::data::Dataset;
use crate::preset::{Loss, Preset, TargetChoice};

/// What a network's outputs mean. Loss and data say it together, never what a batch happens to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// One of two classes: one output, or one for each.
    Binary,
    /// One of several classes.
    Multiclass,
    /// Several labels, each there or not, independently.
    Multilabel,
    /// Shares that sum to 1.
    Distribution,
    /// Real values.
    Regression,
    /// The next token at every step.
    NextToken,
}

impl Task {
    /// Whether each sample has one of several classes.
    pub fn tells_classes(self) -> bool {
        matches!(self, Task::Binary | Task::Multiclass)
    }

    /// The task of a preset's network, which has `outputs` outputs, on a set.
    pub fn of(preset: &Preset, set: &dyn Dataset, outputs: usize) -> Self {
        if set.is_stream() {
            return Task::NextToken;
        }
        match (set.classes().len(), preset.loss) {
            (0, _) if preset.data.targets == TargetChoice::Input => Task::Regression,
            (0, Loss::BinaryCrossentropy) if outputs == 1 => Task::Binary,
            (0, Loss::BinaryCrossentropy) => Task::Multilabel,
            (0, Loss::CategoricalCrossentropy | Loss::SparseCategoricalCrossentropy | Loss::KlDivergence) => {
                Task::Distribution
            }
            (0, Loss::MeanSquaredError | Loss::MeanAbsoluteError | Loss::Huber) => Task::Regression,
            (1 | 2, _) => Task::Binary,
            (_, _) => Task::Multiclass,
        }
    }
}
