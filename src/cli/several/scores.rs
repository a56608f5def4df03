//! How much the scores of several trainings differ, as a table or as JSON.

use std::io::Write;

use serde_json::json;

use super::Several;
use crate::cli::Error;
use crate::cli::reporter::{Reporting, line};
use crate::cli::text::columns;
use crate::run::spread::{Interval, Spread};
use crate::run::text::figure;
use crate::worker::Scores;

/// Mean and standard deviation of every score over the trainings that are complete, and the 95% interval of the mean where it can be
/// told.
///
/// # Errors
/// When the output cannot be written.
pub(super) fn tell(several: Several, complete: &[Scores], reporting: &Reporting) -> Result<(), Error> {
    let Several { event, noun, of, has_interval } = several;
    let spreads = spreads(complete);
    if reporting.json {
        let scores: serde_json::Map<_, _> = spreads
            .iter()
            .map(|score| {
                let Spread { mean, deviation, values } = &score.spread;
                let mut told = json!({ "mean": mean, "standard_deviation": deviation, "values": values });
                if let Some(Interval { ends, is_cut }) = score.interval().filter(|_| has_interval) {
                    told["interval_95"] = json!(ends);
                    told["interval_is_cut"] = json!(is_cut);
                }
                (score.name.to_string(), told)
            })
            .collect();
        return line(&json!({ "event": event, noun: of, "complete": complete.len(), "scores": scores }));
    }
    let how_many = match complete.len() {
        count if count == of as usize => format!("{of} {noun}"),
        count => format!("{count} of {of} {noun}"),
    };
    write!(std::io::stdout().lock(), "{how_many}{}", in_words(&spreads, has_interval))?;
    Ok(())
}

/// One score over several trainings.
struct Score {
    /// As JSON names it.
    name: &'static str,
    /// As a person reads it.
    title: &'static str,
    spread: Spread,
    /// What it can be.
    range: [f64; 2],
}

impl Score {
    fn of(name: &'static str, title: &'static str, range: [f64; 2], values: Vec<f64>) -> Option<Self> {
        Some(Score { name, title, spread: Spread::of(values)?, range })
    }

    fn interval(&self) -> Option<Interval> {
        self.spread.interval_within(self.range)
    }
}

/// Every score that all trainings have.
fn spreads(complete: &[Scores]) -> Vec<Score> {
    let Some(first) = complete.first() else { return Vec::new() };
    let of_all =
        |score: &dyn Fn(&Scores) -> Option<f64>| complete.iter().map(score).collect::<Option<Vec<_>>>();
    let loss = of_all(&|scores| Some(scores.loss));
    let loss = loss.and_then(|values| Score::of("loss", "loss", [0.0, f64::INFINITY], values));
    let accuracy = of_all(&|scores| scores.accuracy)
        .and_then(|values| Score::of("accuracy", "accuracy", [0.0, 1.0], values));
    let metrics = first.metrics.iter().filter_map(|(metric, _)| {
        let values = of_all(&|scores| scores.metrics.get(metric))?;
        Score::of(metric.name(), metric.title(), metric.range(), values)
    });
    loss.into_iter().chain(accuracy).chain(metrics).collect()
}

/// A row for each score, behind how many trainings there are.
fn in_words(scores: &[Score], has_interval: bool) -> String {
    if scores.is_empty() {
        return ": none is complete\n".into();
    }
    let has_interval = has_interval && scores.iter().any(|score| score.interval().is_some());
    let intervals = scores.iter().filter_map(Score::interval);
    let is_cut = has_interval && intervals.into_iter().any(|interval| interval.is_cut);
    let mut rows = vec![["SCORE", "MEAN", "SD", "LOWEST", "HIGHEST"].map(str::to_owned).to_vec()];
    if has_interval {
        rows[0].push("95% OF THE MEAN".into());
    }
    rows.extend(scores.iter().map(|score| {
        let Spread { mean, deviation, values } = &score.spread;
        let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let deviation = deviation.map_or_else(|| "-".into(), figure);
        let mut row = vec![score.title.to_owned(), figure(*mean), deviation, figure(lowest), figure(highest)];
        if has_interval {
            row.push(score.interval().map_or_else(
                || "-".into(),
                |Interval { ends: [low, high], is_cut }| {
                    let mark = if is_cut { " *" } else { "" };
                    format!("{} to {}{mark}", figure(low), figure(high))
                },
            ));
        }
        row
    }));
    let cut =
        if is_cut { "* cut where the score cannot be: too few seeds for a closer interval\n" } else { "" };
    format!("\n{}{cut}", columns(&rows))
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
        let expected = "
SCORE  MEAN    SD      LOWEST  HIGHEST
loss   3.0000  2.6458  1.0000  6.0000
RMSE   5.0000  3.6056  2.0000  9.0000
";
        assert_eq!(words, expected);
        // 4.3027, the quantile of two degrees of freedom, times 2.6458 / √3 is 6.5724; a loss below 0 cannot be.
        let words = in_words(&spreads(&folds), true);
        assert!(words.contains("loss   3.0000  2.6458  1.0000  6.0000   0.0000 to 9.5724 *\n"), "{words}");
        assert!(words.ends_with("\n* cut where the score cannot be: too few seeds for a closer interval\n"));
        let narrow = [1.0, 1.1, 1.2].map(|loss| fold(loss, None, Metrics::default()));
        let words = in_words(&spreads(&narrow), true);
        // scipy.stats.t.interval(0.95, 2, 1.1, 0.1 / sqrt(3))
        assert!(words.contains("0.8516 to 1.3484\n") && !words.contains('*'), "{words}");
        assert!(!in_words(&spreads(&folds[..1]), true).contains("95%"));
        assert_eq!(in_words(&spreads(&[]), true), ": none is complete\n");
    }
}
