"""Writes layers_keras.json: what Keras computes for depthwise and separable convolutions, global maxima, RMS normalization, slopes of
negative inputs, margins of images and repeated vectors.

usage: python tests/reference/layers_keras.py   (needs keras on TensorFlow; tried with Keras 3.15 on TensorFlow 2.21)

Same form and reader as keras_values.json. Strides of a depthwise convolution are the same down and across, as TensorFlow has them.
"""

import pathlib

from keras_values import L, layer_case, write


def convolutions():
    depthwise = ["depthwise_conv2d/kernel", "depthwise_conv2d/bias"]
    separable = [f"separable_conv2d/{leaf}" for leaf in ("depthwise_conv2d/kernel", "conv2d/kernel", "conv2d/bias")]
    return [
        layer_case("Keras: depthwise convolution", "[DepthwiseConv2D(kernel_size: 3, activation: tanh)]", (2, 6, 5, 3),
                   [L.DepthwiseConv2D(3, activation="tanh")], depthwise),
        layer_case("Keras: depthwise convolution, two filters a channel, same, strides",
                   "[DepthwiseConv2D(kernel_size: (3, 2), depth_multiplier: 2, strides: 2, padding: same)]", (2, 7, 6, 3),
                   [L.DepthwiseConv2D((3, 2), depth_multiplier=2, strides=2, padding="same")], depthwise),
        layer_case("Keras: depthwise convolution, dilated, without bias",
                   "[DepthwiseConv2D(kernel_size: 3, dilation_rate: 2, padding: same, use_bias: false)]", (2, 7, 6, 2),
                   [L.DepthwiseConv2D(3, dilation_rate=2, padding="same", use_bias=False)], depthwise[:1]),
        layer_case("Keras: separable convolution", "[SeparableConv2D(filters: 5, kernel_size: 3, activation: relu)]", (2, 6, 5, 3),
                   [L.SeparableConv2D(5, 3, activation="relu")], separable),
        layer_case("Keras: separable convolution, two filters a channel, same, strides",
                   "[SeparableConv2D(filters: 4, kernel_size: (3, 2), depth_multiplier: 2, strides: 2, padding: same)]", (2, 7, 6, 3),
                   [L.SeparableConv2D(4, (3, 2), depth_multiplier=2, strides=2, padding="same")], separable),
    ]


def others():
    return [
        layer_case("Keras: global max pooling of images", "[GlobalMaxPooling2D]", (3, 4, 5, 3), [L.GlobalMaxPooling2D()]),
        layer_case("Keras: global max pooling of sequences", "[GlobalMaxPooling1D]", (3, 7, 4), [L.GlobalMaxPooling1D()]),
        layer_case("Keras: RMS normalization", "[RMSNormalization()]", (4, 9), [L.RMSNormalization()],
                   ["rms_normalization/scale"]),
        layer_case("Keras: RMS normalization over steps, wider than a register", "[RMSNormalization(epsilon: 0.125)]", (2, 3, 37),
                   [L.RMSNormalization(epsilon=0.125)], ["rms_normalization/scale"]),
        layer_case("Keras: LeakyReLU", "[LeakyReLU()]", (3, 4, 5), [L.LeakyReLU()]),
        layer_case("Keras: LeakyReLU with a slope", "[LeakyReLU(negative_slope: 0.0625)]", (3, 7), [L.LeakyReLU(negative_slope=0.0625)]),
        layer_case("Keras: PReLU", "[PReLU()]", (4, 3, 5), [L.PReLU()], ["p_re_lu/alpha"]),
        layer_case("Keras: PReLU, shared by the pixels", "[PReLU(shared_axes: [1, 2])]", (2, 4, 5, 3), [L.PReLU(shared_axes=[1, 2])],
                   ["p_re_lu/alpha"]),
        layer_case("Keras: zeros around an image", "[ZeroPadding2D(padding: (2, 1))]", (2, 3, 4, 3), [L.ZeroPadding2D((2, 1))]),
        layer_case("Keras: zeros on two sides of an image", "[ZeroPadding2D(padding: 0, end: Some((1, 2)))]", (2, 3, 4, 3),
                   [L.ZeroPadding2D(((0, 1), (0, 2)))]),
        layer_case("Keras: an image without its margins", "[Cropping2D(cropping: (1, 2))]", (2, 5, 7, 3), [L.Cropping2D((1, 2))]),
        layer_case("Keras: an image without some rows and columns", "[Cropping2D(cropping: (2, 0), end: Some((1, 3)))]", (2, 5, 7, 2),
                   [L.Cropping2D(((2, 1), (0, 3)))]),
        layer_case("Keras: a vector at every step", "[RepeatVector(n: 4)]", (3, 5), [L.RepeatVector(4)]),
    ]


if __name__ == "__main__":
    write(pathlib.Path(__file__).with_name("layers_keras.json"), {"layers": convolutions() + others()})
