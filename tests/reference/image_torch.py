"""Writes image_torch.json: what PyTorch computes for layers over images and for batch normalization.

usage: python tests/reference/image_torch.py   (needs torch and numpy; tried with torch 2.9.1)

Same form and reader as torch_values.json.
"""

import torch.nn.functional as F

from torch_values import HERE, layer_case, write


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


if __name__ == "__main__":
    write(HERE / "image_torch.json", {"layers": batch_normalization()})
