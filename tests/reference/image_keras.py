"""Writes image_keras.json: what Keras computes for layers over images, for batch and group normalization.

usage: python tests/reference/image_keras.py   (needs keras on TensorFlow; tried with Keras 3 on TensorFlow 2.21)

Same form and reader as keras_values.json.
"""

import pathlib

from keras_values import L, layer_case, write


def layers():
    transposed = ["conv2d_transpose/kernel", "conv2d_transpose/bias"]
    return [
        layer_case("Keras: conv2d_transpose, same, odd kernel and strides",
                   "[Conv2DTranspose(filters: 3, kernel_size: (4, 3), strides: 2, padding: same)]", (2, 3, 4, 2),
                   [L.Conv2DTranspose(3, (4, 3), strides=2, padding="same")], transposed),
        layer_case("Keras: conv2d_transpose, same, strides larger than the kernel",
                   "[Conv2DTranspose(filters: 2, kernel_size: 2, strides: 3, padding: same)]", (2, 3, 2, 2),
                   [L.Conv2DTranspose(2, 2, strides=3, padding="same")], transposed),
        layer_case("Keras: conv2d_transpose, valid, strides larger than the kernel",
                   "[Conv2DTranspose(filters: 2, kernel_size: 2, strides: 3)]", (2, 3, 2, 2),
                   [L.Conv2DTranspose(2, 2, strides=3)], transposed),
        layer_case("Keras: conv1d, same, strides",
                   "[Conv1D(filters: 3, kernel_size: 4, strides: 3, padding: same)]", (2, 8, 2),
                   [L.Conv1D(3, 4, strides=3, padding="same")], ["conv1d/kernel", "conv1d/bias"]),
        layer_case("Keras: average pooling, same, strides",
                   "[AveragePooling2D(pool_size: (3, 2), strides: Some(2), padding: same)]", (2, 6, 5, 2),
                   [L.AveragePooling2D((3, 2), strides=2, padding="same")]),
        layer_case("Keras: batch normalization in training", "[BatchNormalization(momentum: 0.9)]", (2, 3, 2, 3),
                   [L.BatchNormalization(momentum=0.9)], ["batch_normalization/gamma", "batch_normalization/beta"]),
        layer_case("Keras: group normalization", "[GroupNormalization(groups: 2)]", (2, 3, 2, 6),
                   [L.GroupNormalization(groups=2)], ["group_normalization/gamma", "group_normalization/beta"]),
        layer_case("Keras: group normalization, a group a channel", "[GroupNormalization(groups: -1, epsilon: 0.01)]",
                   (2, 5, 3), [L.GroupNormalization(groups=-1, epsilon=0.01)],
                   ["group_normalization/gamma", "group_normalization/beta"]),
    ]


if __name__ == "__main__":
    write(pathlib.Path(__file__).with_name("image_keras.json"), {"layers": layers()})
