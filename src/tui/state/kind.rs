//! What kind of network a preset is, for the order of the list.

use crate::preset::{Layer, Preset, Procedure};

/// All kinds, from simple to intricate.
pub const ALL: [&str; 7] =
    ["Perceptrons", "Convolutional", "Recurrent", "Attention", "Autoencoders", "Pretrained", "Generative"];

/// The kind of a preset: by its procedure, and for supervised ones by the layer that says most.
pub fn of(preset: &Preset) -> &'static str {
    match &preset.procedure {
        Procedure::Pretraining(_) => return "Pretrained",
        Procedure::Autoencoder(_) => return "Autoencoders",
        Procedure::Variational(_) | Procedure::Adversarial(_) => return "Generative",
        Procedure::Supervised | Procedure::Language(_) => {}
    }
    let layers = &preset.layers;
    if any(layers, |l| matches!(l, Layer::MultiHeadAttention { .. } | Layer::TransformerEncoder { .. })) {
        "Attention"
    } else if any(layers, |l| matches!(l, Layer::SimpleRNN { .. } | Layer::LSTM { .. } | Layer::GRU { .. })) {
        "Recurrent"
    } else if any(layers, |l| {
        matches!(l, Layer::Conv2D { .. } | Layer::Conv1D { .. } | Layer::Conv2DTranspose { .. })
    }) {
        "Convolutional"
    } else {
        "Perceptrons"
    }
}

/// Whether a layer, or one within it, is such.
fn any(layers: &[Layer], is_such: fn(&Layer) -> bool) -> bool {
    layers.iter().any(|layer| match layer {
        Layer::Residual { layers } => any(layers, is_such),
        Layer::Bidirectional(inner) => is_such(inner),
        other => is_such(other),
    })
}
