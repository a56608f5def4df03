//! What layers are called: their kind, as in a preset, and their name in a model, as Keras gives it.

use std::collections::HashMap;

use super::layer::Layer;

impl Layer {
    /// The kind's name, as a preset and Keras write it: `Conv2D`.
    pub fn kind(&self) -> &'static str {
        match self {
            Layer::Dense { .. } => "Dense",
            Layer::Conv2D { .. } => "Conv2D",
            Layer::Conv2DTranspose { .. } => "Conv2DTranspose",
            Layer::Conv1D { .. } => "Conv1D",
            Layer::MaxPooling2D { .. } => "MaxPooling2D",
            Layer::AveragePooling2D { .. } => "AveragePooling2D",
            Layer::MaxPooling1D { .. } => "MaxPooling1D",
            Layer::GlobalAveragePooling2D => "GlobalAveragePooling2D",
            Layer::Flatten => "Flatten",
            Layer::Reshape { .. } => "Reshape",
            Layer::UpSampling2D { .. } => "UpSampling2D",
            Layer::BatchNormalization { .. } => "BatchNormalization",
            Layer::LayerNormalization { .. } => "LayerNormalization",
            Layer::Dropout { .. } => "Dropout",
            Layer::Activation(_) => "Activation",
            Layer::Embedding { .. } => "Embedding",
            Layer::SimpleRNN { .. } => "SimpleRNN",
            Layer::LSTM { .. } => "LSTM",
            Layer::GRU { .. } => "GRU",
            Layer::Bidirectional(_) => "Bidirectional",
            Layer::MultiHeadAttention { .. } => "MultiHeadAttention",
            Layer::TransformerEncoder { .. } => "TransformerEncoder",
            Layer::PositionEmbedding => "PositionEmbedding",
            Layer::GlobalAveragePooling1D => "GlobalAveragePooling1D",
            Layer::Residual { .. } => "Residual",
        }
    }

    /// Whether it reads a sequence step by step.
    pub fn is_recurrent(&self) -> bool {
        matches!(self, Layer::SimpleRNN { .. } | Layer::LSTM { .. } | Layer::GRU { .. })
    }
}

/// The names of a model's layers, as Keras gives them: the kind in snake case, numbered from the second on
/// (`dense`, `dense_1`).
pub fn layer_names(layers: &[Layer]) -> Vec<String> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    layers
        .iter()
        .map(|layer| {
            let count = seen.entry(layer.kind()).or_default();
            *count += 1;
            match *count {
                1 => snake_case(layer.kind()),
                n => format!("{}_{}", snake_case(layer.kind()), n - 1),
            }
        })
        .collect()
}

/// `MaxPooling2D` to `max_pooling2d`, `SimpleRNN` to `simple_rnn`, as `keras.src.utils.naming.to_snake_case`.
fn snake_case(kind: &str) -> String {
    let letters: Vec<char> = kind.chars().collect();
    let mut name = String::with_capacity(kind.len() + 4);
    for (position, &letter) in letters.iter().enumerate() {
        let previous = position.checked_sub(1).map(|before| letters[before]);
        let after_word = previous.is_some_and(|before| before.is_ascii_lowercase());
        let before_word = letters.get(position + 1).is_some_and(char::is_ascii_lowercase)
            && previous.is_some_and(|before| before.is_ascii_alphanumeric());
        if letter.is_ascii_uppercase() && (after_word || before_word) {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}
