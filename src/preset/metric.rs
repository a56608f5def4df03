//! The metrics beside loss and accuracy, by the names that presets, scripts and event files give them.

use super::variants::variants;

variants! {
    /// A metric that a training procedure reports.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Metric {
        /// Share of samples whose class is among the five largest outputs.
        TopFive = "top_five",
        /// Of the samples predicted positive, the share that is positive; for several classes the mean over them.
        Precision = "precision",
        /// Of the positive samples, the share predicted positive; for several classes the mean over them.
        Recall = "recall",
        /// The harmonic mean of precision and recall; for several classes the mean over them.
        F1 = "f1",
        /// Area under the receiver operating characteristic.
        RocAuc = "roc_auc",
        /// Mean absolute error.
        Mae = "mae",
        /// Root of the mean squared error.
        Rmse = "rmse",
        /// Share of the variance that is explained.
        RSquared = "r_squared",
        /// e to the cross-entropy: among how many tokens the model hesitates.
        Perplexity = "perplexity",
        /// Cross-entropy in bits.
        BitsPerCharacter = "bits_per_character",
        /// The generator's loss.
        GeneratorLoss = "generator_loss",
        /// The discriminator's loss.
        DiscriminatorLoss = "discriminator_loss",
        /// D(x): the discriminator's mean probability that real samples are real.
        ScoreReal = "score_real",
        /// D(G(z)): its mean probability that generated samples are real.
        ScoreGenerated = "score_generated",
        /// Mean squared difference between an input and its reconstruction.
        ReconstructionError = "reconstruction_error",
        /// Mean free energy of the training samples under a restricted Boltzmann machine.
        FreeEnergy = "free_energy",
        /// Mean free energy of held-out samples: overfitting shows as a gap to the training samples'.
        FreeEnergyHeldOut = "free_energy_held_out",
        /// Divergence of the latent code from its prior, in nats a sample.
        KlDivergence = "kl_divergence",
        /// Log of the pseudo-likelihood, in nats a sample.
        PseudoLikelihood = "pseudo_likelihood",
    }
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

    /// The least and the largest value that it can have.
    pub fn range(self) -> [f64; 2] {
        match self {
            Metric::TopFive
            | Metric::Precision
            | Metric::Recall
            | Metric::F1
            | Metric::RocAuc
            | Metric::ScoreReal
            | Metric::ScoreGenerated => [0.0, 1.0],
            Metric::Mae
            | Metric::Rmse
            | Metric::BitsPerCharacter
            | Metric::GeneratorLoss
            | Metric::DiscriminatorLoss
            | Metric::ReconstructionError
            | Metric::KlDivergence => [0.0, f64::INFINITY],
            Metric::Perplexity => [1.0, f64::INFINITY],
            Metric::RSquared => [f64::NEG_INFINITY, 1.0],
            Metric::PseudoLikelihood => [f64::NEG_INFINITY, 0.0],
            Metric::FreeEnergy | Metric::FreeEnergyHeldOut => [f64::NEG_INFINITY, f64::INFINITY],
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
