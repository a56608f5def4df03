//! Slurm, the existing engine for many machines: a batch script that a person can read and edit, its submission, and how its jobs
//! stand.
//!
//! ```text
//! TRAINYARD_HOME/slurm/
//!   states.ron            what Slurm said last of the jobs, asked for at most every ten seconds
//!   mnist-cnn-1/
//!     submission.ron      what was submitted, and its job
//!     script.sh           the batch script
//!   logs/mnist-cnn-1.12_1.out
//!                         what the job's first task printed
//! ```
//!
//! What a job trains is a run as any other: its manifest names the task and the job.

mod client;
mod jobs;
mod script;
mod states;
mod submission;

pub use client::{check, missing, requeue, submit, this_job};
pub use jobs::{Job, cancel, jobs};
pub use script::{Script, Work, is_one_line};
pub use submission::{Shelf, Submission};
