//! What kind of network a preset is, for the order of the list.

use crate::preset::layers::{Family, Layer};
use crate::preset::{Preset, Procedure};

/// All kinds, from simple to intricate.
pub const ALL: [&str; 7] =
    ["Perceptrons", "Convolutional", "Recurrent", "Attention", "Autoencoders", "Pretrained", "Generative"];

/// The kind of a preset: by its procedure, and for supervised ones by the most telling layer.
pub fn of(preset: &Preset) -> &'static str {
    match &preset.procedure {
        Procedure::Pretraining(_) => return "Pretrained",
        Procedure::Autoencoder(_) => return "Autoencoders",
        Procedure::Variational(_) | Procedure::Adversarial(_) => return "Generative",
        Procedure::Supervised | Procedure::Language(_) => {}
    }
    let layers = &preset.layers;
    if any(layers, Family::Attention) {
        "Attention"
    } else if any(layers, Family::Recurrent) {
        "Recurrent"
    } else if any(layers, Family::Convolution) {
        "Convolutional"
    } else {
        "Perceptrons"
    }
}

/// Whether a layer, or one inside another, is of this family.
fn any<'a>(layers: impl IntoIterator<Item = &'a Layer>, family: Family) -> bool {
    layers.into_iter().any(|layer| layer.family() == family || any(layer.inner(), family))
}
