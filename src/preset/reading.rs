//! How a training reads the numbers of its data: its loss and its last layers say it, never the type in which a file has
//! them.

use super::data::{DataConfig, Labels, Signature, TargetChoice};
use super::layers::Layer;
use super::layers::options::Activation;
use super::networks::last_activation;
use super::procedure::{self, Pretrainer, Procedure, Visible};
use super::scaling::Scaling;
use super::sources::{Offers, TargetsAs};
use super::types::{Loss, Preset};

/// How a training reads its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What targets are that can be classes as well as values, such as whole numbers.
    pub targets: TargetsAs,
    /// How class labels reach the loss.
    pub labels: Labels,
    /// The range that real-valued targets are brought to.
    pub target_scaling: Scaling,
    /// Whether targets are needed at all: a network that learns the inputs themselves gets on without.
    pub needs_targets: bool,
    /// The range that the inputs of a table, a sequence or an array are brought to. Pixels always go to 0..1.
    pub input_scaling: Scaling,
}

impl Reading {
    /// What the data half of a preset says, where nothing is known of a network.
    pub fn suggested(data: &DataConfig) -> Self {
        let scaling = if data.normalize { Scaling::Standard } else { Scaling::Off };
        Reading {
            targets: TargetsAs::Suggested,
            labels: data.labels,
            target_scaling: scaling,
            needs_targets: true,
            input_scaling: scaling,
        }
    }
}

impl Preset {
    /// How this training reads its data.
    pub fn reading(&self) -> Reading {
        let end = last_activation(&self.layers);
        let suggested = Reading::suggested(&self.data);
        let target_scaling = match self.loss {
            // They are not compared with anything.
            _ if !self.gives_targets() => suggested.target_scaling,
            loss if loss.compares_probabilities() => Scaling::Shares,
            _ if self.data.normalize => Scaling::for_output(end),
            _ => suggested.target_scaling,
        };
        let input_scaling = match self.input_scaling() {
            scaling if self.data.normalize => scaling,
            Scaling::Unit | Scaling::Reach => Scaling::Shares,
            _ => suggested.input_scaling,
        };
        let labels = match (self.loss, self.data.labels) {
            (Loss::BinaryCrossentropy, Labels::OneHot) if self.gives_one_value() => Labels::Binary,
            (_, labels) => labels,
        };
        Reading {
            targets: self.targets_as(end),
            labels,
            target_scaling,
            needs_targets: self.gives_targets(),
            input_scaling,
        }
    }

    /// What the networks get of a source that offers `set`.
    pub fn signature(&self, set: &Offers) -> Signature {
        self.data.signature(set, self.reading().targets)
    }

    /// Whether the network ends with one unit.
    fn gives_one_value(&self) -> bool {
        matches!(self.layers.last(), Some(Layer::Dense(dense)) if dense.units == 1)
    }

    fn targets_as(&self, end: Option<Activation>) -> TargetsAs {
        if !self.gives_targets() {
            return TargetsAs::Suggested;
        }
        match self.loss {
            Loss::CategoricalCrossentropy | Loss::SparseCategoricalCrossentropy => TargetsAs::Classes,
            // 0 and 1 are two classes, in whatever type.
            Loss::BinaryCrossentropy if self.gives_one_value() => TargetsAs::Classes,
            Loss::MeanSquaredError | Loss::MeanAbsoluteError | Loss::Huber
                if self.gives_one_value() && end != Some(Activation::Sigmoid) =>
            {
                TargetsAs::Values
            }
            Loss::MeanSquaredError
            | Loss::MeanAbsoluteError
            | Loss::Huber
            | Loss::BinaryCrossentropy
            | Loss::KlDivergence => TargetsAs::Suggested,
        }
    }

    /// The range that the loss or the network needs the inputs in.
    fn input_scaling(&self) -> Scaling {
        let rebuilt_by = |layers: &[Layer]| match self.loss {
            loss if loss.compares_probabilities() => Scaling::Unit,
            _ => Scaling::for_output(last_activation(layers)),
        };
        match &self.procedure {
            Procedure::Autoencoder(procedure::Autoencoder { decoder, .. })
            | Procedure::Variational(procedure::Variational { decoder, .. }) => rebuilt_by(decoder),
            Procedure::Adversarial(_) => Scaling::for_output(last_activation(&self.layers)),
            Procedure::Pretraining(procedure::Pretraining { method: Pretrainer::Rbm(rbm), .. })
                if rbm.visible == Visible::Binary =>
            {
                Scaling::Unit
            }
            Procedure::Supervised if self.data.targets == TargetChoice::Input => rebuilt_by(&self.layers),
            Procedure::Supervised | Procedure::Pretraining(_) | Procedure::Language(_) => Scaling::Standard,
        }
    }
}
