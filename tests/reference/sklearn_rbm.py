"""Values of scikit-learn's BernoulliRBM, for src/train/pretrain/rbm_tests.rs.

Small machines with given weights: probabilities and free energies, in double precision. And one trained on MNIST: its
pseudo-likelihood, and (printed only) how fast it learned.

    python tests/reference/sklearn_rbm.py train-images-idx3-ubyte      # MNIST's file; needs numpy and scikit-learn
"""

import json
import pathlib
import sys
import time

import numpy
from sklearn.neural_network import BernoulliRBM

HERE = pathlib.Path(__file__).parent
TRAINING = {"samples": 20000, "hidden": 256, "learning_rate": 0.05, "batch_size": 100, "epochs": 5}


def small(visible, hidden, rows, seed):
    random = numpy.random.default_rng(seed)
    machine = BernoulliRBM(n_components=hidden)
    machine.components_ = random.normal(0, 0.8, (hidden, visible))
    machine.intercept_hidden_ = random.normal(0, 0.5, hidden)
    machine.intercept_visible_ = random.normal(0, 0.5, visible)
    data = (random.random((rows, visible)) < 0.5).astype(float)
    return {
        "visible": visible,
        "hidden": hidden,
        "kernel": machine.components_.T.ravel().tolist(),
        "visible_bias": machine.intercept_visible_.tolist(),
        "hidden_bias": machine.intercept_hidden_.tolist(),
        "data": data.ravel().tolist(),
        "probabilities": machine.transform(data).ravel().tolist(),
        "free_energies": machine._free_energy(data).tolist(),
    }


def trained():
    raw = pathlib.Path(sys.argv[1]).read_bytes()
    count = TRAINING["samples"]
    images = numpy.frombuffer(raw, numpy.uint8, offset=16)[: count * 784].reshape(count, 784) / numpy.float32(255)
    images = images.astype(numpy.float32)
    machine = BernoulliRBM(
        n_components=TRAINING["hidden"],
        learning_rate=TRAINING["learning_rate"],
        batch_size=TRAINING["batch_size"],
        n_iter=TRAINING["epochs"],
        random_state=0,
    )
    since = time.perf_counter()
    machine.fit(images)
    seconds = time.perf_counter() - since
    print(f"scikit-learn: {TRAINING['epochs'] * count / seconds:.0f} images/s")
    score = float(numpy.mean([machine.score_samples(images).mean() for _ in range(5)]))
    print(f"scikit-learn: pseudo-likelihood {score:.2f}")
    return TRAINING | {"pseudo_likelihood": score}


if __name__ == "__main__":
    values = {"machines": [small(12, 7, 9, 1), small(5, 20, 4, 2)], "trained": trained()}
    (HERE / "sklearn_rbm.json").write_text(json.dumps(values) + "\n")
