//! What a training needs to know of a preset that has been checked against its data.

use serde::{Deserialize, Serialize};

use super::data::Signature;
use super::layers::Layer;
use super::memory::Memory;
use super::optimizers::Optimizer;
use super::path::Path;
use super::procedure::Pretrainer;
use super::shapes::{ShapeError, size};
use super::sources::Offers;
use super::summary::Summary;
use super::types::{OnNan, Preset};
use super::validate::Finding;

/// A preset whose shapes, loss and data fit. [`Preset::validate`] makes it; from there it is carried to the worker and into
/// the training.
///
/// In a message it is the preset and what its source offers. The receiver works out the networks again, so
/// that an experiment fits wherever it comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Message")]
pub struct Experiment {
    /// The preset.
    pub preset: Preset,
    /// What its data source offers.
    pub offers: Offers,
    /// The networks of its procedure.
    #[serde(skip_serializing)]
    pub networks: Networks,
}

#[derive(Deserialize)]
#[serde(rename = "Experiment")]
struct Message {
    preset: Preset,
    offers: Offers,
}

impl TryFrom<Message> for Experiment {
    type Error = Finding;

    fn try_from(message: Message) -> Result<Self, Finding> {
        message.preset.fit(&message.offers)
    }
}

impl Experiment {
    /// What its networks get from the data.
    pub fn signature(&self) -> Signature {
        self.preset.signature(&self.offers)
    }

    /// The parameters of all its networks together, those that are not trained included.
    pub fn parameters(&self) -> u64 {
        self.networks.iter().map(|network| network.summary.parameters.total()).sum()
    }

    /// The memory that training takes, data included.
    pub fn memory(&self) -> Memory {
        let Preset { optimizer, train, data, .. } = &self.preset;
        let of = |network: &Network| {
            Memory::of(&network.layers, &network.summary, &network.input, optimizer, train.batch_size)
        };
        let networks = self.networks.iter().map(of).reduce(Memory::and).unwrap_or_default();
        let signature = self.signature();
        let pretraining = match &self.networks {
            Networks::Pretraining(options) => options.memory(signature.train),
            Networks::Supervised(_)
            | Networks::Autoencoder(_)
            | Networks::Variational(_)
            | Networks::Adversarial(_)
            | Networks::Language(_) => 0,
        };
        Memory { data: data.memory(&signature), pretraining, ..networks }.with_saving(self.checkpoints())
    }

    /// The most checkpoints that are in memory at once, also on a disk that refuses to take any.
    fn checkpoints(&self) -> u64 {
        // Three that wait, one that is being written, and the best epoch's before it waits, or one that is being taken.
        let saved = 3 + 1 + 1;
        // The last good one, and the next one before it takes its place.
        let good = if self.preset.train.on_nan == OnNan::HalveRate { 2 } else { 0 };
        let goes_back =
            matches!(&self.networks, Networks::Adversarial(options) if options.is_interruptible());
        saved + good + u64::from(goes_back)
    }
}

/// A network of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Its layers.
    pub layers: Vec<Layer>,
    /// Shape of one input, channels last.
    pub input: Vec<usize>,
    /// Its layers with their shapes and parameters.
    pub summary: Summary,
}

impl Network {
    /// The network of `layers`, which stand at `path` in the preset, on inputs of this shape.
    ///
    /// # Errors
    /// The first layer that does not fit.
    pub(super) fn at(path: &Path, name: &str, layers: &[Layer], input: &[usize]) -> Result<Self, ShapeError> {
        let summary = Summary::at(path, name, layers, input)?;
        Ok(Network { layers: layers.to_vec(), input: input.to_vec(), summary })
    }

    /// The same behind a layer that the data asks for.
    ///
    /// # Errors
    /// The first layer that does not fit.
    pub(super) fn behind(
        head: impl Into<Layer>,
        path: &Path,
        name: &str,
        layers: &[Layer],
        input: &[usize],
    ) -> Result<Self, ShapeError> {
        let head = [head.into()];
        let Summary { name, mut rows, mut parameters } = Summary::at(path, name, &head, input)?;
        let rest = Summary::at(path, &name, layers, rows.last().map_or(input, |row| &row.shape))?;
        rows.extend(rest.rows);
        parameters += rest.parameters;
        let summary = Summary { name, rows, parameters };
        Ok(Network { layers: [&head, layers].concat(), input: input.to_vec(), summary })
    }

    /// Shape of one output, channels last.
    pub fn output(&self) -> &[usize] {
        self.summary.output()
    }
}

/// The networks that a procedure trains, and its options: a [`Procedure`](super::Procedure) that has been checked, with
/// the values of what the preset leaves out.
#[derive(Clone, Debug, PartialEq)]
pub enum Networks {
    /// One network that learns targets from inputs.
    Supervised(Network),
    /// One network whose hidden layers learn without labels before the whole is trained.
    Pretraining(Pretraining),
    /// An encoder and a decoder.
    Autoencoder(Autoencoder),
    /// An encoder of distributions and a decoder.
    Variational(Variational),
    /// A generator and a discriminator.
    Adversarial(Adversarial),
    /// One network that predicts each next token of a text.
    Language(Language),
}

