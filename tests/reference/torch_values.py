"""Writes torch_values.json: what PyTorch computes for our layers, losses and optimizers.

usage: python tests/reference/torch_values.py   (needs torch and numpy; tried with torch 2.9.1)

All is computed in double precision from numbers that single precision holds exactly. The reader is
src/nn/reference.rs, which builds the `layers` of a case as a preset's, sets their parameters, and expects the same
output and the same gradients of `sum(output * upstream)`. To add a layer kind, add a `layer_case` here (or in a script
of your own that imports this one) with a function from the input and the parameters to the output.
"""

import json
import pathlib
import zlib

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
HERE = pathlib.Path(__file__).parent


def numbers(shape, name, low=-1.0, high=1.0):
    """Numbers with few digits, all different, the same for the same name."""
    random = np.random.default_rng(zlib.crc32(name.encode()))
    count = int(np.prod(shape))
    levels = 4096 if count <= 4096 else 65536
    chosen = random.choice(levels, size=count, replace=False)
    span = (chosen + 0.5) / levels * (high - low) + low
    return torch.tensor(np.float32(span).reshape(shape).astype(np.float64))


def plain(tensor):
    """A tensor as a list, row by row, with the digits that single precision can tell apart."""
    return [float(f"{x:.9g}") for x in tensor.detach().reshape(-1).tolist()]


def array(tensor):
    return {"shape": list(tensor.shape), "values": plain(tensor)}


def layer_case(name, layers, input_shape, parameters, function, tolerance=1e-5):
    """A case: `parameters` maps a path (`dense/kernel`) to a shape or a tensor; `input_shape` has the batch first."""
    x = numbers(input_shape, name + "/x").requires_grad_()
    given = {
        path: (p if torch.is_tensor(p) else numbers(p, f"{name}/{path}")).clone().requires_grad_()
        for path, p in parameters.items()
    }
    output = function(x, given)
    upstream = numbers(output.shape, name + "/upstream")
    (output * upstream).sum().backward()
    return {
        "name": name,
        "layers": layers,
        "input": array(x),
        "parameters": {path: array(p) for path, p in given.items()},
        "output": array(output),
        "upstream": plain(upstream),
        "input_gradient": plain(x.grad),
        "parameter_gradients": {path: plain(p.grad) for path, p in given.items()},
        "tolerance": tolerance,
    }


ACTIVATIONS = {
    "linear": lambda z: z,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "tanh": torch.tanh,
    "softmax": lambda z: torch.softmax(z, -1),
    "leaky_relu": lambda z: F.leaky_relu(z, 0.2),
    "elu": F.elu,
    "gelu": F.gelu,
    "silu": F.silu,
    "softplus": F.softplus,
}


def same_padding(x, size, strides, dilation=(1, 1), value=0.0):
    """TensorFlow's `same`: as little padding as keeps ceil(n / stride) outputs, the odd one at the end."""
    pads = []
    for n, k, s, d in reversed(list(zip(x.shape[2:], size, strides, dilation))):
        total = max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads, value=value)


def convolve(x, p, path="conv2d/", strides=(1, 1), padding="valid", dilation=(1, 1), groups=1, activation="linear"):
    """Keras's Conv2D on channels-last images by PyTorch's channels-first convolution."""
    kernel = p[path + "kernel"].permute(3, 2, 0, 1)
    x = x.permute(0, 3, 1, 2)
    if padding == "same":
        x = same_padding(x, kernel.shape[2:], strides, dilation)
    y = F.conv2d(x, kernel, p.get(path + "bias"), stride=strides, dilation=dilation, groups=groups)
    return ACTIVATIONS[activation](y.permute(0, 2, 3, 1))


def pool(x, size, strides, padding="valid"):
    x = x.permute(0, 3, 1, 2)
    if padding == "same":
        x = same_padding(x, size, strides, value=-torch.inf)
    return F.max_pool2d(x, size, strides).permute(0, 2, 3, 1)


