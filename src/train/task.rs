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

    /// The same task, judged on a set: labels of which some are probabilities between 0 and 1 are values, since no side of a
    /// threshold says what is true of them.
    pub fn on(self, set: &dyn Dataset) -> Self {
        let is_soft = |x: &f64| *x != 0.0 && *x != 1.0;
        // What cannot be read is told where it is scored.
        let has_soft =
            |sample| set.values_of(sample).ok().flatten().is_some_and(|values| values.iter().any(is_soft));
        match self {
            Task::Multilabel if (0..set.len()).any(has_soft) => Task::Regression,
            task => task,
        }
    }

    /// The task of a preset's network, which has `outputs` outputs, on a set.
    pub fn of(preset: &Preset, set: &dyn Dataset, outputs: usize) -> Self {
        if set.is_stream() {
            return Task::NextToken;
        }
        match (set.classes().len(), preset.loss) {
            (0, _) if preset.data.targets == TargetChoice::Input => Task::Regression,
            // Targets that are all 0 or 1 are classes already where there is one output: these are probabilities.
            (0, Loss::BinaryCrossentropy) if outputs == 1 => Task::Regression,
            (0, Loss::BinaryCrossentropy) => Task::Multilabel.on(set),
            (0, Loss::CategoricalCrossentropy | Loss::SparseCategoricalCrossentropy | Loss::KlDivergence) => {
                Task::Distribution
            }
            (0, Loss::MeanSquaredError | Loss::MeanAbsoluteError | Loss::Huber) => Task::Regression,
            (1 | 2, _) => Task::Binary,
            (_, _) => Task::Multiclass,
        }
    }
}
