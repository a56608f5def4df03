//! What layers are called in a model, as Keras names them.

use std::collections::HashMap;

use super::layers::Layer;

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
pub(super) fn snake_case(kind: &str) -> String {
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
