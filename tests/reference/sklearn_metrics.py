"""Writes sklearn_metrics.json: what scikit-learn says of some outputs, for src/train/tally.rs.

usage: python tests/reference/sklearn_metrics.py   (needs scikit-learn and numpy; tried with scikit-learn 1.9.1)
"""

import json
import pathlib

import numpy as np
from sklearn import metrics as M

HERE = pathlib.Path(__file__).parent
random = np.random.default_rng(7)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def f32(x):
    return np.float32(x).astype(np.float64)


def plain(x):
    return [float(f"{v:.9g}") for v in np.asarray(x).reshape(-1)]


def binary(name, form, output, truth):
    """One or two outputs for two classes; with one output a few are equal, so that ties are seen."""
    if form == "softmax_logits":
        score = softmax(output)[:, 1]
    elif form == "sigmoid_logits":
        score = 1 / (1 + np.exp(-output[:, 0]))
    else:
        score = output[:, -1]
    said = score > 0.5
    case = {"name": name, "task": "classes", "output": plain(output), "width": output.shape[1], "form": form,
            "classes": None, "values": None, "metrics": {
                "precision": M.precision_score(truth, said), "recall": M.recall_score(truth, said),
                "f1": M.f1_score(truth, said), "roc_auc": M.roc_auc_score(truth, score)}}
    if output.shape[1] == 1:
        case["values"] = plain(truth)
    else:
        case["classes"] = truth.tolist()
    return case


def several(name, classes, rows, absent=()):
    """`absent` classes never occur, neither among the samples nor among the predictions."""
    output = f32(random.normal(size=(rows, classes)))
    truth = random.choice([c for c in range(classes) if c not in absent], rows)
    output[:, list(absent)] -= 20
    output[np.arange(rows), truth] += 0.8
    said, average = output.argmax(-1), {"average": "macro", "zero_division": 0}
    occurring = sorted(set(truth) | set(said))
    average["labels"] = occurring
    return {"name": name, "task": "classes", "output": plain(output), "width": classes, "form": "softmax_logits",
            "classes": truth.tolist(), "values": None, "metrics": {
                "precision": M.precision_score(truth, said, **average),
                "recall": M.recall_score(truth, said, **average), "f1": M.f1_score(truth, said, **average),
                "roc_auc": np.mean([M.roc_auc_score(truth == c, softmax(output)[:, c])
                                    for c in range(classes) if 0 < (truth == c).sum() < rows]),
                "top_five": M.top_k_accuracy_score(truth, output, k=5, labels=range(classes))}}


def labels(name, width, rows):
    """Several labels a sample, independent of each other."""
    truth = (random.random((rows, width)) < [0.2, 0.5, 0.7]).astype(int)
    output = f32(random.normal(size=(rows, width)) + 2 * truth - 1)
    score = 1 / (1 + np.exp(-output))
    said, average = score > 0.5, {"average": "macro", "zero_division": 0}
    return {"name": name, "task": "labels", "output": plain(output), "width": width, "form": "sigmoid_logits",
            "classes": None, "values": plain(truth), "metrics": {
                "precision": M.precision_score(truth, said, **average),
                "recall": M.recall_score(truth, said, **average), "f1": M.f1_score(truth, said, **average),
                "roc_auc": M.roc_auc_score(truth, score, average="macro"),
                "mae": M.mean_absolute_error(truth, score), "rmse": M.root_mean_squared_error(truth, score)}}


def values(name, width, rows):
    truth = f32(random.normal(size=(rows, width)) * 3 + 1)
    output = f32(truth + random.normal(size=(rows, width)))
    return {"name": name, "task": "values", "output": plain(output), "width": width, "form": "output", "classes": None,
            "values": plain(truth), "metrics": {
                "mae": M.mean_absolute_error(truth, output),
                "rmse": M.root_mean_squared_error(truth, output), "r_squared": M.r2_score(truth, output)}}


truth = random.integers(0, 2, 60)
one = f32(np.round(random.normal(size=(60, 1)) + truth[:, None], 1))
two = random.normal(size=(60, 2))
two[np.arange(60), truth] += 1
two = f32(two)
cases = [
    binary("one sigmoid output", "sigmoid_logits", one, truth),
    binary("two softmax outputs", "softmax_logits", two, truth),
    binary("two probabilities", "output", f32(softmax(two)), truth),
    several("ten classes", 10, 200),
    several("three classes of eight are rare", 8, 40),
    several("classes 0 and 3 of five never occur", 5, 60, absent=(0, 3)),
    labels("three labels", 3, 80),
    values("one value", 1, 50),
    values("three values", 3, 50),
]
lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
(HERE / "sklearn_metrics.json").write_text(f"[\n{lines}\n]\n")
