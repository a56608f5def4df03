//! `trainyard train --folds`: a training for each part of the data, and how much their scores differ.

use std::io::Write;

use serde_json::json;

use super::Error;
use super::follow::Worker;
use super::reporter::{Reporting, line};
use super::several::{Part, Several};
use super::text::plain;
use crate::preset::{DataConfig, Experiment, Fold};
use crate::worker::TrainRequest;

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
    let parts = (1..).zip(requests).map(|(k, request)| Part {
        request,
        event: json!({ "event": "fold", "fold": k, "of": of }),
        words: format!("fold {k} of {of}"),
        stopped: format!("fold {k} of {of} was stopped; those after it are not trained"),
    });
    let several = Several { event: "folds", noun: "folds", of, has_interval: false };
    several.train(parts.collect(), worker, reporting)
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
