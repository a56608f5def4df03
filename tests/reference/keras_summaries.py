"""Writes keras_summaries.json: what Keras 3 prints for networks that a preset can say.

usage: python tests/reference/keras_summaries.py   (needs keras with any backend; tried with Keras 3 on TensorFlow 2.21)

Each case is a network twice: as a preset's `layers` and as Keras layers. The test in src/preset/summary.rs reads the
first and expects the second's shapes, parameter counts and printed summary, to the letter.
"""

import json
import os
import pathlib

os.environ["COLUMNS"] = "80"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
from keras import layers as L

CASES = [
    ("case study", [28, 28, 1],
     "[Conv2D(filters: 32, kernel_size: 3, activation: relu), MaxPooling2D(pool_size: 2), Flatten, "
     "Dense(units: 128, activation: relu), Dense(units: 10, activation: softmax)]",
     lambda: [L.Conv2D(32, 3, activation="relu"), L.MaxPooling2D(2), L.Flatten(), L.Dense(128, activation="relu"),
              L.Dense(10, activation="softmax")]),
    ("perceptron", [28, 28, 1],
     "[Flatten, Dense(units: 128, activation: relu), Dense(units: 10, activation: softmax)]",
     lambda: [L.Flatten(), L.Dense(128, activation="relu"), L.Dense(10, activation="softmax")]),
    ("batch normalization", [28, 28, 1],
     "[Conv2D(filters: 16, kernel_size: (5, 3), padding: same, strides: (2, 1), use_bias: false), "
     "BatchNormalization(), Activation(relu), AveragePooling2D(pool_size: (3, 2), strides: Some(2), padding: same), "
     "Conv2D(filters: 32, kernel_size: 3, dilation_rate: (2, 3), groups: 4), BatchNormalization(), Dropout(rate: 0.3), "
     "GlobalAveragePooling2D, Dense(units: 10, use_bias: false)]",
     lambda: [L.Conv2D(16, (5, 3), padding="same", strides=(2, 1), use_bias=False), L.BatchNormalization(),
              L.Activation("relu"), L.AveragePooling2D((3, 2), strides=2, padding="same"),
              L.Conv2D(32, 3, dilation_rate=(2, 3), groups=4), L.BatchNormalization(), L.Dropout(0.3),
              L.GlobalAveragePooling2D(), L.Dense(10, use_bias=False)]),
    ("odd strides", [29, 31, 3],
     "[Conv2D(filters: 6, kernel_size: 4, strides: 3), MaxPooling2D(pool_size: 2, strides: Some((1, 2))), "
     "MaxPooling2D(padding: same), Conv2D(filters: 2, kernel_size: 2, strides: 2, padding: same)]",
     lambda: [L.Conv2D(6, 4, strides=3), L.MaxPooling2D(2, strides=(1, 2)), L.MaxPooling2D(padding="same"),
              L.Conv2D(2, 2, strides=2, padding="same")]),
    ("lstm over rows", [28, 28],
     "[LSTM(units: 128), Dense(units: 10, activation: softmax)]",
     lambda: [L.LSTM(128), L.Dense(10, activation="softmax")]),
    ("stacked recurrent", [20, 5],
     "[SimpleRNN(units: 7, return_sequences: true), GRU(units: 9, return_sequences: true, go_backwards: true), "
     "LSTM(units: 11, return_sequences: true), Dense(units: 3), LSTM(units: 4)]",
     lambda: [L.SimpleRNN(7, return_sequences=True), L.GRU(9, return_sequences=True, go_backwards=True),
              L.LSTM(11, return_sequences=True), L.Dense(3), L.LSTM(4)]),
    ("bidirectional", [12],
     "[Embedding(input_dim: 1000, output_dim: 16), Bidirectional(LSTM(units: 32, return_sequences: true)), "
     "Bidirectional(GRU(units: 8)), Dense(units: 1, activation: sigmoid)]",
     lambda: [L.Embedding(1000, 16), L.Bidirectional(L.LSTM(32, return_sequences=True)), L.Bidirectional(L.GRU(8)),
              L.Dense(1, activation="sigmoid")]),
    ("generator", [100],
     "[Dense(units: 12544, use_bias: false), BatchNormalization(), Activation(leaky_relu), "
     "Reshape(target_shape: [7, 7, 256]), Conv2DTranspose(filters: 128, kernel_size: 5, strides: 1, padding: same), "
     "Conv2DTranspose(filters: 64, kernel_size: 5, strides: 2, padding: same, use_bias: false), "
     "UpSampling2D(size: (2, 1)), Conv2D(filters: 1, kernel_size: 3, padding: same, activation: tanh)]",
     lambda: [L.Dense(12544, use_bias=False), L.BatchNormalization(), L.Activation("leaky_relu"),
              L.Reshape((7, 7, 256)), L.Conv2DTranspose(128, 5, strides=1, padding="same"),
              L.Conv2DTranspose(64, 5, strides=2, padding="same", use_bias=False), L.UpSampling2D((2, 1)),
              L.Conv2D(1, 3, padding="same", activation="tanh")]),
    ("transpose, valid", [5, 6, 2],
     "[Conv2DTranspose(filters: 3, kernel_size: (4, 2), strides: (2, 3)), Conv2DTranspose(filters: 1, kernel_size: 3)]",
     lambda: [L.Conv2DTranspose(3, (4, 2), strides=(2, 3)), L.Conv2DTranspose(1, 3)]),
    ("convolution over steps", [100, 6],
     "[Conv1D(filters: 8, kernel_size: 5, strides: 2), MaxPooling1D(), Conv1D(filters: 12, kernel_size: 3, "
     "dilation_rate: 2, groups: 4, padding: same), MaxPooling1D(pool_size: 3, strides: Some(2), padding: same), "
     "GlobalAveragePooling1D, Dense(units: 2)]",
     lambda: [L.Conv1D(8, 5, strides=2), L.MaxPooling1D(), L.Conv1D(12, 3, dilation_rate=2, groups=4, padding="same"),
              L.MaxPooling1D(3, strides=2, padding="same"), L.GlobalAveragePooling1D(), L.Dense(2)]),
    ("layer normalization", [28, 28, 1],
     "[Reshape(target_shape: [28, 28]), LayerNormalization(), Dense(units: 64, activation: gelu), "
     "LayerNormalization(), Flatten, Dense(units: 10)]",
     lambda: [L.Reshape((28, 28)), L.LayerNormalization(), L.Dense(64, activation="gelu"), L.LayerNormalization(),
              L.Flatten(), L.Dense(10)]),
    ("dense on an image", [28, 28, 1],
     "[Dense(units: 4), Dense(units: 2, use_bias: false)]",
     lambda: [L.Dense(4), L.Dense(2, use_bias=False)]),
]


