//! Training procedures, schedules, early stopping, evaluation.
//!
//! A procedure is a [`Training`], which advances piece by piece: `supervised`, `autoencoder`, `adversarial` and
//! `language` share a [`TrainingLoop`](training_loop::TrainingLoop); `pretrain` learns layer by layer, then is
//! supervised. What a training reports is in `report`; what it shows beside curves are figures (`figure`: their types,
//! `figures/`: one file each). All of it is generic over the device; [`prepare`] chooses one.

pub mod adversarial;
mod anatomy;
pub mod assessment;
pub mod autoencoder;
pub mod diagnostics;
mod digits;
mod epoch_progress;
pub mod epoch_time;
mod epochs_done;
pub mod error;
pub mod evaluation;
mod fastest;
pub mod figure;
pub mod figures;
pub mod language;
mod memory;
pub mod metrics;
pub mod network;
pub mod prepare;
pub mod pretrain;
mod probing;
pub mod rate_range;
pub mod report;
mod roc;
pub mod schedule;
pub mod snapshot;
pub mod step_time;
pub mod stopping;
pub mod supervised;
mod tally;
mod task;
pub mod train_step;
pub mod training;
pub mod training_loop;
pub mod transfer;
#[cfg(test)]
mod witness;
mod writing;

pub use epoch_time::seconds_an_epoch;
pub use epochs_done::{epochs_done, has_stopped_early};
pub use error::Error;
pub use figure::{Controls, Figure, FigureInfo};
pub use metrics::{Metric, Metrics, Scores};
pub use prepare::{Prepared, prepare, prepare_as_learned, prepare_without_data};
pub use rate_range::{RangeEnd, RateCurve, RatePoint, RateRange, try_rates};
pub use report::{EpochReport, Extent, LearningRate, Outcome, StepReport, StepSeen, TrainingPhase};
pub use step_time::StepTime;
pub use training::{Progress, Training};
pub use writing::Writing;
