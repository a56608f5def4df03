//! The metrics beside loss and accuracy, by the names that presets, scripts and event files give them.

use serde::{Deserialize, Serialize};

/// A metric that a training procedure reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Share of samples whose class is among the five largest outputs.
    TopFive,
    /// Of the samples predicted positive, the share that is positive; for several classes the mean over them.
    Precision,
    /// Of the positive samples, the share predicted positive; for several classes the mean over them.
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
