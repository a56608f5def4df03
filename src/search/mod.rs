//! Many trainings: which settings are tried, what came of them, and which are the best.
//!
//! * `plan/`: what a search is asked to do, as data, read with located errors;
//! * `space`, `domain`: the settings that are varied and their values;
//! * `method/`: which settings are tried next, and which trials go on;
//! * `trial`, `ranking`: what came of a trial, and which is better;
//! * `subject`: the preset that the settings belong to, and the check that it takes them;
//! * `store`: a search on disk, a file for each trial;
//! * `ongoing`: a search as a whole, and what is to be done next;
//! * `together`: several processes carry a search out, on one machine or on many;
//! * `queue/`: trainings and searches that wait for their turn;
//! * `slurm/`: trainings and searches as jobs of a cluster;
//! * `leaderboard/`, `importance`: a search as a screen shows it, read again as its files change;
//! * `looking`: a thread that reads again and again while somebody looks;
//! * `drive/`: carries that out, several trainings at a time, each in a process of its own.

mod domain;
mod drive;
mod importance;
mod leaderboard;
mod looking;
mod method;
mod ongoing;
mod plan;
pub mod queue;
mod ranking;
pub mod slurm;
mod space;
mod store;
mod subject;
mod together;
mod trial;

pub use domain::Domain;
pub use drive::{Driver, Ended, Told, drive};
pub use leaderboard::{Board, Counts, Listed, LookAt, Row, SearchesSnapshot, Standing, Task};
pub use ongoing::{Open, Search};
pub use plan::{Halving, Measured, Method, Objective, Plan, Proposer};
pub use ranking::{front, ranked};
pub use space::{Parameter, Space};
pub use store::{Store, folder};
pub use subject::{Definition, Subject};
pub use trial::{Reached, State, Trial, TrialRun};

use crate::preset::PresetError;
use crate::run;

/// What can go wrong with a search.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What it is asked to do cannot be done.
    #[error(transparent)]
    Preset(#[from] PresetError),
    /// Its files.
    #[error(transparent)]
    Run(#[from] run::Error),
    /// There is none of that name, or another one.
    #[error("{0}")]
    Name(String),
    /// It cannot go on.
    #[error("{0}")]
    Failed(String),
}
