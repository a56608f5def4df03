//! Training procedures, schedules, stopping, evaluation.
//!
//! A procedure is a [`Training`]: `supervised`, `autoencoder`, `adversarial` and `language` share a
//! [`Course`](course::Course); `pretrain` learns layer by layer, then is supervised. What it shows beside curves are figures (`figure`: what they are,
//! `figures/`: one file each). `bench/` measures how fast it goes.

pub mod adversarial;
pub mod autoencoder;
pub mod bench;
pub mod course;
pub mod evaluation;
pub mod figure;
pub mod figures;
pub mod language;
mod memory;
pub mod metrics;
pub mod pretrain;
pub mod schedule;
pub mod snapshot;
pub mod stopping;
pub mod supervised;
mod tally;
pub mod training;
#[cfg(test)]
mod witness;

pub use evaluation::Evaluation;
pub use figure::{Controls, Figure, FigureInfo};
pub use language::Writing;
pub use metrics::{Metric, Metrics, Scores};
pub use training::{Ending, EpochSummary, Error, Observer, StepSummary, Training, Verdict, prepare};