def layers():
    cases = []
    for name, function in ACTIVATIONS.items():
        cases.append(layer_case(
            f"dense, {name}", f"[Dense(units: 5, activation: {name})]", (3, 7),
            {"dense/kernel": (7, 5), "dense/bias": (5,)},
            lambda x, p, f=function: f(x @ p["dense/kernel"] + p["dense/bias"])))
        cases.append(layer_case(
            f"activation {name} over steps", f"[Activation({name})]", (2, 3, 4), {}, lambda x, p, f=function: f(x * 1)))
    cases.append(layer_case(
        "dense over steps without bias", "[Dense(units: 3, use_bias: false)]", (2, 4, 6), {"dense/kernel": (6, 3)},
        lambda x, p: x @ p["dense/kernel"]))
    cases.append(layer_case(
        "two dense layers, wider than a register", "[Dense(units: 67, activation: tanh), Dense(units: 3)]", (5, 19),
        {"dense/kernel": (19, 67), "dense/bias": (67,), "dense_1/kernel": (67, 3), "dense_1/bias": (3,)},
        lambda x, p: torch.tanh(x @ p["dense/kernel"] + p["dense/bias"]) @ p["dense_1/kernel"] + p["dense_1/bias"]))
    weights = lambda *shape: {"conv2d/kernel": shape, "conv2d/bias": shape[-1:]}
    cases.append(layer_case(
        "conv2d", "[Conv2D(filters: 4, kernel_size: 3)]", (2, 6, 7, 3), weights(3, 3, 3, 4), convolve))
    cases.append(layer_case(
        "conv2d, even kernel, same, strides", "[Conv2D(filters: 3, kernel_size: (2, 4), strides: (2, 3), "
        "padding: same, activation: tanh)]", (2, 7, 8, 2), weights(2, 4, 2, 3),
        lambda x, p: convolve(x, p, strides=(2, 3), padding="same", activation="tanh")))
    cases.append(layer_case(
        "conv2d, dilated, same", "[Conv2D(filters: 2, kernel_size: 3, dilation_rate: (2, 1), padding: same)]",
        (2, 7, 6, 2), weights(3, 3, 2, 2), lambda x, p: convolve(x, p, padding="same", dilation=(2, 1))))
    cases.append(layer_case(
        "conv2d, grouped, no bias", "[Conv2D(filters: 6, kernel_size: (3, 2), groups: 2, use_bias: false)]",
        (2, 5, 5, 4), {"conv2d/kernel": (3, 2, 2, 6)}, lambda x, p: convolve(x, p, groups=2)))
    cases.append(layer_case(
        "conv2d with relu and the pooling behind it",
        "[Conv2D(filters: 8, kernel_size: 3, activation: relu), MaxPooling2D(pool_size: 2)]", (2, 9, 10, 1),
        weights(3, 3, 1, 8), lambda x, p: pool(convolve(x, p, activation="relu"), (2, 2), (2, 2))))
    cases.append(layer_case(
        "max pooling", "[MaxPooling2D(pool_size: (2, 3))]", (2, 5, 7, 3), {}, lambda x, p: pool(x, (2, 3), (2, 3))))
    cases.append(layer_case(
        "max pooling, overlapping, same", "[MaxPooling2D(pool_size: 3, strides: Some((2, 1)), padding: same)]",
        (2, 6, 5, 2), {}, lambda x, p: pool(x, (3, 3), (2, 1), "same")))
    cases.append(layer_case(
        "max pooling over steps", "[MaxPooling1D(pool_size: 2)]", (2, 7, 3), {},
        lambda x, p: F.max_pool1d(x.permute(0, 2, 1), 2).permute(0, 2, 1)))
    cases.append(layer_case(
        "flatten and reshape", "[Flatten, Reshape(target_shape: [4, 3]), Dense(units: 2)]", (2, 2, 3, 2),
        {"dense/kernel": (3, 2), "dense/bias": (2,)},
        lambda x, p: x.reshape(2, 4, 3) @ p["dense/kernel"] + p["dense/bias"]))
    return cases


def losses():
    """Losses of a network's output as it reaches them: `form` says whether that is logits."""
    shape = (4, 3)
    share = torch.softmax(numbers(shape, "targets", -2, 2), -1)
    share = torch.tensor(np.float32(share.numpy()).astype(np.float64))
    classes = torch.tensor([2, 0, 1, 2])
    logits = numbers(shape, "logits", -4, 4)
    values = numbers(shape, "values", -3, 3)
    inside = numbers(shape, "inside", 0, 1)
    table = [
        ("mean_squared_error", "output", "()", logits, values, F.mse_loss),
        ("mean_absolute_error", "output", "()", logits, values, F.l1_loss),
        ("huber", "output", "()", logits, values, F.huber_loss),
        ("huber", "output", "(delta: 0.5)", logits, values, lambda y, t: F.huber_loss(y, t, delta=0.5)),
        ("binary_crossentropy", "output", "()", inside, share, F.binary_cross_entropy),
        ("binary_crossentropy", "sigmoid_logits", "()", logits, share, F.binary_cross_entropy_with_logits),
        ("categorical_crossentropy", "softmax_logits", "()", logits, share, F.cross_entropy),
        ("categorical_crossentropy", "softmax_logits", "(label_smoothing: 0.1)", logits, share,
         lambda y, t: F.cross_entropy(y, t, label_smoothing=0.1)),
        ("sparse_categorical_crossentropy", "softmax_logits", "()", logits, classes, F.cross_entropy),
        ("sparse_categorical_crossentropy", "softmax_logits", "(label_smoothing: 0.2)", logits, classes,
         lambda y, t: F.cross_entropy(y, t, label_smoothing=0.2)),
        ("kl_divergence", "output", "()", inside, share,
         lambda y, t: F.kl_div(y.log(), t, reduction="batchmean")),
    ]
    return [loss_case(*row) for row in table]