/// A network whose hidden Dense layers are pretrained.
#[derive(Clone, Debug, PartialEq)]
pub struct Pretraining {
    /// The whole network, which is fine-tuned.
    pub network: Network,
    /// How a layer learns.
    pub method: Pretrainer,
    /// Passes over the samples for each layer.
    pub epochs: u32,
    /// Samples in a step.
    pub batch_size: u32,
    /// The step size.
    pub learning_rate: f64,
    /// Share of the last weight change that is added to the next; Adam's `beta_1` for autoencoders.
    pub momentum: f64,
    /// `weight_decay * w` is added to the weights' gradient.
    pub weight_decay: f64,
    /// Whether pretraining also uses the samples that `data.train_samples` leaves out.
    pub unlabelled: bool,
}

impl Pretraining {
    /// Bytes of the machines that learn the hidden layers from so many samples, and of a batch of theirs.
    fn memory(&self, samples: usize) -> u64 {
        // Weights with their last change; an autoencoder has as many again to decode, with gradients and two moments.
        let copies = match self.method {
            Pretrainer::Rbm(_) => 2,
            Pretrainer::Autoencoder(_) => 2 * 4,
        };
        let Network { summary, input, .. } = &self.network;
        let widest = summary.rows.iter().map(|row| size(&row.shape)).chain([size(input)]).max().unwrap_or(0);
        let rows = samples.min(self.batch_size as usize) as u64;
        // What a layer sees and what it makes of that, of the data and of what is rebuilt.
        let batch = rows.saturating_mul(4 * widest as u64);
        let numbers = summary.parameters.trainable.saturating_mul(copies).saturating_add(batch);
        numbers.saturating_mul(4)
    }
}

/// The networks of an autoencoder.
#[derive(Clone, Debug, PartialEq)]
pub struct Autoencoder {
    /// From a sample to its code.
    pub encoder: Network,
    /// From a code to a sample.
    pub decoder: Network,
    /// Share of the inputs that is set to zero before encoding.
    pub noise: f32,
}

/// The networks of a variational autoencoder.
#[derive(Clone, Debug, PartialEq)]
pub struct Variational {
    /// From a sample to mean and log variance of its code, side by side.
    pub encoder: Network,
    /// From a code to a sample.
    pub decoder: Network,
    /// Weight of the divergence from the prior.
    pub kl_weight: f32,
}

/// The networks of an adversarial pair.
#[derive(Clone, Debug, PartialEq)]
pub struct Adversarial {
    /// From normal numbers, `[latent]` of them, to a sample.
    pub generator: Network,
    /// From a sample to the probability that it is real.
    pub discriminator: Network,
    /// The discriminator's target for real samples is 1 minus this.
    pub label_smoothing: f32,
    /// Steps of the discriminator for each of the generator.
    pub discriminator_steps: u32,
    /// The discriminator's optimizer.
    pub discriminator_optimizer: Optimizer,
}

/// The network of a language model.
#[derive(Clone, Debug, PartialEq)]
pub struct Language {
    /// From a window of tokens to a probability for each token at each step.
    pub network: Network,
    /// What generated text starts from.
    pub prompt: String,
    /// Below 1 likely tokens become more frequent, above 1 unlikely ones.
    pub temperature: f64,
}

impl Adversarial {
    /// Whether a step has so many turns of the discriminator that it can be abandoned between two of them. Before many
    /// turns, a copy of both networks costs little.
    pub fn is_interruptible(&self) -> bool {
        self.discriminator_steps > 8
    }
}

impl Networks {
    /// The network of the preset's `layers`.
    pub fn first(&self) -> &Network {
        match self {
            Networks::Supervised(network)
            | Networks::Pretraining(Pretraining { network, .. })
            | Networks::Language(Language { network, .. })
            | Networks::Autoencoder(Autoencoder { encoder: network, .. })
            | Networks::Variational(Variational { encoder: network, .. })
            | Networks::Adversarial(Adversarial { generator: network, .. }) => network,
        }
    }

    /// The network that the procedure adds: a decoder, a discriminator.
    pub fn second(&self) -> Option<&Network> {
        match self {
            Networks::Supervised(_) | Networks::Pretraining(_) | Networks::Language(_) => None,
            Networks::Autoencoder(Autoencoder { decoder, .. })
            | Networks::Variational(Variational { decoder, .. }) => Some(decoder),
            Networks::Adversarial(Adversarial { discriminator, .. }) => Some(discriminator),
        }
    }

    /// All networks, the one of the preset's `layers` first.
    pub fn iter(&self) -> impl Iterator<Item = &Network> {
        std::iter::once(self.first()).chain(self.second())
    }
}

#[cfg(test)]
impl Preset {
    /// The experiment of a preset whose data is built in.
    pub(crate) fn on_built_in_data(self) -> Experiment {
        let offers = self.data.source.built_in_offers().expect("its data is built in");
        self.fit(&offers).unwrap_or_else(|finding| panic!("{finding}"))
    }
}
