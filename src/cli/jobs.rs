//! The jobs of Slurm that were submitted here.

use super::Error;
use crate::run::Overview;
use crate::search::slurm::{self, Job, Shelf};

/// The jobs of all submissions, and what is to be told beside them.
///
/// # Errors
/// When they cannot be read.
pub(super) fn listed(runs: &[Overview]) -> Result<(Vec<Job>, Vec<String>), Error> {
    let named = runs.iter().filter_map(|run| Some((run.run.name(), run.manifest.as_ref().ok()?)));
    Ok(slurm::jobs(&Shelf::own()?, named)?)
}