def loss_case(loss, form, options, output, targets, function):
    output = output.clone().requires_grad_()
    value = function(output, targets)
    value.backward()
    is_class = not torch.is_floating_point(targets)
    return {
        "loss": loss, "form": form, "options": options, "output": array(output),
        "classes": targets.tolist() if is_class else None, "targets": None if is_class else plain(targets),
        "value": float(f"{value.item():.9g}"), "gradient": plain(output.grad),
    }


def optimizers():
    """Three steps from the same weights with the same gradients; with Keras's defaults given where PyTorch differs."""
    start = numbers((1, 6), "start", -2, 2)
    gradients = [numbers((1, 6), f"gradient {step}") * torch.tensor([1, 1, 1e-3, 10, 1, 0]) for step in range(3)]
    gradients = [torch.tensor(np.float32(g.numpy()).astype(np.float64)) for g in gradients]
    O = torch.optim
    table = [
        ("SGD(learning_rate: 0.1)", "()", lambda w: O.SGD(w, 0.1)),
        ("SGD(learning_rate: 0.1, momentum: 0.9)", "()", lambda w: O.SGD(w, 0.1, momentum=0.9)),
        ("SGD(learning_rate: 0.1, momentum: 0.9, nesterov: true)", "()",
         lambda w: O.SGD(w, 0.1, momentum=0.9, nesterov=True)),
        ("Adam()", "()", lambda w: O.Adam(w, 0.001, eps=1e-7)),
        ("Adam(learning_rate: 0.05, beta_1: 0.5, beta_2: 0.9, epsilon: 1e-3)", "()",
         lambda w: O.Adam(w, 0.05, betas=(0.5, 0.9), eps=1e-3)),
        ("AdamW()", "()", lambda w: O.AdamW(w, 0.001, eps=1e-7, weight_decay=0.004)),
        ("AdamW(learning_rate: 0.05, weight_decay: 0.3)", "()",
         lambda w: O.AdamW(w, 0.05, eps=1e-7, weight_decay=0.3)),
        ("RMSprop()", "()", lambda w: O.RMSprop(w, 0.001, alpha=0.9, eps=1e-7)),
        ("RMSprop(learning_rate: 0.02, rho: 0.8, momentum: 0.5)", "()",
         lambda w: O.RMSprop(w, 0.02, alpha=0.8, eps=1e-7, momentum=0.5)),
        ("RMSprop(learning_rate: 0.02, momentum: 0.5, epsilon: 1e-2, centered: true)", "()",
         lambda w: O.RMSprop(w, 0.02, alpha=0.9, eps=1e-2, momentum=0.5, centered=True)),
        ("Adagrad()", "()", lambda w: O.Adagrad(w, 0.001, initial_accumulator_value=0.1, eps=1e-7)),
        ("Adagrad(learning_rate: 0.3, initial_accumulator_value: 0.0)", "()",
         lambda w: O.Adagrad(w, 0.3, initial_accumulator_value=0.0, eps=1e-7)),
        ("SGD(learning_rate: 0.1, momentum: 0.9)", "(norm: Some(0.75))", lambda w: O.SGD(w, 0.1, momentum=0.9)),
        ("Adam(learning_rate: 0.05)", "(value: Some(0.25))", lambda w: O.Adam(w, 0.05, eps=1e-7)),
    ]
    cases = []
    for settings, clip, make in table:
        weights = start.clone().requires_grad_()
        optimizer = make([weights])
        after = []
        for gradient in gradients:
            weights.grad = gradient.clone()
            if "norm" in clip:
                # PyTorch divides by norm + 1e-6; Keras, and we, by the norm.
                norm = weights.grad.norm()
                weights.grad *= min(1.0, 0.75 / norm)
            if "value" in clip:
                torch.nn.utils.clip_grad_value_([weights], 0.25)
            optimizer.step()
            after.append(plain(weights))
        cases.append({
            "optimizer": settings, "clip": clip, "start": plain(start), "gradients": [plain(g) for g in gradients],
            "weights": after,
        })
    return cases


def write(path, values):
    """Compact JSON, one case a line."""
    with open(path, "w") as file:
        file.write("{\n")
        for place, (key, cases) in enumerate(values.items()):
            lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
            file.write(f'"{key}": [\n{lines}\n]{"," if place + 1 < len(values) else ""}\n')
        file.write("}\n")


if __name__ == "__main__":
    write(HERE / "torch_values.json", {"layers": layers(), "losses": losses(), "optimizers": optimizers()})
