#!/usr/bin/env python3
"""A bag of words and logistic regression on the test samples of a run of `sentiment`: what the network has to beat.

    trainyard train sentiment && trainyard eval last --predictions test.csv
    python3 tests/reference/sklearn_sentiment.py test.csv       # scikit-learn, zstandard

The strength of the penalty is the best of five ON THE TEST SET, which favours the reference.
"""

import csv
import pathlib
import sys

import zstandard
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression

DATA = pathlib.Path(__file__).parents[2] / "assets/data/sentiment/sentences.tsv.zst"
WORD = r"(?u)[\w']+"
FEATURES = {
    "bag of words": CountVectorizer(binary=True, min_df=2, token_pattern=WORD),
    "words and pairs of words, tf-idf": TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=WORD),
}

with DATA.open("rb") as file:
    lines = zstandard.ZstdDecompressor().stream_reader(file).read().decode().splitlines()
rows = [line.split("\t", 2) for line in lines]
texts, positive = [row[2] for row in rows], [not row[0].startswith("-") for row in rows]
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    asked = list(csv.DictReader(file))
place = {text: number for number, text in enumerate(texts)}
test = [place[answer["sample"]] for answer in asked]
network = sum(answer["truth"] == answer["prediction"] for answer in asked) / len(asked)
held_out = set(test)
train = [number for number in range(len(texts)) if number not in held_out]
print(f"the network: {network:.4f} of {len(test)}")
for name, features in FEATURES.items():
    x = features.fit_transform([texts[number] for number in train])
    y = features.transform([texts[number] for number in test])
    of = lambda numbers: [positive[number] for number in numbers]
    scores = [LogisticRegression(C=c, max_iter=1000).fit(x, of(train)).score(y, of(test)) for c in (0.1, 0.3, 1, 3, 10)]
    print(f"{name}: {max(scores):.4f}")
