//! `trainyard train --repeat`: the same training with several seeds, and how much its scores differ.

use serde_json::json;

use super::Error;
use super::follow::Worker;
use super::reporter::Reporting;
use super::several::{Part, Several};
use crate::worker::TrainRequest;

/// Trains with so many seeds, the preset's own and those after it, and tells how the scores are spread. Whatever ends this early, the
/// trainings that are complete are told of.
///
/// # Errors
/// When a training fails or is ended by a signal.
pub(super) fn train(
    seeds: u32,
    worker: &Worker,
    request: &TrainRequest,
    reporting: &Reporting,
) -> Result<(), Error> {
    let first = request.experiment.preset.seed;
    let parts = (1..=seeds).map(|place| {
        let mut request = request.clone();
        let seed = first.wrapping_add(u64::from(place - 1));
        request.experiment.preset.seed = seed;
        Part {
            request,
            event: json!({ "event": "repeat", "repeat": place, "of": seeds, "seed": seed }),
            words: format!("seed {seed}, {place} of {seeds}"),
            stopped: format!("the training with seed {seed} was stopped; those after it are not made"),
        }
    });
    let several = Several { event: "repeats", noun: "seeds", of: seeds, has_interval: true };
    several.train(parts.collect(), worker, reporting)
}
