//! Training procedures, schedules, stopping, evaluation.

pub mod evaluation;
pub mod schedule;
pub mod stopping;
pub mod supervised;

pub use evaluation::Evaluation;
pub use supervised::{Ending, EpochSummary, Error, Observer, StepSummary, Trainer, Verdict};
