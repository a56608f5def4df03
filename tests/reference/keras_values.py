"""Writes keras_values.json: what Keras computes where its definition is not PyTorch's.

usage: python tests/reference/keras_values.py   (needs keras on TensorFlow; tried with Keras 3 on TensorFlow 2.21)

Losses on probabilities (clipped and made to sum to one), label smoothing of binary cross-entropy, class weights; `same`
padding with strides; SGD, Lion and clipping by the global norm. Same form as torch_values.json, same reader. The adaptive
optimizers are PyTorch's, whose epsilon stands as in their papers; Keras puts it inside the root or before the
correction of the bias, which shows where a gradient is tiny.
"""

import json
import os
import pathlib
import zlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf

keras.backend.set_floatx("float64")
L = keras.layers


def numbers(shape, name, low=-1.0, high=1.0):
    random = np.random.default_rng(zlib.crc32(name.encode()))
    chosen = random.choice(4096, size=int(np.prod(shape)), replace=False)
    return np.float32((chosen + 0.5) / 4096 * (high - low) + low).reshape(shape).astype(np.float64)


def plain(values):
    return [float(f"{x:.9g}") for x in np.asarray(values).reshape(-1)]


def array(values):
    return {"shape": list(np.shape(values)), "values": plain(values)}


def loss_case(loss, options, output, targets, function, weights=None):
    y = tf.Variable(output)
    with tf.GradientTape() as tape:
        value = function(targets, y, sample_weight=weights)
    is_class = np.issubdtype(np.asarray(targets).dtype, np.integer)
    return {
        "loss": loss, "form": "output", "options": options, "output": array(output),
        "classes": np.asarray(targets).tolist() if is_class else None, "targets": None if is_class else plain(targets),
        "value": float(f"{float(value):.9g}"), "gradient": plain(tape.gradient(value, y)),
    }


def losses():
    shape = (4, 3)
    inside, values = numbers(shape, "inside", 0, 1), numbers(shape, "values", -3, 3)
    share = np.float32(numbers(shape, "share", 0.05, 1))
    share = np.float32(share / share.sum(-1, keepdims=True)).astype(np.float64)
    hard = np.eye(3)[[2, 0, 1, 2]]
    edge = inside.copy()
    # 1 - epsilon is another number in single precision, so a certain and wrong answer is left out.
    edge[0] = [0.0, 1e-8, 1.0]
    K = keras.losses
    # What Keras's fit does with class_weight: a weight a sample, and the mean over all samples.
    weights = np.array([0.25, 1.5, 1.0])[[2, 0, 1, 2]]
    return [
        loss_case("mean_squared_error", "()", values, inside, K.MeanSquaredError()),
        loss_case("mean_absolute_error", "()", values, inside, K.MeanAbsoluteError()),
        loss_case("huber", "()", values, inside, K.Huber()),
        loss_case("binary_crossentropy", "()", edge, hard, K.BinaryCrossentropy()),
        loss_case("binary_crossentropy", "(label_smoothing: 0.2)", inside, hard, K.BinaryCrossentropy(label_smoothing=0.2)),
        loss_case("categorical_crossentropy", "()", inside, share, K.CategoricalCrossentropy()),
        loss_case("categorical_crossentropy", "(label_smoothing: 0.1)", inside, hard,
                  K.CategoricalCrossentropy(label_smoothing=0.1)),
        loss_case("categorical_crossentropy", "(class_weights: [0.25, 1.5, 1.0])", inside, hard,
                  K.CategoricalCrossentropy(), weights),
        loss_case("sparse_categorical_crossentropy", "()", share, np.array([2, 0, 1, 2]),
                  K.SparseCategoricalCrossentropy()),
        loss_case("kl_divergence", "()", edge, share, K.KLDivergence()),
    ]



