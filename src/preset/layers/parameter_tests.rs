//! Counts of parameters, against Keras's, and of scratch memory.

use super::{Layer, MultiHeadAttention, PositionEmbedding, TransformerEncoder, output_shape, parameters};

#[test]
fn attention_blocks_count_as_the_keras_layers_they_are_made_of() {
    #[derive(serde::Deserialize)]
    struct Case {
        steps: usize,
        features: usize,
        num_heads: usize,
        key_dim: usize,
        ff_dim: usize,
        attention: u64,
        encoder: u64,
    }
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../../../tests/reference/keras_attention_parameters.json"))
            .unwrap();
    for Case { steps, features, num_heads, key_dim, ff_dim, attention, encoder } in cases {
        let count = |layer: Layer| parameters(&layer, &[steps, features]).unwrap().trainable;
        assert_eq!(count(MultiHeadAttention { num_heads, key_dim, causal: false }.into()), attention);
        assert_eq!(
            count(TransformerEncoder { num_heads, key_dim, ff_dim, dropout: 0.1, causal: true }.into()),
            encoder
        );
        assert_eq!(count(PositionEmbedding.into()), (steps * features) as u64);
    }
}

#[test]
fn counts_beyond_memory_are_refused_instead_of_wrapped() {
    for layer in ["Dense(units: 2147483647)", "LSTM(units: 2147483647)", "GRU(units: 1000000)"] {
        let layer: Layer = ron::from_str(layer).unwrap();
        let error = parameters(&layer, &[2, 2_000_000_000]).unwrap_err();
        assert!(error.problem.contains("4 billion"), "{error}");
    }
}

#[test]
fn a_composite_layer_keeps_what_its_parts_keep() {
    let scratch = |layer: &str, input: &[usize]| {
        let layer: Layer = ron::from_str(layer).unwrap();
        layer.scratch(input, &output_shape(&layer, input).unwrap())
    };
    let one_way = scratch("LSTM(units: 5)", &[7, 3]);
    assert_eq!(one_way, 11 * 7 * 5);
    assert_eq!(scratch("Bidirectional(LSTM(units: 5))", &[7, 3]), 2 * one_way);
    // The outputs of what is added, each with its gradient.
    assert_eq!(scratch("Residual(layers: [Dense(units: 9), Dense(units: 3)])", &[3]), 2 * 9 + 2 * 3);
    // Seven outputs of the block's width, one of the perceptron's with the numbers that went into GELU.
    let attention = scratch("MultiHeadAttention(num_heads: 2, key_dim: 4)", &[6, 8]);
    let encoder = scratch("TransformerEncoder(num_heads: 2, key_dim: 4, ff_dim: 16)", &[6, 8]);
    assert_eq!(encoder, attention + 7 * 2 * (6 * 8) + 3 * (6 * 16));
}
