//! Training procedures as a preset names them, with their options and the networks they need beside `layers`.

use serde::{Deserialize, Serialize};

use super::layer::Layer;
use super::optimizers::Optimizer;
use super::types::yes;

/// A training procedure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Procedure {
    /// Inputs with targets, mini-batch gradient descent.
    #[default]
    Supervised,
    /// Each hidden Dense layer learns to represent what comes into it, one after the other and without labels; then
    /// the whole network is trained as `supervised` does, from there (Hinton, Osindero & Teh 2006).
    Pretraining {
        /// How a layer learns.
        #[serde(default)]
        method: Pretrainer,
        /// Passes over the samples for each layer.
        #[serde(default = "ten")]
        epochs: u32,
        /// Samples in a step.
        #[serde(default = "hundred")]
        batch_size: u32,
        /// The step size; left out: what suits the method.
        #[serde(default)]
        learning_rate: Option<f64>,
        /// Share of the last change that goes on, at most a half during a layer's first epochs; Adam's `beta_1` for
        /// autoencoders.
        #[serde(default = "momentum")]
        momentum: f64,
        /// Pulls weights towards zero: `weight_decay * w` is added to their gradient.
        #[serde(default = "decay")]
        weight_decay: f64,
        /// Whether all training samples are used here, also those whose labels `data.train_samples` leaves out.
        #[serde(default = "yes")]
        unlabelled: bool,
    },
    /// `layers` is the encoder; the decoder rebuilds the input from its code.
    Autoencoder {
        /// From the code to the input's size.
        decoder: Vec<Layer>,
        /// Share of the inputs that is set to zero before encoding (Vincent et al. 2008).
        #[serde(default)]
        noise: f32,
    },
    /// `layers` is the encoder, whose output is mean and log variance of the code side by side; the decoder rebuilds
    /// the input from a code that is drawn from them (Kingma & Welling 2014).
    Variational {
        /// From the code to the input's size.
        decoder: Vec<Layer>,
        /// Weight of the divergence from the prior; 1 is the evidence lower bound (Higgins et al. 2017 vary it).
        #[serde(default = "whole")]
        kl_weight: f32,
    },
    /// `layers` is the generator, from `latent` normal numbers to a sample; the discriminator tells its samples from
    /// real ones (Goodfellow et al. 2014, non-saturating loss).
    Adversarial {
        /// From a sample to one probability: that it is real.
        discriminator: Vec<Layer>,
        /// Numbers that the generator starts from.
        latent: usize,
        /// The discriminator is to call real samples real with probability 1 minus this (Salimans et al. 2016).
        #[serde(default)]
        label_smoothing: f32,
        /// Steps of the discriminator for each of the generator.
        #[serde(default = "once")]
        discriminator_steps: u32,
        /// The discriminator's optimizer; left out: one like the generator's.
        #[serde(default)]
        discriminator_optimizer: Option<Optimizer>,
    },
    /// Predicts each next token of a text, read as parallel streams through a network that keeps its state.
    Language {
        /// What generated text starts from.
        #[serde(default = "line_end")]
        prompt: String,
        /// Below 1 it writes what is likely, above 1 what is not.
        #[serde(default = "temperature")]
        temperature: f64,
    },
}

/// How a layer learns without labels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Pretrainer {
    /// As a restricted Boltzmann machine, by contrastive divergence (Hinton 2002).
    Rbm {
        /// What the first layer's inputs are; later layers see probabilities.
        #[serde(default)]
        visible: Visible,
        /// Steps of the Gibbs chain: the k of CD-k.
        #[serde(default = "once")]
        gibbs_steps: u32,
        /// Chains go on from step to step instead of starting at the data (Tieleman 2008).
        #[serde(default)]
        persistent: bool,
    },
    /// As an autoencoder that rebuilds its input from one in which a share `noise` is set to zero.
    Autoencoder {
        /// The share.
        #[serde(default = "some_noise")]
        noise: f32,
    },
}

impl Default for Pretrainer {
    fn default() -> Self {
        Pretrainer::Rbm { visible: Visible::Binary, gibbs_steps: 1, persistent: false }
    }
}

impl Pretrainer {
    /// The learning rate where the preset leaves it out. Real visible units need one much smaller (Hinton 2010).
    pub fn usual_rate(self) -> f64 {
        match self {
            Pretrainer::Rbm { visible: Visible::Binary, .. } => 0.05,
            Pretrainer::Rbm { visible: Visible::Gaussian, .. } | Pretrainer::Autoencoder { .. } => 0.001,
        }
    }
}

/// What the visible units of a Boltzmann machine are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visible {
    /// On or off; inputs between 0 and 1 count as probabilities.
    #[default]
    Binary,
    /// Real numbers with normal noise of variance 1; for standardised inputs.
    Gaussian,
}

fn ten() -> u32 {
    10
}
fn hundred() -> u32 {
    100
}
fn once() -> u32 {
    1
}
fn momentum() -> f64 {
    0.9
}
fn decay() -> f64 {
    0.0002
}
fn whole() -> f32 {
    1.0
}
fn some_noise() -> f32 {
    0.3
}
fn line_end() -> String {
    "\n".into()
}
fn temperature() -> f64 {
    0.8
}

impl Procedure {
    /// Its name, as a preset writes it.
    pub fn name(&self) -> &'static str {
        match self {
            Procedure::Supervised => "supervised",
            Procedure::Pretraining { .. } => "pretraining",
            Procedure::Autoencoder { .. } => "autoencoder",
            Procedure::Variational { .. } => "variational",
            Procedure::Adversarial { .. } => "adversarial",
            Procedure::Language { .. } => "language",
        }
    }

    /// What `layers` is called when there is a second network.
    pub fn first(&self) -> Option<&'static str> {
        match self {
            Procedure::Autoencoder { .. } | Procedure::Variational { .. } => Some("encoder"),
            Procedure::Adversarial { .. } => Some("generator"),
            Procedure::Supervised | Procedure::Pretraining { .. } | Procedure::Language { .. } => None,
        }
    }
}
