//! The figures of merit beside loss and accuracy.

use serde::{Deserialize, Serialize};

/// A figure that a training procedure reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Share of samples whose class is among the five largest outputs.
    TopFive,
    /// Of those called positive, the share that is; for several classes the mean over them.
    Precision,
    /// Of those that are positive, the share that was called so; for several classes the mean over them.
    Recall,
    /// The harmonic mean of precision and recall; for several classes the mean over them.
    F1,
    /// Area under the receiver operating characteristic.
    RocAuc,
    /// Mean absolute error.
    Mae,
    /// Root of the mean squared error.
    Rmse,
    /// Share of the variance that is explained.
    RSquared,
    /// e to the cross-entropy: among how many tokens the model hesitates.
    Perplexity,
    /// Cross-entropy in bits.
    BitsPerCharacter,
    /// The generator's loss.
    GeneratorLoss,
    /// The discriminator's loss.
    DiscriminatorLoss,
    /// D(x): the discriminator's mean probability that real samples are real.
    ScoreReal,
    /// D(G(z)): its mean probability that generated samples are real.
    ScoreGenerated,
    /// Mean squared difference between an input and its reconstruction.
    ReconstructionError,
    /// Mean free energy of the training samples under a restricted Boltzmann machine.
    FreeEnergy,
    /// Mean free energy of held-out samples: overfitting shows as a gap to the training samples'.
    FreeEnergyHeldOut,
    /// Divergence of the latent code from its prior, in nats a sample.
    KlDivergence,
    /// Log of the pseudo-likelihood, in nats a sample.
    PseudoLikelihood,
}

impl Metric {
    /// All of them.
    pub const ALL: [Metric; 19] = [
        Metric::TopFive,
        Metric::Precision,
        Metric::Recall,
        Metric::F1,
        Metric::RocAuc,
        Metric::Mae,
        Metric::Rmse,
        Metric::RSquared,
        Metric::Perplexity,
        Metric::BitsPerCharacter,
        Metric::GeneratorLoss,
        Metric::DiscriminatorLoss,
        Metric::ScoreReal,
        Metric::ScoreGenerated,
        Metric::ReconstructionError,
        Metric::FreeEnergy,
        Metric::FreeEnergyHeldOut,
        Metric::KlDivergence,
        Metric::PseudoLikelihood,
    ];

    /// As scripts and event files name it.
    pub fn name(self) -> &'static str {
        match self {
            Metric::TopFive => "top_five",
            Metric::Precision => "precision",
            Metric::Recall => "recall",
            Metric::F1 => "f1",
            Metric::RocAuc => "roc_auc",
            Metric::Mae => "mae",
            Metric::Rmse => "rmse",
            Metric::RSquared => "r_squared",
            Metric::Perplexity => "perplexity",
            Metric::BitsPerCharacter => "bits_per_character",
            Metric::GeneratorLoss => "generator_loss",
            Metric::DiscriminatorLoss => "discriminator_loss",
            Metric::ScoreReal => "score_real",
            Metric::ScoreGenerated => "score_generated",
            Metric::ReconstructionError => "reconstruction_error",
            Metric::FreeEnergy => "free_energy",
            Metric::FreeEnergyHeldOut => "free_energy_held_out",
            Metric::KlDivergence => "kl_divergence",
            Metric::PseudoLikelihood => "pseudo_likelihood",
        }
    }

    /// As a person reads it.
    pub fn title(self) -> &'static str {
        match self {
            Metric::TopFive => "top 5",
            Metric::Precision => "precision",
            Metric::Recall => "recall",
            Metric::F1 => "F1",
            Metric::RocAuc => "ROC AUC",
            Metric::Mae => "MAE",
            Metric::Rmse => "RMSE",
            Metric::RSquared => "R²",
            Metric::Perplexity => "perplexity",
            Metric::BitsPerCharacter => "bits/character",
            Metric::GeneratorLoss => "generator",
            Metric::DiscriminatorLoss => "discriminator",
            Metric::ScoreReal => "D(x)",
            Metric::ScoreGenerated => "D(G(z))",
            Metric::ReconstructionError => "reconstruction",
            Metric::FreeEnergy => "free energy",
            Metric::FreeEnergyHeldOut => "free energy, held out",
            Metric::KlDivergence => "KL divergence",
            Metric::PseudoLikelihood => "pseudo-likelihood",
        }
    }
}

/// A few metrics with their values, in the order in which they were set; copied with a report, no memory of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(into = "Vec<(Metric, f64)>", from = "Vec<(Metric, f64)>")]
pub struct Metrics {
    places: [Option<(Metric, f64)>; Metrics::ROOM],
}

impl Metrics {
    /// So many metrics fit; a procedure reports fewer.
    pub const ROOM: usize = 6;

    /// Sets a metric; when all places are taken by others it is left out.
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

    /// The value of one, if it was set.
    pub fn get(&self, metric: Metric) -> Option<f64> {
        self.iter().find(|(known, _)| *known == metric).map(|(_, value)| value)
    }

    /// All that were set, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Metric, f64)> {
        self.places.into_iter().flatten()
    }

    /// Whether none was set.
    pub fn is_empty(&self) -> bool {
        self.places[0].is_none()
    }

    /// The means of both, `share` of the way from `self` to `newer`; what only one has is kept.
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
    /// Share of right answers; `None` where the task has none.
    pub accuracy: Option<f64>,
    /// What else the procedure reports.
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
