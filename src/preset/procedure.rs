//! Training procedures as a preset names them, with their options and the networks they need beside `layers`.

use serde::{Deserialize, Serialize};

use super::field::nested_values;
use super::layers::Layer;
use super::optimizers::Optimizer;
use super::variants::variants;
use crate::fields;

variants! {
    /// A training procedure.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub enum Procedure {
        /// Inputs with targets, mini-batch gradient descent.
        #[default]
        Supervised = "supervised",
        /// Layer by layer without labels, then as `supervised`.
        Pretraining(Pretraining) = "pretraining",
        /// A network that rebuilds its input from a code.
        Autoencoder(Autoencoder) = "autoencoder",
        /// An autoencoder whose code is drawn at random.
        Variational(Variational) = "variational",
        /// A generator against a discriminator.
        Adversarial(Adversarial) = "adversarial",
        /// Predicts each next token of a text.
        Language(Language) = "language",
    }
}

/// Each hidden Dense layer learns to represent its input, one layer after the other and without labels; then the whole
/// network is trained as in `supervised`, starting from these weights (Hinton, Osindero & Teh 2006).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pretraining {
    /// How a layer learns.
    pub method: Pretrainer,
    /// Passes over the samples for each layer.
    pub epochs: u32,
    /// Samples in a step.
    pub batch_size: u32,
    /// The step size; left out: what suits the method.
    pub learning_rate: Option<f64>,
    /// Share of the last weight change that is added to the next, at most a half during a layer's first epochs; Adam's
    /// `beta_1` for autoencoders.
    pub momentum: f64,
    /// Pulls weights towards zero: `weight_decay * w` is added to their gradient.
    pub weight_decay: f64,
    /// Whether pretraining uses all training samples, also those that `data.train_samples` leaves out.
    pub unlabelled: bool,
}

impl Default for Pretraining {
    fn default() -> Self {
        Pretraining {
            method: Pretrainer::default(),
            epochs: 10,
            batch_size: 100,
            learning_rate: None,
            momentum: 0.9,
            weight_decay: 0.0002,
            unlabelled: true,
        }
    }
}

/// `layers` is the encoder; the decoder rebuilds the input from its code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Autoencoder {
    /// From the code to the input's size.
    pub decoder: Vec<Layer>,
    /// Share of the inputs that is set to zero before encoding (Vincent et al. 2008).
    #[serde(default)]
    pub noise: f32,
}

/// `layers` is the encoder, whose output is mean and log variance of the code side by side; the decoder rebuilds the
/// input from a code that is drawn from them (Kingma & Welling 2014).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variational {
    /// From the code to the input's size.
    pub decoder: Vec<Layer>,
    /// Weight of the divergence from the prior; 1 is the evidence lower bound (Higgins et al. 2017 vary it).
    #[serde(default = "one")]
    pub kl_weight: f32,
}

/// `layers` is the generator, from `latent` normal numbers to a sample; the discriminator tells its samples from real
/// ones (Goodfellow et al. 2014, non-saturating loss).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adversarial {
    /// From a sample to one probability: that it is real.
    pub discriminator: Vec<Layer>,
    /// Numbers that the generator starts from.
    pub latent: usize,
    /// The discriminator's target for real samples is 1 minus this (Salimans et al. 2016).
    #[serde(default)]
    pub label_smoothing: f32,
    /// Steps of the discriminator for each of the generator.
    #[serde(default = "once")]
    pub discriminator_steps: u32,
    /// The discriminator's optimizer; left out: one like the generator's.
    #[serde(default)]
    pub discriminator_optimizer: Option<Optimizer>,
}

/// Predicts each next token of a text, read as parallel streams through a network that keeps its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Language {
    /// What generated text starts from.
    pub prompt: String,
    /// Below 1 likely tokens become more frequent, above 1 unlikely ones.
    pub temperature: f64,
}

impl Default for Language {
    fn default() -> Self {
        Language { prompt: "\n".into(), temperature: 0.8 }
    }
}

fn one() -> f32 {
    1.0
}

fn once() -> u32 {
    1
}

variants! {
    /// How a layer learns without labels.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Pretrainer {
        /// As a restricted Boltzmann machine.
        Rbm(Rbm) = "rbm",
        /// As an autoencoder.
        Autoencoder(Denoising) = "autoencoder",
    }
}

/// A restricted Boltzmann machine that learns by contrastive divergence (Hinton 2002).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rbm {
    /// What the first layer's inputs are; later layers see probabilities.
    pub visible: Visible,
    /// Steps of the Gibbs chain: the k of CD-k.
    pub gibbs_steps: u32,
    /// Whether chains continue from step to step instead of starting at the data (Tieleman 2008).
    pub persistent: bool,
}

impl Default for Rbm {
    fn default() -> Self {
        Rbm { visible: Visible::Binary, gibbs_steps: 1, persistent: false }
    }
}

