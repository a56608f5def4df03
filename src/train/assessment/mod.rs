//! What a network's answers to a whole set say of it, beside loss and accuracy: computed after training, in double precision, as
//! scikit-learn computes it.
//!
//! * `classes`: one of several classes: confusion matrix, precision, recall and F1, top k;
//! * `labels`: several labels, each there or not;
//! * `values`: regression;
//! * `ranking`: lists of items for users;
//! * `calibration`: whether probabilities are what they say.
//!
//! The tests compare with `tests/reference/sklearn_report.json`.

mod calibration;
mod classes;
mod comparison;
mod labels;
mod ranking;
#[cfg(test)]
mod tests;
mod values;

use serde::Serialize;

pub use calibration::{Bin, Calibration};
pub use classes::{Average, ClassScores, Classes, TopK};
pub use comparison::{Comparison, Outputs, compare};
pub use labels::Labels;
pub use ranking::{Ranking, Relevant};
pub use values::{Largest, OutputScores, Values};

use super::task::Task;

/// What a network's answers to a set say of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum Assessment {
    /// One of several classes.
    Classes(Classes),
    /// Several labels, each there or not.
    Labels(Labels),
    /// Real values.
    Values(Values),
}

impl Assessment {
    /// Judges answers; `None` where there are none, or their task has no such scores: a language model's have not.
    pub fn of(answers: &Comparison) -> Option<Self> {
        if answers.samples() == 0 {
            return None;
        }
        match answers.task {
            Task::Binary | Task::Multiclass => Some(Assessment::Classes(Classes::of(answers))),
            Task::Multilabel => Some(Assessment::Labels(Labels::of(answers))),
            Task::Regression | Task::Distribution => Some(Assessment::Values(Values::of(answers))),
            Task::NextToken => None,
        }
    }
}