def layer_case(name, layers, input_shape, network, paths=(), tolerance=1e-5):
    """A case; `paths` names the weights as a preset does, in Keras's order."""
    x = tf.Variable(numbers(input_shape, name + "/x"))
    model = keras.Sequential([keras.Input(input_shape[1:]), *network])
    is_statistic = lambda weight: weight.name.startswith("moving_")
    for place, weight in enumerate(model.weights):
        if not is_statistic(weight):
            weight.assign(numbers(weight.shape, f"{name}/{place}"))
    with tf.GradientTape() as tape:
        output = model(x, training=True)
        upstream = numbers(output.shape, name + "/upstream")
        total = tf.reduce_sum(output * upstream)
    grads = tape.gradient(total, [x, *[w.value for w in model.trainable_weights]])
    named = dict(zip(paths, model.trainable_weights, strict=True))
    moved = {f"batch_normalization/{w.name}": array(w) for w in model.non_trainable_weights if is_statistic(w)}
    return {
        "name": name, "layers": layers, "input": array(x), "output": array(output), "upstream": plain(upstream),
        "parameters": {path: array(w) for path, w in named.items()},
        "input_gradient": plain(grads[0]),
        "parameter_gradients": {path: plain(g) for path, g in zip(named, grads[1:])},
        **({"after": moved} if moved else {}),
        "tolerance": tolerance,
    }


def layers():
    return [
        layer_case("Keras: conv2d, same, strides", "[Conv2D(filters: 3, kernel_size: (4, 3), strides: 2, padding: same)]",
                   (2, 7, 8, 2), [L.Conv2D(3, (4, 3), strides=2, padding="same")], ["conv2d/kernel", "conv2d/bias"]),
        layer_case("Keras: max pooling, same, strides",
                   "[MaxPooling2D(pool_size: (3, 2), strides: Some(2), padding: same)]", (2, 6, 5, 2),
                   [L.MaxPooling2D((3, 2), strides=2, padding="same")]),
        layer_case("Keras: leaky_relu, gelu and silu by name",
                   "[Dense(units: 4, activation: leaky_relu), Dense(units: 4, activation: gelu), "
                   "Dense(units: 3, activation: silu)]", (3, 5),
                   [L.Dense(4, activation="leaky_relu"), L.Dense(4, activation="gelu"), L.Dense(3, activation="silu")],
                   [f"{layer}/{leaf}" for layer in ("dense", "dense_1", "dense_2") for leaf in ("kernel", "bias")]),
    ]


def optimizers():
    start = numbers((1, 6), "start", -2, 2)
    scale = np.array([1, 1, 1e-3, 10, 1, 0])
    gradients = [np.float32(numbers((1, 6), f"gradient {step}") * scale).astype(np.float64) for step in range(3)]
    O = keras.optimizers
    table = [
        ("SGD()", "()", O.SGD()),
        ("SGD(momentum: 0.9, nesterov: true)", "()", O.SGD(momentum=0.9, nesterov=True)),
        ("SGD(learning_rate: 0.1)", "(norm: Some(0.75))", O.SGD(0.1, global_clipnorm=0.75)),
        ("SGD(learning_rate: 0.1)", "(value: Some(0.25))", O.SGD(0.1, clipvalue=0.25)),
        ("Lion()", "()", O.Lion()),
        ("Lion(learning_rate: 0.01, beta_1: 0.5, beta_2: 0.8, weight_decay: 0.3)", "()",
         O.Lion(0.01, beta_1=0.5, beta_2=0.8, weight_decay=0.3)),
    ]
    cases = []
    for settings, clip, optimizer in table:
        weights = keras.Variable(start)
        after = []
        for gradient in gradients:
            optimizer.apply([tf.constant(gradient)], [weights])
            after.append(plain(weights))
        cases.append({"optimizer": settings, "clip": clip, "start": plain(start),
                      "gradients": [plain(g) for g in gradients], "weights": after})
    return cases


def write(path, values):
    with open(path, "w") as file:
        file.write("{\n")
        for place, (key, cases) in enumerate(values.items()):
            lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
            file.write(f'"{key}": [\n{lines}\n]{"," if place + 1 < len(values) else ""}\n')
        file.write("}\n")


if __name__ == "__main__":
    write(pathlib.Path(__file__).with_name("keras_values.json"),
          {"layers": layers(), "losses": losses(), "optimizers": optimizers()})
