//! What can be found: what was seen, and what to try, in words.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What was found, with the numbers that were seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Finding {
    /// Most units of a ReLU layer give 0 for every sample.
    DeadRelus {
        /// The layer.
        layer: String,
        /// The share of its units.
        share: f64,
    },
    /// The gradients of the first layers are far smaller than those of the last.
    VanishingGradients {
        /// The first layer with weights.
        layer: String,
        /// Its gradients over those of the last layer, by root mean square.
        ratio: f64,
    },
    /// Gradients and loss grow together.
    ExplodingGradients {
        /// The norm of all gradients.
        norm: f64,
        /// The smallest norm before.
        before: f64,
    },
    /// Most outputs of a layer of tanh or sigmoid units, or most states of a recurrent layer, stand at their ends.
    SaturatedGates {
        /// The layer.
        layer: String,
        /// The share of its numbers.
        share: f64,
    },
    /// The validation loss rises while the training loss falls.
    Overfitting {
        /// The epoch with the lowest validation loss.
        best_epoch: u32,
        /// That loss.
        best: f64,
        /// The newest one.
        now: f64,
    },
    /// The network is hardly better on its own training samples than naming the commonest class.
    Underfitting {
        /// The accuracy on training samples.
        accuracy: f64,
        /// The share of the commonest class.
        commonest: f64,
    },
    /// The training loss rises.
    RateTooHigh {
        /// The lowest training loss of an epoch.
        best: f64,
        /// The newest one.
        now: f64,
    },
    /// The weights hardly move, and most of the loss is left.
    RateTooLow {
        /// The change of the weights in a step over their size.
        ratio: f64,
    },
    /// The training loss stands still, far above 0.
    Plateau {
        /// For how many epochs.
        epochs: u32,
        /// The loss.
        loss: f64,
    },
    /// Nearly all training samples are of one class.
    ClassImbalance {
        /// The class.
        class: String,
        /// Its share.
        share: f64,
    },
    /// One input alone gives the answer.
    Leak {
        /// The input.
        input: String,
    },
    /// The discriminator tells all samples apart, so that the generator learns nothing from it.
    DiscriminatorWinning {
        /// Its mean output for real samples.
        real: f64,
        /// Its mean output for generated ones.
        generated: f64,
    },
    /// The code of a variational autoencoder says nothing of the input.
    PosteriorCollapse {
        /// The divergence of the codes from their prior, in nats.
        divergence: f64,
    },
    /// Inputs are the same for all samples.
    ConstantInput {
        /// Which of them; empty where all are.
        inputs: Vec<String>,
    },
}

