//! The metrics beside loss and accuracy.

use serde::{Deserialize, Serialize};

pub use crate::preset::Metric;

/// A few metrics with their values, in the order in which they were set. The type is `Copy` and allocates nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(into = "Vec<(Metric, f64)>", from = "Vec<(Metric, f64)>")]
pub struct Metrics {
    places: [Option<(Metric, f64)>; Metrics::ROOM],
}

impl Metrics {
    /// The most metrics that fit; a procedure reports fewer.
    pub const ROOM: usize = 6;

    /// Sets a metric; it is left out when other metrics take all places.
    pub fn set(&mut self, metric: Metric, value: f64) {
        let place =
            self.places.iter_mut().find(|place| place.is_none() || place.is_some_and(|p| p.0 == metric));
        if let Some(place) = place {
            *place = Some((metric, value));
        }
    }

    /// The same metrics with one more.
    pub fn with(mut self, metric: Metric, value: f64) -> Self {
        self.set(metric, value);
        self
    }

    /// The value of a metric, if it was set.
    pub fn get(&self, metric: Metric) -> Option<f64> {
        self.iter().find(|(known, _)| *known == metric).map(|(_, value)| value)
    }

    /// All metrics that were set, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Metric, f64)> {
        self.places.into_iter().flatten()
    }

    /// Whether no metric was set.
    pub fn is_empty(&self) -> bool {
        self.places[0].is_none()
    }

    /// The means of both, `share` of the way from `self` to `newer`; a metric that only one of them has is kept.
    pub fn mean(&self, newer: &Metrics, share: f64) -> Metrics {
        let mut mean = *self;
        for (metric, new) in newer.iter() {
            mean.set(metric, self.get(metric).map_or(new, |old| old + (new - old) * share));
        }
        mean
    }
}

impl From<Metrics> for Vec<(Metric, f64)> {
    fn from(metrics: Metrics) -> Self {
        metrics.iter().collect()
    }
}

impl From<Vec<(Metric, f64)>> for Metrics {
    fn from(pairs: Vec<(Metric, f64)>) -> Self {
        pairs.into_iter().fold(Metrics::default(), |metrics, (metric, value)| metrics.with(metric, value))
    }
}

/// Loss, accuracy and more over some samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Mean loss, regularization included.
    pub loss: f64,
    /// Share of correct answers; `None` where the task has no such thing.
    pub accuracy: Option<f64>,
    /// The other metrics that the procedure reports.
    #[serde(default)]
    pub metrics: Metrics,
}

impl Scores {
    /// The means of both, `share` of the way from `self` to `newer`.
    pub fn mean(&self, newer: &Scores, share: f64) -> Scores {
        let mean = |old: f64, new: f64| old + (new - old) * share;
        Scores {
            loss: mean(self.loss, newer.loss),
            accuracy: self.accuracy.zip(newer.accuracy).map(|(old, new)| mean(old, new)),
            metrics: self.metrics.mean(&newer.metrics, share),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_goes_by_the_name_that_files_give_it() {
        for metric in Metric::ALL {
            assert_eq!(serde_json::to_value(metric).unwrap(), metric.name());
        }
    }

    #[test]
    fn means_are_taken_metric_by_metric_and_survive_the_socket() {
        let old = Metrics::default().with(Metric::Mae, 1.0).with(Metric::Rmse, 4.0);
        let new = Metrics::default().with(Metric::Rmse, 8.0).with(Metric::F1, 0.5);
        let mean = old.mean(&new, 0.25);
        let pairs: Vec<_> = mean.iter().collect();
        assert_eq!(pairs, [(Metric::Mae, 1.0), (Metric::Rmse, 5.0), (Metric::F1, 0.5)]);
        let sent = serde_json::to_string(&mean).unwrap();
        assert_eq!(serde_json::from_str::<Metrics>(&sent).unwrap(), mean);
    }
}
