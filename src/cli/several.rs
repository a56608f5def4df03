//! Several trainings of one preset, one after the other, and how much their scores differ.

use std::io::Write;

use serde_json::json;

use super::Error;
use super::reporter::{Reporting, line};
use super::signals::Signals;
use crate::run::spread::Spread;
use crate::run::text::figure;
use crate::worker::{Command, Finish, Outcome, Scores, TrainRequest};

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
    /// Trains them by `follow`, and tells how the scores are spread. Whatever ends this early, the trainings that are complete are told of.
    ///
    /// # Errors
    /// When a training fails or is ended.
    pub fn train(
        self,
        parts: impl Iterator<Item = Part>,
        reporting: &Reporting,
        follow: impl Fn(&Signals, Command) -> Result<Finish, Error>,
    ) -> Result<(), Error> {
        let signals = reporting.or_say_why(Signals::catch())?;
        let by_signal = || signals.caught().map(Error::Signal);
        let mut complete = Vec::new();
        let mut ended = Ok(());
        for Part { request, event, words, stopped } in parts {
            tell_part(&event, &words, reporting)?;
            let begin = Command::Train(Box::new(request));
            ended = match follow(&signals, begin) {
                Ok(Finish { outcome: Outcome::Stopped, .. }) => {
                    Err(by_signal().unwrap_or(Error::Failed(stopped)))
                }
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
        tell(self, &complete, reporting)?;
        ended
    }
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

/// Mean and standard deviation of every score over the trainings that are complete, and the 95% interval of the mean where it can be told.
fn tell(several: Several, complete: &[Scores], reporting: &Reporting) -> Result<(), Error> {
    let Several { event, noun, of, has_interval } = several;
    let spreads = spreads(complete);
    if reporting.json {
        let scores: serde_json::Map<_, _> = spreads
            .iter()
            .map(|Score { name, spread, .. }| {
                let mut told = json!({
                    "mean": spread.mean, "standard_deviation": spread.deviation, "values": spread.values,
                });
                if let Some(interval) = spread.interval().filter(|_| has_interval) {
                    told["interval_95"] = json!(interval);
                }
                ((*name).to_string(), told)
            })
            .collect();
        return line(&json!({ "event": event, noun: of, "complete": complete.len(), "scores": scores }));
    }
    let how_many = match complete.len() {
        count if count == of as usize => format!("{of} {noun}"),
        count => format!("{count} of {of} {noun}"),
    };
    writeln!(std::io::stdout().lock(), "{how_many}:{}", in_words(&spreads, has_interval))?;
    Ok(())
}

/// One score over several trainings.
struct Score {
    /// As JSON names it.
    name: &'static str,
    /// As a person reads it.
    title: &'static str,
    spread: Spread,
}

impl Score {
    fn of(name: &'static str, title: &'static str, values: Vec<f64>) -> Option<Self> {
        Some(Score { name, title, spread: Spread::of(values)? })
    }
}

/// Every score that all trainings have.
fn spreads(complete: &[Scores]) -> Vec<Score> {
    let Some(first) = complete.first() else { return Vec::new() };
    let of_all =
        |score: &dyn Fn(&Scores) -> Option<f64>| complete.iter().map(score).collect::<Option<Vec<_>>>();
    let loss = of_all(&|scores| Some(scores.loss)).and_then(|values| Score::of("loss", "loss", values));
    let accuracy =
        of_all(&|scores| scores.accuracy).and_then(|values| Score::of("accuracy", "accuracy", values));
    let metrics = first.metrics.iter().filter_map(|(metric, _)| {
        let values = of_all(&|scores| scores.metrics.get(metric))?;
        Score::of(metric.name(), metric.title(), values)
    });
    loss.into_iter().chain(accuracy).chain(metrics).collect()
}

fn in_words(scores: &[Score], has_interval: bool) -> String {
    if scores.is_empty() {
        return " none is complete".into();
    }
    let words = scores.iter().map(|Score { title, spread, .. }| {
        let deviation =
            spread.deviation.map(|deviation| format!(" ± {}", figure(deviation))).unwrap_or_default();
        let interval = spread
            .interval()
            .filter(|_| has_interval)
            .map(|[low, high]| format!(" (95%: {} to {})", figure(low), figure(high)));
        format!("  {title} {}{deviation}{}", figure(spread.mean), interval.unwrap_or_default())
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::{Metric, Metrics};

    #[test]
    fn folds_are_told_with_mean_and_standard_deviation_of_what_all_of_them_have() {
        let fold = |loss, accuracy, metrics| Scores { loss, accuracy, metrics };
        let with = |value| Metrics::default().with(Metric::Rmse, value);
        let folds =
            [fold(1.0, Some(0.5), with(2.0)), fold(2.0, None, with(4.0)), fold(6.0, Some(1.0), with(9.0))];
        let words = in_words(&spreads(&folds), false);
        assert_eq!(words, format!("  loss 3.0000 ± 2.6458  {} 5.0000 ± 3.6056", Metric::Rmse.title()));
        // 4.3027, the quantile of two degrees of freedom, times 2.6458 / √3.
        assert!(in_words(&spreads(&folds), true).contains("loss 3.0000 ± 2.6458 (95%: -3.5724 to 9.5724)"));
        assert_eq!(in_words(&spreads(&folds[..1]), true).matches('±').count(), 0);
        assert_eq!(in_words(&spreads(&[]), true), " none is complete");
    }
}