impl Finding {
    /// Its name, for a script.
    pub fn name(&self) -> &'static str {
        match self {
            Finding::DeadRelus { .. } => "dead_relus",
            Finding::VanishingGradients { .. } => "vanishing_gradients",
            Finding::ExplodingGradients { .. } => "exploding_gradients",
            Finding::SaturatedGates { .. } => "saturated_gates",
            Finding::Overfitting { .. } => "overfitting",
            Finding::Underfitting { .. } => "underfitting",
            Finding::RateTooHigh { .. } => "rate_too_high",
            Finding::RateTooLow { .. } => "rate_too_low",
            Finding::Plateau { .. } => "plateau",
            Finding::ClassImbalance { .. } => "class_imbalance",
            Finding::Leak { .. } => "leak",
            Finding::DiscriminatorWinning { .. } => "discriminator_winning",
            Finding::PosteriorCollapse { .. } => "posterior_collapse",
            Finding::ConstantInput { .. } => "constant_input",
        }
    }

    /// What was seen, as a sentence.
    pub fn seen(&self) -> String {
        match self {
            Finding::DeadRelus { layer, share } => format!(
                "{} of the units of {layer} give 0 for every sample of a batch (dead ReLUs)",
                percent(*share)
            ),
            Finding::VanishingGradients { layer, ratio } => {
                // Layers that nothing reaches have none.
                let share = if *ratio == 0.0 { "0".into() } else { format!("{ratio:.1e}") };
                format!(
                    "the gradients of {layer} are {share} of those of the last layer (vanishing gradients)"
                )
            }
            Finding::ExplodingGradients { norm, before } => {
                format!(
                    "the norm of the gradients grew from {before:.1e} to {norm:.1e}, and the loss grows (exploding gradients)"
                )
            }
            Finding::SaturatedGates { layer, share } => {
                format!(
                    "{} of the outputs of {layer} stand at the ends of their range (saturation)",
                    percent(*share)
                )
            }
            Finding::Overfitting { best_epoch, best, now } => format!(
                "the validation loss rose from {best:.4} in epoch {best_epoch} to {now:.4} while the training loss fell (overfitting)"
            ),
            Finding::Underfitting { accuracy, commonest } => format!(
                "{} of the training samples are right, and {} are of the commonest class (underfitting)",
                percent(*accuracy),
                percent(*commonest)
            ),
            Finding::RateTooHigh { best, now } => {
                format!("the training loss rose from {best:.4} to {now:.4} (learning rate too high)")
            }
            Finding::RateTooLow { ratio } => format!(
                "a step changes the weights by {ratio:.1e} of their size, where about 1e-3 is usual, and most of the loss is left (learning rate too low)"
            ),
            Finding::Plateau { epochs, loss } => {
                format!("the training loss stands at {loss:.4} for {epochs} epochs (plateau)")
            }
            Finding::ClassImbalance { class, share } => {
                format!(
                    "{} of the training samples are of the class '{class}' (class imbalance)",
                    percent(*share)
                )
            }
            Finding::Leak { input } => format!("{input} alone gives the answer of every sample (leak)"),
            Finding::DiscriminatorWinning { real, generated } => format!(
                "the discriminator takes {} of the real and {} of the generated samples for real (it wins)",
                percent(*real),
                percent(*generated)
            ),
            Finding::PosteriorCollapse { divergence } => {
                format!("the codes differ from their prior by {divergence:.3} nats (posterior collapse)")
            }
            Finding::ConstantInput { inputs } if inputs.is_empty() => {
                "all inputs are the same for all samples (constant input)".into()
            }
            Finding::ConstantInput { inputs } => {
                format!("the same for all samples: {} (constant input)", inputs.join(", "))
            }
        }
    }

    /// What to try.
    pub fn advice(&self) -> &'static str {
        match self {
            Finding::DeadRelus { .. } => "a smaller learning rate, or leaky_relu or gelu",
            Finding::VanishingGradients { .. } => {
                "relu instead of sigmoid or tanh, BatchNormalization, or Residual blocks"
            }
            Finding::ExplodingGradients { .. } => "train.clip.norm: 1, or a smaller learning rate",
            Finding::SaturatedGates { .. } => {
                "a smaller learning rate, smaller inputs, or an l2 regularizer of the kernel"
            }
            Finding::Overfitting { .. } => {
                "early_stopping, Dropout, weight decay, augmentation, or more training samples"
            }
            Finding::Underfitting { .. } => "a larger network, more epochs, or another learning rate",
            Finding::RateTooHigh { .. } => "a learning rate ten times smaller",
            Finding::RateTooLow { .. } => {
                "a learning rate ten to a thousand times larger; `trainyard lr-range` suggests one"
            }
            Finding::Plateau { .. } => "another learning rate, another initializer, or another seed",
            Finding::ClassImbalance { .. } => {
                "loss_options.class_weights: balanced, and scores other than accuracy, such as f1"
            }
            Finding::Leak { .. } => "leaving this input out, if it is not known when the answer is asked for",
            Finding::DiscriminatorWinning { .. } => {
                "label_smoothing, a smaller rate of the discriminator, or Dropout in it"
            }
            Finding::PosteriorCollapse { .. } => "a smaller kl_weight, or a weaker decoder",
            Finding::ConstantInput { .. } => "leaving them out, and a look at how the data is read",
        }
    }

    /// Whether it is the same finding, with whatever numbers.
    pub(super) fn is_like(&self, other: &Finding) -> bool {
        self.name() == other.name()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}; try {}", self.seen(), self.advice())
    }
}

fn percent(share: f64) -> String {
    format!("{:.0}%", 100.0 * share)
}
