"""Writes branches_keras.json: what Keras computes where branches of layers are merged.

usage: python tests/reference/branches_keras.py   (needs keras on TensorFlow; tried with Keras 3.15 on TensorFlow 2.21)

Same form and reader as keras_values.json.
"""

import pathlib

from keras_values import L, layer_case, write


class Branches(L.Layer):
    """Chains of layers over one input, merged by one of Keras's merging layers."""

    def __init__(self, merge, *chains):
        super().__init__()
        self.merge = merge
        self.chains = [list(chain) for chain in chains]

    def build(self, shape):
        for chain in self.chains:
            inner = shape
            for layer in chain:
                layer.build(inner)
                inner = layer.compute_output_shape(inner)
        self.built = True

    def compute_output_shape(self, shape):
        outputs = []
        for chain in self.chains:
            inner = shape
            for layer in chain:
                inner = layer.compute_output_shape(inner)
            outputs.append(inner)
        return self.merge.compute_output_shape(outputs)

    def call(self, x):
        outputs = []
        for chain in self.chains:
            y = x
            for layer in chain:
                y = layer(y)
            outputs.append(y)
        return self.merge(outputs)


def paths(*layers):
    return [f"{layer}/{leaf}" for layer in layers for leaf in ("kernel", "bias")]


def in_branches(*layers, outer="branches"):
    return paths(*[f"{outer}/branch_{number}/{name}" for number, name in layers])


def layers():
    return [
        layer_case(
            "Keras: Inception, branches concatenated",
            "[Branches(merge: concatenate, branches: [[Conv2D(filters: 4, kernel_size: 1)], "
            "[Conv2D(filters: 2, kernel_size: 1), Conv2D(filters: 5, kernel_size: 3, padding: same, activation: relu)], []])]",
            (2, 5, 4, 3),
            [Branches(L.Concatenate(), [L.Conv2D(4, 1)],
                      [L.Conv2D(2, 1), L.Conv2D(5, 3, padding="same", activation="relu")], [])],
            in_branches((0, "conv2d"), (1, "conv2d"), (1, "conv2d_1"))),
        layer_case(
            "Keras: three branches added",
            "[Branches(merge: add, branches: [[Dense(units: 9, activation: tanh), Dense(units: 5)], [Dense(units: 5)], []])]",
            (3, 5), [Branches(L.Add(), [L.Dense(9, activation="tanh"), L.Dense(5)], [L.Dense(5)], [])],
            in_branches((0, "dense"), (0, "dense_1"), (1, "dense"))),
        layer_case(
            "Keras: a gate over steps",
            "[Branches(merge: multiply, branches: [[Dense(units: 3, activation: sigmoid)], [Dense(units: 3)], []])]", (2, 4, 3),
            [Branches(L.Multiply(), [L.Dense(3, activation="sigmoid")], [L.Dense(3)], [])],
            in_branches((0, "dense"), (1, "dense"))),
        layer_case(
            "Keras: the average of three",
            "[Branches(merge: average, branches: [[Dense(units: 4)], [], [Dense(units: 4, activation: tanh)]])]", (3, 4),
            [Branches(L.Average(), [L.Dense(4)], [], [L.Dense(4, activation="tanh")])],
            in_branches((0, "dense"), (2, "dense"))),
        layer_case(
            "Keras: two towers",
            "[Branches(merge: dot, branches: [[Dense(units: 7, activation: tanh), Dense(units: 4)], [Dense(units: 4)]]), "
            "Activation(sigmoid)]", (4, 6),
            [Branches(L.Dot(axes=-1), [L.Dense(7, activation="tanh"), L.Dense(4)], [L.Dense(4)]), L.Activation("sigmoid")],
            in_branches((0, "dense"), (0, "dense_1"), (1, "dense"))),
        layer_case(
            "Keras: a level of U-Net",
            "[Conv2D(filters: 3, kernel_size: 3, padding: same, activation: relu), Branches(merge: concatenate, branches: [[], "
            "[MaxPooling2D(), Conv2D(filters: 4, kernel_size: 3, padding: same), UpSampling2D()]]), "
            "Conv2D(filters: 2, kernel_size: 1)]", (2, 6, 4, 2),
            [L.Conv2D(3, 3, padding="same", activation="relu"),
             Branches(L.Concatenate(), [], [L.MaxPooling2D(), L.Conv2D(4, 3, padding="same"), L.UpSampling2D()]),
             L.Conv2D(2, 1)],
            paths("conv2d", "branches/branch_1/conv2d", "conv2d_1")),
        layer_case(
            "Keras: branches within branches",
            "[Branches(merge: concatenate, branches: [[Branches(merge: add, branches: [[Dense(units: 3)], []])], "
            "[Dense(units: 2)]])]", (3, 2, 3),
            [Branches(L.Concatenate(), [Branches(L.Add(), [L.Dense(3)], [])], [L.Dense(2)])],
            paths("branches/branch_0/branches/branch_0/dense", "branches/branch_1/dense")),
    ]


if __name__ == "__main__":
    write(pathlib.Path(__file__).with_name("branches_keras.json"), {"layers": layers()})
