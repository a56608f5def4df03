//! What kind of network a preset is, for the order of the list.

use crate::preset::layers::{Family, Layer};
use crate::preset::{Preset, Procedure};

/// All kinds, from simple to intricate.
pub const ALL: [&str; 8] = [
    "Perceptrons",
    "Convolutional",
    "Recurrent",
    "Attention",
    "Recommendation",
    "Autoencoders",
    "Pretrained",
    "Generative",
];

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
    } else if layers.iter().any(|layer| matches!(layer, Layer::Branches(_)) && picks_columns(layer)) {
        "Recommendation"
    } else {
        "Perceptrons"
    }
}

/// Whether columns of a table, such as a user and an item, go separate ways in a layer.
fn picks_columns(layer: &Layer) -> bool {
    layer.inner().into_iter().any(|layer| matches!(layer, Layer::Input(_)) || picks_columns(layer))
}

/// Whether a layer, or one inside another, is of this family.
fn any<'a>(layers: impl IntoIterator<Item = &'a Layer>, family: Family) -> bool {
    layers.into_iter().any(|layer| layer.family() == family || any(layer.inner(), family))
}
