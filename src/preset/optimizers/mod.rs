//! The optimizers: settings by Keras's names and defaults, fields, and the constants of a step, one file each.
//!
//! To add one, write its file and its rule, and name it in the list below.

mod adagrad;
mod adam;
mod adam_w;
mod lion;
mod rms_prop;
mod rule;
mod sgd;
#[cfg(test)]
mod tests;

use super::field::{Field, Fields, nested_values};
use super::variants::variants;
use rule::MomentNames;
pub use rule::{Algorithm, UseRule};

/// Defines [`Optimizer`] from a list of `file::Type = "name in a preset"`. Every type has a field `learning_rate`.
macro_rules! optimizers {
    ($(#[doc = $help:literal] $file:ident::$kind:ident = $name:literal,)*) => {
        $(pub use $file::$kind;)*

        nested_values!($($kind),*);

        variants! {
            /// An optimizer with its settings.
            #[derive(Clone, Debug, PartialEq)]
            pub enum Optimizer {
                $(
                    #[doc = $help]
                    $kind($kind) = $name,
                )*
            }
        }

        $(
            impl From<$kind> for Optimizer {
                fn from(settings: $kind) -> Self {
                    Optimizer::$kind(settings)
                }
            }
        )*

        impl Optimizer {
            /// Its learning rate.
            pub fn learning_rate(&self) -> f64 {
                match self {
                    $(Optimizer::$kind(settings) => settings.learning_rate,)*
                }
            }

            /// Sets its learning rate.
            pub fn set_learning_rate(&mut self, rate: f64) {
                match self {
                    $(Optimizer::$kind(settings) => settings.learning_rate = rate,)*
                }
            }

            /// Hands `user` the rule of update number `step`, counted from 1, at this learning rate.
            pub fn rule<U: UseRule>(&self, learning_rate: f64, step: u64, user: U) -> U::Output {
                match self {
                    $(Optimizer::$kind(settings) => settings.rule(learning_rate, step, user),)*
                }
            }

            /// The table of its fields.
            pub fn fields(&self) -> &'static [Field] {
                match self {
                    $(Optimizer::$kind(_) => $kind::FIELDS,)*
                }
            }

            /// What every moment of a weight is before the first update.
            pub fn start(&self) -> f32 {
                match self {
                    $(Optimizer::$kind(settings) => settings.start(),)*
                }
            }
        }
    };
}

optimizers! {
    /// Stochastic gradient descent, with momentum and Nesterov's form of it.
    sgd::Sgd = "SGD",
    /// A step size for each weight from the means of its gradients and their squares.
    adam::Adam = "Adam",
    /// Adam with weight decay apart from the gradients.
    adam_w::AdamW = "AdamW",
    /// Gradients divided by the root of their mean square.
    rms_prop::RmsProp = "RMSprop",
    /// Gradients divided by the root of the sum of all their squares so far.
    adagrad::Adagrad = "Adagrad",
    /// The sign of the momentum only: one number a weight, and a rate about a tenth of Adam's.
    lion::Lion = "Lion",
}

impl Optimizer {
    /// The names of the numbers that it keeps for each weight, in the order of its rule.
    pub fn moments(&self) -> &'static [&'static str] {
        self.rule(self.learning_rate(), 1, MomentNames)
    }
}
