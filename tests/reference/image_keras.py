"""Writes image_keras.json: what Keras computes for layers over images and for batch normalization.

usage: python tests/reference/image_keras.py   (needs keras on TensorFlow; tried with Keras 3 on TensorFlow 2.21)

Same form and reader as keras_values.json.
"""

import pathlib

from keras_values import L, layer_case, write


def layers():
    return [
        layer_case("Keras: batch normalization in training", "[BatchNormalization(momentum: 0.9)]", (2, 3, 2, 3),
                   [L.BatchNormalization(momentum=0.9)], ["batch_normalization/gamma", "batch_normalization/beta"]),
    ]


if __name__ == "__main__":
    write(pathlib.Path(__file__).with_name("image_keras.json"), {"layers": layers()})
