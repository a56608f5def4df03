//! The jobs of Slurm that were submitted here.

use super::Error;
use crate::run::Overview;
use crate::run::past::Curves;
use crate::search::slurm::{self, Job, Shelf};

/// The jobs of all submissions, and what is to be told beside them.
///
/// # Errors
/// When they cannot be read.
pub(super) fn listed(runs: &[Overview]) -> Result<(Vec<Job>, Vec<String>), Error> {
    let task_of = |run: &Overview| Some((run.manifest.as_ref().ok()?.submitted.clone()?, run.run.name()));
    let trained: Vec<(String, String)> = runs.iter().filter_map(task_of).collect();
    let seconds_of = |name: &str| {
        let run = runs.iter().find(|run| run.run.name() == name)?;
        Some(Curves::read(run.run.path(), u64::MAX).seconds().round() as u64)
    };
    Ok(slurm::jobs(&Shelf::own()?, &trained, seconds_of)?)
}
