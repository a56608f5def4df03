//! Several trainings of one preset, one after the other, and how much their scores differ.

mod scores;
mod set;

use std::io::Write;

use serde_json::json;

use super::Error;
use super::follow::{Worker, follow_once};
use super::reporter::{Reporting, by_name, in_words, line};
use super::signals::Signals;
use super::text::plain;
use crate::run::hook;
use crate::worker::{Command, Finish, Outcome, Scores, TrainRequest};
use set::{Fate, Set};

/// Several trainings of one preset.
#[derive(Clone, Copy)]
pub(super) struct Several {
    /// The event that tells of all.
    pub event: &'static str,
    /// What they are.
    pub noun: &'static str,
    /// How many were to be made.
    pub of: u32,
    /// Whether an interval of confidence can be told: folds share most of their training samples, so theirs would be too narrow.
    pub has_interval: bool,
}

/// One of them.
pub(super) struct Part {
    /// What it trains.
    pub request: TrainRequest,
    /// The event that tells that it begins.
    pub event: serde_json::Value,
    /// The same in words.
    pub words: String,
    /// What is told where somebody has stopped it.
    pub stopped: String,
}

impl Several {
    /// Trains them, and tells how the scores are spread. Whatever ends this early, the trainings that are complete are told of, and the
    /// same call goes on. At the end a person's command is run, once.
    ///
    /// # Errors
    /// When a training fails or is ended.
    pub fn train(self, mut parts: Vec<Part>, worker: &Worker, reporting: &Reporting) -> Result<(), Error> {
        let signals = reporting.or_say_why(Signals::catch())?;
        let on_end = parts.first().and_then(|part| part.request.on_end.clone());
        let preset = parts.first().map(|part| part.request.experiment.preset.name.clone());
        parts.iter_mut().for_each(|part| part.request.on_end = None);
        let set = match worker {
            Worker::Forgetful => None,
            Worker::Keeping(_) => Some(reporting.or_say_why(Set::open(self.event, self.of, &parts))?),
        };
        if let Some(known) = set.as_ref().map(Set::known).filter(|known| *known > 0) {
            tell_log(
                &format!(
                    "goes on where it was: of {} {} {known} have been begun; once their runs are deleted, it begins anew",
                    self.of, self.noun
                ),
                reporting,
            )?;
        }
        let mut complete = Vec::new();
        let mut ended = Ok(());
        for (place, part) in (1..).zip(parts) {
            ended = self.part(place, part, set.as_ref(), worker, &signals, &mut complete, reporting);
            if ended.is_err() {
                break;
            }
        }
        scores::tell(self, &complete, reporting)?;
        if let Some(command) = on_end {
            let runs = set.map(|set| set.names().join(" ")).unwrap_or_default();
            let (outcome, reason) = match &ended {
                Ok(()) => ("finished", String::new()),
                Err(Error::Signal(_)) => ("stopped", String::new()),
                Err(error) => ("failed", error.to_string()),
            };
            let variables = [
                ("TRAINYARD_PRESET", &*preset.unwrap_or_default()),
                ("TRAINYARD_RUN", &runs),
                ("TRAINYARD_OUTCOME", outcome),
                ("TRAINYARD_REASON", &reason),
            ];
            if let Err(problem) = hook::run(&command, &variables) {
                // Nobody may be there to read it.
                let _ = writeln!(std::io::stderr(), "trainyard: {}", plain(&problem));
            }
        }
        ended
    }

    /// Trains one of them, unless it is complete.
    fn part(
        self,
        place: u32,
        part: Part,
        set: Option<&Set>,
        worker: &Worker,
        signals: &Signals,
        complete: &mut Vec<Scores>,
        reporting: &Reporting,
    ) -> Result<(), Error> {
        let Part { request, event, words, stopped } = part;
        tell_part(&event, &words, reporting)?;
        let fate = match set {
            Some(set) => reporting.or_say_why(set.fate(place, request))?,
            None => Fate::Train(Box::new(request)),
        };
        let by_signal = || signals.caught().map(Error::Signal);
        let request = match fate {
            Fate::Complete(run, scores) => {
                complete.push(scores);
                tell_complete(&run, &scores, reporting)?;
                return by_signal().map_or(Ok(()), Err);
            }
            Fate::Train(request) => request,
        };
        match follow_once(signals, worker.clone(), Command::Train(request), reporting)? {
            Finish { outcome: Outcome::Stopped, .. } => Err(by_signal().unwrap_or(Error::Failed(stopped))),
            Finish { outcome: Outcome::Completed | Outcome::StoppedEarly, test, .. } => {
                complete.extend(test);
                by_signal().map_or(Ok(()), Err)
            }
        }
    }
}

/// Tells of a training that was complete before.
fn tell_complete(run: &str, scores: &Scores, reporting: &Reporting) -> Result<(), Error> {
    if reporting.json {
        return line(&json!({
            "event": "finished", "run": run, "test_loss": scores.loss, "test_accuracy": scores.accuracy,
            "test_metrics": by_name(&scores.metrics), "already": true,
        }));
    }
    tell_log(&format!("{} is complete: test {}", plain(run), in_words(scores)), reporting)
}

/// Tells a line beside the trainings.
fn tell_log(text: &str, reporting: &Reporting) -> Result<(), Error> {
    if reporting.json {
        return line(&json!({ "event": "log", "line": text }));
    }
    if !reporting.quiet {
        // Nobody to tell is no reason to stop training.
        let _ = writeln!(std::io::stderr(), "{text}");
    }
    Ok(())
}

/// Tells which of several trainings begins.
fn tell_part(event: &serde_json::Value, words: &str, reporting: &Reporting) -> Result<(), Error> {
    if reporting.json {
        return line(event);
    }
    if !reporting.quiet {
        // Nobody to tell is no reason to stop training.
        let _ = writeln!(std::io::stderr(), "{words}");
    }
    Ok(())
}
