"""Writes image_torch.json: what PyTorch computes for layers over images, for batch and group normalization.

usage: python tests/reference/image_torch.py   (needs torch and numpy; tried with torch 2.9.1)

Same form and reader as torch_values.json.
"""

import numpy as np
import torch.nn.functional as F

from torch_values import ACTIVATIONS, HERE, convolve, layer_case, pool, write


def normalise(x, p):
    """Batch normalization by the batch's statistics, over all axes but the last."""
    gamma, beta = (p[f"batch_normalization/{name}"] for name in ("gamma", "beta"))
    return F.batch_norm(x.reshape(-1, x.shape[-1]), None, None, gamma, beta, training=True, eps=1e-3).reshape(x.shape)


def batch_normalization():
    scale = {f"batch_normalization/{name}": (3,) for name in ("gamma", "beta")}
    return [
        layer_case("batch normalization of an image", "[BatchNormalization()]", (3, 5, 4, 3), scale, normalise),
        layer_case(
            "dense, batch normalization and leaky_relu behind it",
            "[Dense(units: 3, use_bias: false), BatchNormalization(), Activation(leaky_relu), Dense(units: 2)]", (7, 4),
            {"dense/kernel": (4, 3), "dense_1/kernel": (3, 2), "dense_1/bias": (2,), **scale},
            lambda x, p: F.leaky_relu(normalise(x @ p["dense/kernel"], p), 0.2) @ p["dense_1/kernel"] + p["dense_1/bias"]),
    ]


def normalise_groups(x, p, groups, epsilon=1e-3):
    gamma, beta = (p[f"group_normalization/{name}"] for name in ("gamma", "beta"))
    return last(F.group_norm(first(x), groups, gamma, beta, epsilon))


def group_normalization():
    cases = []
    for shape, groups in [((2, 3, 4, 6), 3), ((2, 5, 6), 1), ((3, 2, 2, 4), -1), ((3, 8), 4)]:
        channels = shape[-1]
        scale = {f"group_normalization/{name}": (channels,) for name in ("gamma", "beta")}
        cases.append(layer_case(
            f"group normalization of {list(shape)}, groups: {groups}", f"[GroupNormalization(groups: {groups})]", shape,
            scale, lambda x, p, g=groups, c=channels: normalise_groups(x, p, c if g == -1 else g)))
    return cases


def first(x):
    """Channels first, as PyTorch wants images and sequences."""
    return x.movedim(-1, 1)


def last(x):
    return x.movedim(1, -1)


def grow(x, p, strides=1, same=None, activation="linear"):
    """Keras's Conv2DTranspose; `same` is what is cut off above, below, left and right."""
    kernel = p["conv2d_transpose/kernel"].permute(3, 2, 0, 1)
    y = F.conv_transpose2d(first(x), kernel, None, strides)
    short = [max(s - k, 0) for s, k in zip(np.broadcast_to(strides, 2), kernel.shape[2:])]
    y = F.pad(y, (0, short[1], 0, short[0]))
    if same:
        above, below, left, right = same
        y = y[:, :, above:y.shape[2] - below, left:y.shape[3] - right]
    return ACTIVATIONS[activation](last(y) + p["conv2d_transpose/bias"])


def transposed_convolutions():
    weights = lambda *shape: {"conv2d_transpose/kernel": shape, "conv2d_transpose/bias": shape[2:3]}
    return [
        layer_case("conv2d_transpose", "[Conv2DTranspose(filters: 3, kernel_size: (3, 2), activation: relu)]",
                   (2, 4, 3, 2), weights(3, 2, 3, 2), lambda x, p: grow(x, p, activation="relu")),
        layer_case("conv2d_transpose, same, as a DCGAN has it",
                   "[Conv2DTranspose(filters: 4, kernel_size: 5, strides: 2, padding: same, activation: tanh)]",
                   (3, 3, 4, 6), weights(5, 5, 4, 6),
                   lambda x, p: grow(x, p, 2, (1, 2, 1, 2), activation="tanh")),
        layer_case("conv2d_transpose with gaps",
                   "[Conv2DTranspose(filters: 2, kernel_size: 2, strides: (3, 1))]",
                   (2, 3, 2, 3), weights(2, 2, 2, 3), lambda x, p: grow(x, p, (3, 1))),
    ]


def convolutions_over_steps():
    weights = lambda *shape: {"conv1d/kernel": shape, "conv1d/bias": shape[-1:]}
    conv = lambda x, p, **options: last(
        F.conv1d(first(x), p["conv1d/kernel"].permute(2, 1, 0), p["conv1d/bias"], **options))
    return [
        layer_case("conv1d, strides", "[Conv1D(filters: 4, kernel_size: 3, strides: 2)]", (3, 8, 2),
                   weights(3, 2, 4), lambda x, p: conv(x, p, stride=2)),
        layer_case("conv1d, dilated, grouped, same",
                   "[Conv1D(filters: 4, kernel_size: 3, dilation_rate: 2, groups: 2, padding: same)]", (2, 7, 4),
                   weights(3, 2, 4), lambda x, p: conv(x, p, dilation=2, groups=2, padding=2)),
    ]


def convolutions_of_many_channels():
    """Large enough for every block of a fast kernel, and for what is left over."""
    weights = lambda *shape: {"conv2d/kernel": shape, "conv2d/bias": shape[-1:]}
    return [
        layer_case("conv2d of 16 channels, relu and pooling behind it",
                   "[Conv2D(filters: 34, kernel_size: 3, activation: relu), MaxPooling2D()]", (2, 5, 7, 16),
                   weights(3, 3, 16, 34), lambda x, p: pool(convolve(x, p, activation="relu"), (2, 2), (2, 2))),
        layer_case("conv2d of 9 channels, strides, same",
                   "[Conv2D(filters: 19, kernel_size: 3, strides: 2, padding: same, activation: leaky_relu)]",
                   (3, 8, 7, 9), weights(3, 3, 9, 19),
                   lambda x, p: convolve(x, p, strides=(2, 2), padding="same", activation="leaky_relu")),
    ]


def resampling():
    return [
        layer_case("average pooling", "[AveragePooling2D(pool_size: (2, 3), strides: Some((2, 1)))]", (2, 5, 6, 3), {},
                   lambda x, p: last(F.avg_pool2d(first(x), (2, 3), (2, 1)))),
        layer_case("average pooling, same", "[AveragePooling2D(pool_size: 3, strides: Some(1), padding: same)]",
                   (2, 4, 5, 2), {},
                   lambda x, p: last(F.avg_pool2d(first(x), 3, 1, padding=1, count_include_pad=False))),
        layer_case("global average pooling", "[GlobalAveragePooling2D]", (3, 4, 5, 3), {},
                   lambda x, p: x.mean((1, 2))),
        layer_case("up-sampling", "[UpSampling2D(size: (2, 3))]", (2, 3, 2, 3), {},
                   lambda x, p: last(F.interpolate(first(x), scale_factor=(2, 3), mode="nearest"))),
    ]


if __name__ == "__main__":
    write(HERE / "image_torch.json", {
        "layers": batch_normalization() + group_normalization() + transposed_convolutions() + convolutions_over_steps()
        + convolutions_of_many_channels() + resampling()
    })
