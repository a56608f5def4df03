//! `trainyard train --repeat`: the same training with several seeds, and how much its scores differ.

use serde_json::json;

use super::Error;
use super::folds::{Several, tell, tell_part};
use super::reporter::Reporting;
use super::signals::Signals;
use super::train::{Worker, follow_once};
use crate::worker::{Command, Finish, Outcome, TrainRequest};

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
    let signals = reporting.or_say_why(Signals::catch())?;
    let first = request.experiment.preset.seed;
    let mut complete = Vec::new();
    let mut ended = Ok(());
    for place in 1..=seeds {
        let mut request = request.clone();
        let seed = first.wrapping_add(u64::from(place - 1));
        request.experiment.preset.seed = seed;
        let event = json!({ "event": "repeat", "repeat": place, "of": seeds, "seed": seed });
        tell_part(&event, &format!("seed {seed}, {place} of {seeds}"), reporting)?;
        let begin = Command::Train(Box::new(request));
        let by_signal = || signals.caught().map(Error::Signal);
        ended = match follow_once(&signals, worker.clone(), begin, reporting) {
            Ok(Finish { outcome: Outcome::Stopped, .. }) => Err(by_signal().unwrap_or_else(|| {
                Error::Failed(format!(
                    "the training with seed {seed} was stopped; those after it are not made"
                ))
            })),
            Ok(Finish { outcome: Outcome::Completed | Outcome::StoppedEarly, test, .. }) => {
                complete.extend(test);
                by_signal().map_or(Ok(()), Err)
            }
            Err(error) => Err(error),
        };
        if ended.is_err() {
            break;
        }
    }
    tell(Several { event: "repeats", noun: "seeds", of: seeds, has_interval: true }, &complete, reporting)?;
    ended
}