/// An autoencoder that rebuilds its input from one in which a share `noise` is set to zero.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Denoising {
    /// The share of the input that is set to zero.
    pub noise: f32,
}

impl Default for Denoising {
    fn default() -> Self {
        Denoising { noise: 0.3 }
    }
}

impl Default for Pretrainer {
    fn default() -> Self {
        Pretrainer::Rbm(Rbm::default())
    }
}

impl Pretrainer {
    /// The learning rate where the preset leaves it out. Gaussian visible units need a much smaller one (Hinton 2010).
    pub fn usual_rate(self) -> f64 {
        match self {
            Pretrainer::Rbm(Rbm { visible: Visible::Binary, .. }) => 0.05,
            Pretrainer::Rbm(Rbm { visible: Visible::Gaussian, .. }) | Pretrainer::Autoencoder(_) => 0.001,
        }
    }
}

variants! {
    /// What the visible units of a Boltzmann machine are.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Visible {
        /// On or off; inputs between 0 and 1 count as probabilities.
        #[default]
        Binary = "binary",
        /// Real numbers with normal noise of variance 1; for standardised inputs.
        Gaussian = "gaussian",
    }
}

nested_values!(Pretraining, Autoencoder, Variational, Adversarial, Language, Rbm, Denoising);

fields! {
    Pretraining {
        method: inside::<Pretrainer>(), "how a layer learns";
        epochs: Integer(Range::at_least(1.0)), "passes over the samples for each layer", "{} pretrains nothing";
        batch_size: Integer(Range::at_least(1.0)), "samples in a step", "{} pretrains nothing";
        learning_rate: Number(Range::ABOVE_ZERO), "the size of a step", "a learning rate of {}";
        momentum: Number(Range::SHARE), "the share of the last weight change that is added to the next",
            "momentum is a share";
        weight_decay: Number(Range::NOT_NEGATIVE), "pulls weights towards zero",
            "weights cannot be pushed away from zero";
        unlabelled: Switch, "whether pretraining uses all training samples, also those without labels";
    }
}

fields! {
    Autoencoder {
        decoder: inside::<Vec<Layer>>(), "from the code to the input's size";
        noise: Number(Range::SHARE), "the share of the inputs that is set to zero",
            "noise is a share of the inputs";
    }
}

fields! {
    Variational {
        decoder: inside::<Vec<Layer>>(), "from the code to the input's size";
        kl_weight: Number(Range::NOT_NEGATIVE), "the weight of the divergence from the prior; 1 is usual",
            "{} is no weight";
    }
}

fields! {
    Adversarial {
        discriminator: inside::<Vec<Layer>>(), "from a sample to one probability";
        latent: Integer(Range::at_least(1.0)), "numbers that the generator starts from; 64 is usual",
            "a generator that starts from nothing";
        label_smoothing: Number(Range::from_to_below(0.0, 0.5)), "how far the target for real samples is below 1",
            "real samples must stay likelier than not";
        discriminator_steps: Integer(Range::at_least(1.0)), "steps of the discriminator for each of the generator",
            "a discriminator that never learns";
        discriminator_optimizer: inside::<Optimizer>(), "left out: one like the generator's";
    }
}

fields! {
    Language {
        prompt: Text, "what generated text starts from";
        temperature: Number(Range::ABOVE_ZERO), "below 1 likely tokens become more frequent, above 1 unlikely ones",
            "nothing can be drawn at this temperature";
    }
}

fields! {
    Rbm {
        visible: Choice(Visible::WORDS), "what the first layer's inputs are";
        gibbs_steps: Integer(Range::at_least(1.0)), "steps of the Gibbs chain", "a chain of {} steps";
        persistent: Switch, "whether chains continue from step to step";
    }
}

fields! {
    Denoising {
        noise: Number(Range::SHARE), "the share of the inputs that is set to zero", "noise is a share";
    }
}

impl Procedure {
    /// What `layers` is called when there is a second network.
    pub fn first(&self) -> Option<&'static str> {
        match self {
            Procedure::Autoencoder(_) | Procedure::Variational(_) => Some("encoder"),
            Procedure::Adversarial(_) => Some("generator"),
            Procedure::Supervised | Procedure::Pretraining(_) | Procedure::Language(_) => None,
        }
    }

    /// The layers of the network that it adds: a decoder, a discriminator.
    pub fn second_layers(&self) -> Option<&[Layer]> {
        match self {
            Procedure::Autoencoder(Autoencoder { decoder, .. })
            | Procedure::Variational(Variational { decoder, .. }) => Some(decoder),
            Procedure::Adversarial(Adversarial { discriminator, .. }) => Some(discriminator),
            Procedure::Supervised | Procedure::Pretraining(_) | Procedure::Language(_) => None,
        }
    }
}
