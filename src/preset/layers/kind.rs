//! What a preset must know of a kind of layer.

use super::options::Activation;
use super::recurrent::RecurrentOptions;
use super::weights::Parameters;
use crate::preset::shapes::ShapeError;

/// Kinds of layers that belong together, as Keras groups them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Dense layers and embeddings.
    Core,
    /// Convolutions, over images and over steps.
    Convolution,
    /// Pooling.
    Pooling,
    /// Layers that read a sequence step by step.
    Recurrent,
    /// Attention, alone or in a block.
    Attention,
    /// Normalization.
    Normalization,
    /// Layers that only training needs.
    Regularization,
    /// Activations on their own.
    Activation,
    /// Other shapes of the same numbers.
    Reshaping,
    /// Layers that join what several others give.
    Merging,
}

/// A kind of layer. Shapes are of one sample, channels last.
pub trait LayerKind {
    /// The family it belongs to.
    fn family(&self) -> Family;

    /// The output's shape on an input of shape `input`, by Keras's rules. Numbers are in the ranges of the kind's
    /// table of fields: they are checked before.
    ///
    /// # Errors
    /// When the input does not fit, or options do not fit each other.
    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError>;
}

/// A kind of layer that the engine computes itself, not one that is made of other layers.
pub trait SimpleLayer: LayerKind {
    /// Its parameters on an input of shape `input`, by Keras's rules. Products and sums saturate.
    fn parameters(&self, input: &[usize]) -> Parameters;

    /// Numbers that it keeps for a sample beside its output: gates of all steps, attention weights, patches of an image
    /// laid out for a matrix product.
    fn scratch(&self, input: &[usize], output: &[usize]) -> u64;

    /// The activation that its output went through last, if it is one that can be named.
    fn activation(&self) -> Option<Activation> {
        None
    }

    /// Takes out the activation that it ends with, for a loss that applies it itself. `None` where the layer cannot
    /// leave it out.
    fn take_activation(&mut self) -> Option<Activation> {
        None
    }

    /// Its options as a recurrent layer, if it is one.
    fn recurrent(&self) -> Option<RecurrentOptions> {
        None
    }
}