def attention_parameters(steps, features, heads, key_dim, ff_dim):
    """Parameters of the blocks Keras has no single layer for, from the layers they are made of."""
    x = keras.Input((steps, features))
    attention = L.MultiHeadAttention(heads, key_dim)
    parts = [L.LayerNormalization(), L.LayerNormalization(), L.Dense(ff_dim), L.Dense(features)]
    attention(x, x)
    for part in parts[:3]:
        part(x)
    parts[3](keras.Input((steps, ff_dim)))
    return {
        "steps": steps, "features": features, "num_heads": heads, "key_dim": key_dim, "ff_dim": ff_dim,
        "attention": attention.count_params(),
        "encoder": attention.count_params() + sum(part.count_params() for part in parts),
    }


def main():
    here = pathlib.Path(__file__).parent
    cases = []
    for name, shape, preset, make in CASES:
        keras.backend.clear_session()
        model = keras.Sequential([keras.Input(tuple(shape)), *make()])
        lines = []
        model.summary(print_fn=lines.append)
        count = lambda weights: int(sum(w.numpy().size for w in weights))
        cases.append({
            "name": name, "input": shape, "layers": preset, "trainable": count(model.trainable_weights),
            "non_trainable": count(model.non_trainable_weights), "summary": "\n".join(lines),
        })
    write = lambda name, value: (here / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")
    write("keras_summaries.json", cases)
    write("keras_attention_parameters.json", [attention_parameters(28, 28, 4, 7, 64), attention_parameters(9, 32, 3, 16, 48)])


if __name__ == "__main__":
    main()
