//! `trainyard train --folds`: a training for each part of the data, and how much their scores differ.

use std::io::Write;

use serde_json::json;

use super::Error;
use super::reporter::{Reporting, figure, line};
use super::signals::Signals;
use super::text::plain;
use super::train::{Worker, follow_once};
use crate::preset::{DataConfig, Experiment, Fold};
use crate::run::spread::Spread;
use crate::worker::{Command, Finish, Outcome, Scores, TrainRequest};

/// Trains once for each of `of` parts of the samples, which is its test set, and tells how the scores are spread. Whatever
/// ends this early, the folds that are complete are told of.
///
/// # Errors
/// When the samples cannot be cut so, or a training fails or is ended by a signal.
pub(super) fn train(
    of: u32,
    worker: &Worker,
    request: &TrainRequest,
    reporting: &Reporting,
) -> Result<(), Error> {
    if let Some(unused) = unused(&request.experiment.preset.data, of) {
        tell_before(&unused, reporting)?;
    }
    let requests = (1..=of).map(|k| {
        let experiment = fold(&request.experiment, Fold { k, of })?;
        Ok(TrainRequest { experiment, ..request.clone() })
    });
    let requests = reporting.or_say_why(requests.collect::<Result<Vec<_>, Error>>())?;
    let signals = reporting.or_say_why(Signals::catch())?;
    let mut complete = Vec::new();
    let mut ended = Ok(());
    for (k, request) in (1..).zip(requests) {
        let event = json!({ "event": "fold", "fold": k, "of": of });
        tell_part(&event, &format!("fold {k} of {of}"), reporting)?;
        let begin = Command::Train(Box::new(request));
        let by_signal = || signals.caught().map(Error::Signal);
        ended = match follow_once(&signals, worker.clone(), begin, reporting) {
            Ok(Finish { outcome: Outcome::Stopped, .. }) => Err(by_signal().unwrap_or_else(|| {
                Error::Failed(format!("fold {k} of {of} was stopped; those after it are not trained"))
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
    tell(Several { event: "folds", noun: "folds", of, has_interval: false }, &complete, reporting)?;
    ended
}

/// What the preset says of its test set, which folds do not follow; in a sentence.
fn unused(data: &DataConfig, of: u32) -> Option<String> {
    let said = match (data.fold, data.test) {
        (Some(Fold { k, of }), _) => format!("data.fold: (k: {k}, of: {of})"),
        (None, Some(share)) => format!("data.test: {share}"),
        (None, None) => return None,
    };
    Some(format!("--folds {of}: each fold is tested on one of {of} parts of all samples; {said} is not used"))
}

/// Tells it before the first fold.
fn tell_before(what: &str, reporting: &Reporting) -> Result<(), Error> {
    if reporting.json {
        return line(&json!({ "event": "log", "line": what }));
    }
    // Nobody to tell is no reason to stop training.
    let _ = writeln!(std::io::stderr(), "{what}");
    Ok(())
}

/// The experiment whose test set is one part of the samples.
fn fold(experiment: &Experiment, fold: Fold) -> Result<Experiment, Error> {
    let refused = |problem: String| Error::Usage(format!("--folds {}: {}", fold.of, plain(&problem)));
    let samples = experiment.offers.samples;
    if (samples as u64) < u64::from(fold.of) {
        return Err(refused(format!("there are {samples} samples")));
    }
    let mut preset = experiment.preset.clone();
    preset.data.fold = Some(fold);
    preset.fit(&experiment.offers).map_err(|finding| refused(finding.problem))
}

/// Tells which of several trainings begins.
pub(super) fn tell_part(event: &serde_json::Value, words: &str, reporting: &Reporting) -> Result<(), Error> {
    if reporting.json {
        return line(event);
    }
    if !reporting.quiet {
        // Nobody to tell is no reason to stop training.
        let _ = writeln!(std::io::stderr(), "{words}");
    }
    Ok(())
}

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

/// Mean and standard deviation of every score over the trainings that are complete, and the 95% interval of the mean where it can be told.
pub(super) fn tell(several: Several, complete: &[Scores], reporting: &Reporting) -> Result<(), Error> {
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
