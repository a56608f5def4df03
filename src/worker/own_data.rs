//! The data of a run that has begun: whether it is still what the run learned from.

use crate::data::table::expanded;
use crate::data::{self, Change};
use crate::preset::{Experiment, Learned};

/// What may be done about a run that is to be trained on, where its data has moved.
pub(super) const DATA_ELSEWHERE: &str =
    "begin a new run with its weights on the data elsewhere: trainyard train PRESET --init-from RUN";

/// Checks that a run's data is as it was when the run learned from it. Changed data is taken where that is accepted; a line
/// for each change is the answer then. `elsewhere` says what a person may do who has the data in another place.
///
/// # Errors
/// What has changed, where that is not accepted; or why the data cannot be read.
pub fn check_own_data(
    learned: &Learned,
    accepts_changes: bool,
    elsewhere: &str,
) -> Result<Vec<String>, String> {
    let changes = data::changes(learned).map_err(|error| {
        let is_there = |path: &str| expanded(path).is_ok_and(|files| files.iter().all(|file| file.exists()));
        let advice = match learned.source.paths().into_iter().all(is_there) {
            true => String::new(),
            false => format!("; put it back where the run learned from it, or {elsewhere}"),
        };
        format!("the run's data cannot be read: {error}{advice}")
    })?;
    if changes.is_empty() || accepts_changes {
        let has_test = learned.source.paths_of(false).len() < learned.source.paths().len();
        let taken = |Change { said, is_of_test }: Change| {
            let cut = match (is_of_test, has_test) {
                (true, _) => "",
                (false, true) => ", and cut anew into samples for training and for validation",
                (false, false) => ", and cut anew into samples for training and for the test",
            };
            format!("{said}; it is prepared as the run learned it{cut}")
        };
        return Ok(changes.into_iter().map(taken).collect());
    }
    let changes: Vec<String> = changes.into_iter().map(|change| change.said).collect();
    Err(format!(
        "{}; --accept-changed-data takes the data as it is now, prepared as the run learned it",
        changes.join("; ")
    ))
}

/// The experiment on the run's own data, wherever this process runs.
pub(super) fn on_own_data(experiment: &Experiment, learned: &Learned) -> Experiment {
    let mut experiment = experiment.clone();
    experiment.preset.data.source = learned.source.clone();
    experiment
}
