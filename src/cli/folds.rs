//! `trainyard train --folds`: a training for each part of the data, and how much their scores differ.

use std::io::Write;

use serde_json::json;

use super::Error;
use super::reporter::{Reporting, figure, line};
use super::signals::Signals;
use super::text::plain;
use super::train::{Worker, follow_once};
use crate::preset::{DataConfig, Experiment, Fold};
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
        if reporting.json {
            line(&json!({ "event": "fold", "fold": k, "of": of }))?;
        } else if !reporting.quiet {
            // Nobody to tell is no reason to stop training.
            let _ = writeln!(std::io::stderr(), "fold {k} of {of}");
        }
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
    tell(of, &complete, reporting)?;
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

/// Mean and standard deviation of every score over the folds that are complete.
fn tell(of: u32, complete: &[Scores], reporting: &Reporting) -> Result<(), Error> {
    let spreads = spreads(complete);
    if reporting.json {
        let scores: serde_json::Map<_, _> = spreads
            .iter()
            .map(|Spread { name, values, mean, deviation, .. }| {
                let spread = json!({ "mean": mean, "standard_deviation": deviation, "values": values });
                ((*name).to_string(), spread)
            })
            .collect();
        return line(&json!({ "event": "folds", "folds": of, "complete": complete.len(), "scores": scores }));
    }
    let how_many = match complete.len() {
        count if count == of as usize => format!("{of} folds"),
        count => format!("{count} of {of} folds"),
    };
    writeln!(std::io::stdout().lock(), "{how_many}:{}", in_words(&spreads))?;
    Ok(())
}

/// One score over several folds.
struct Spread {
    /// As JSON names it.
    name: &'static str,
    /// As a person reads it.
    title: &'static str,
    values: Vec<f64>,
    mean: f64,
    /// Of the sample, with n - 1 in the denominator; `None` for one fold.
    deviation: Option<f64>,
}

impl Spread {
    fn of(name: &'static str, title: &'static str, values: Vec<f64>) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let deviation = (values.len() > 1).then(|| (squares / (count - 1.0)).sqrt());
        Spread { name, title, values, mean, deviation }
    }
}

/// Every score that all folds have.
fn spreads(folds: &[Scores]) -> Vec<Spread> {
    let Some(first) = folds.first() else { return Vec::new() };
    let of_all = |score: &dyn Fn(&Scores) -> Option<f64>| folds.iter().map(score).collect::<Option<Vec<_>>>();
    let loss = of_all(&|scores| Some(scores.loss)).map(|values| Spread::of("loss", "loss", values));
    let accuracy = of_all(&|scores| scores.accuracy).map(|values| Spread::of("accuracy", "accuracy", values));
    let metrics = first.metrics.iter().filter_map(|(metric, _)| {
        let values = of_all(&|scores| scores.metrics.get(metric))?;
        Some(Spread::of(metric.name(), metric.title(), values))
    });
    loss.into_iter().chain(accuracy).chain(metrics).collect()
}

fn in_words(spreads: &[Spread]) -> String {
    if spreads.is_empty() {
        return " none is complete".into();
    }
    let words = spreads.iter().map(|Spread { title, mean, deviation, .. }| {
        let deviation = deviation.map(|deviation| format!(" ± {}", figure(deviation))).unwrap_or_default();
        format!("  {title} {}{deviation}", figure(*mean))
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
        let words = in_words(&spreads(&folds));
        assert_eq!(words, format!("  loss 3.0000 ± 2.6458  {} 5.0000 ± 3.6056", Metric::Rmse.title()));
        assert_eq!(in_words(&spreads(&folds[..1])).matches('±').count(), 0);
        assert_eq!(in_words(&spreads(&[])), " none is complete");
    }
}
