"""Writes sklearn_report.json: what scikit-learn says of whole sets of answers, for src/train/assessment/.

usage: python tests/reference/sklearn_report.py   (needs scikit-learn and numpy; tried with scikit-learn 1.9.1)

The expected calibration error is no function of scikit-learn; it is computed here with numpy, after Guo et al. 2017.
"""

import json
import pathlib

import numpy as np
from sklearn import metrics as M

HERE = pathlib.Path(__file__).parent
random = np.random.default_rng(17)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def rows(x):
    return np.asarray(x, dtype=float).tolist()


def scores(report, name):
    found = report[name]
    return {"precision": found["precision"], "recall": found["recall"], "f1": found["f1-score"],
            "support": int(found["support"])}


def calibration_error(probabilities, truth, bins=10):
    said, confidence = probabilities.argmax(-1), probabilities.max(-1)
    place = np.clip(np.ceil(confidence * bins), 1, bins) - 1
    error = 0.0
    for one in range(bins):
        inside = place == one
        if inside.any():
            error += inside.mean() * abs((said == truth)[inside].mean() - confidence[inside].mean())
    return error


def classes(name, count, samples, absent=()):
    """`absent` classes occur neither among the samples nor among the predictions."""
    logits = random.normal(size=(samples, count))
    truth = random.choice([c for c in range(count) if c not in absent], samples)
    logits[np.arange(samples), truth] += 1
    logits[:, list(absent)] -= 20
    outputs = softmax(logits)
    said = outputs.argmax(-1)
    occurring = [c for c in range(count) if c not in absent]
    report = M.classification_report(truth, said, labels=occurring, output_dict=True, zero_division=0)
    one_hot = np.eye(count)[truth]
    areas = {str(c): M.roc_auc_score(one_hot[:, c], outputs[:, c]) for c in occurring}
    brier = (M.brier_score_loss(truth, outputs[:, 1]) if count == 2
             else M.brier_score_loss(truth, outputs, labels=list(range(count)), scale_by_half=False))
    return {"name": name, "task": "classes", "outputs": rows(outputs), "truths": rows(one_hot), "expected": {
        "accuracy": M.accuracy_score(truth, said),
        "classes": {str(c): scores(report, str(c)) for c in occurring},
        "macro_average": scores(report, "macro avg"), "weighted_average": scores(report, "weighted avg"),
        "roc_auc": areas, "macro_roc_auc": float(np.mean(list(areas.values()))),
        "top": {str(k): M.top_k_accuracy_score(truth, outputs, k=k, labels=list(range(count)))
                for k in (2, 3, 5) if k < count},
        "brier": brier, "expected_error": calibration_error(outputs, truth),
        "confusion": M.confusion_matrix(truth, said, labels=list(range(count))).tolist()}}


def labels(name, count, samples):
    truth = (random.random((samples, count)) < [0.2, 0.5, 0.7][:count]).astype(float)
    outputs = 1 / (1 + np.exp(-(random.normal(size=(samples, count)) + 2 * truth - 1)))
    said = (outputs > 0.5).astype(int)
    report = M.classification_report(truth.astype(int), said, output_dict=True, zero_division=0)
    return {"name": name, "task": "labels", "outputs": rows(outputs), "truths": rows(truth), "expected": {
        "accuracy": float((said == truth).mean()), "exact": M.accuracy_score(truth.astype(int), said),
        "labels": {str(c): scores(report, str(c)) for c in range(count)},
        "micro_average": scores(report, "micro avg"), "macro_average": scores(report, "macro avg"),
        "weighted_average": scores(report, "weighted avg"),
        "macro_roc_auc": M.roc_auc_score(truth, outputs, average="macro")}}


def values(name, count, samples):
    truth = random.normal(50, 20, (samples, count))
    outputs = truth + random.normal(0, 5, (samples, count))
    of = lambda t, y: {"mae": M.mean_absolute_error(t, y), "rmse": M.root_mean_squared_error(t, y),
                       "r_squared": M.r2_score(t, y), "median_error": M.median_absolute_error(t, y),
                       "largest_error": M.max_error(t, y)}
    together = {"mae": M.mean_absolute_error(truth, outputs), "r_squared": M.r2_score(truth, outputs),
                "rmse": M.root_mean_squared_error(truth, outputs),
                "median_error": M.median_absolute_error(truth, outputs),
                "largest_error": float(abs(truth - outputs).max())}
    return {"name": name, "task": "values", "outputs": rows(outputs), "truths": rows(truth), "expected": {
        "all": together, "outputs": [of(truth[:, c], outputs[:, c]) for c in range(count)]}}


cases = [classes("two classes", 2, 60), classes("seven classes, one of which never occurs", 7, 120, absent=(4,)),
         labels("three labels", 3, 80), values("one value", 1, 41), values("two values", 2, 30)]
(HERE / "sklearn_report.json").write_text(json.dumps(cases, indent=1) + "\n")
