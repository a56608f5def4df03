"""Writes keras_sequences.json: what Keras computes for our layers over sequences.

usage: python tests/reference/keras_sequences.py   (needs keras on TensorFlow; tried with Keras 3 on TensorFlow 2.21)

Same form and reader as keras_values.json. Here are Keras's own order of gates and of weights, `reset_after`, and the
order of states where a sequence is read from its end.
"""

import pathlib

import keras
from keras_values import L, layer_case, write


def leaves(*layers):
    return [f"{layer}/{leaf}" for layer in layers for leaf in ("kernel", "recurrent_kernel", "bias")]


def recurrent():
    cases = []
    for kind, name in [("SimpleRNN", "simple_rnn"), ("LSTM", "lstm"), ("GRU", "gru")]:
        make = getattr(L, kind)
        cases.append(layer_case(
            f"Keras: {kind} backwards", f"[{kind}(units: 4, return_sequences: true, go_backwards: true), "
            f"{kind}(units: 3)]", (3, 5, 2), [make(4, return_sequences=True, go_backwards=True), make(3)],
            leaves(name, name + "_1")))
        cases.append(layer_case(
            f"Keras: Bidirectional {kind}", f"[Bidirectional({kind}(units: 3, return_sequences: true)), Flatten]",
            (2, 4, 3), [L.Bidirectional(make(3, return_sequences=True)), L.Flatten()],
            leaves(f"bidirectional/forward_{name}", f"bidirectional/backward_{name}")))
    return cases


class SelfAttention(L.MultiHeadAttention):
    """Keras's attention of a sequence on itself, as a layer of a Sequential model."""

    def __init__(self, *options, causal=False):
        super().__init__(*options)
        self.causal = causal

    def build(self, shape):
        super().build(shape, shape, shape)

    def call(self, x):
        return super().call(x, x, use_causal_mask=self.causal)

    def compute_output_spec(self, x):
        return keras.KerasTensor(x.shape, x.dtype)


def attention():
    paths = [f"multi_head_attention/{part}/{leaf}" for part in ("query", "key", "value", "attention_output")
             for leaf in ("kernel", "bias")]
    cases = []
    for causal in (False, True):
        text = str(causal).lower()
        cases.append(layer_case(
            f"Keras: attention, causal: {text}", f"[MultiHeadAttention(num_heads: 3, key_dim: 4, causal: {text})]", (2, 5, 6),
            [SelfAttention(3, 4, causal=causal)], paths))
    cases.append(layer_case(
        "Keras: layer normalization", "[LayerNormalization(), GlobalAveragePooling1D]", (2, 3, 5),
        [L.LayerNormalization(), L.GlobalAveragePooling1D()],
        ["layer_normalization/gamma", "layer_normalization/beta"]))
    return cases


if __name__ == "__main__":
    write(pathlib.Path(__file__).with_name("keras_sequences.json"), {"layers": recurrent() + attention()})
