#!/usr/bin/env python3
"""Reference for the preset senate-votes: how often scikit-surprise's biased matrix factorisation (SVD; Koren, Bell, Volinsky 2009) is right
on a fifth of the votes, over five splits. Needs numpy, pandas, scikit-surprise and the program zstd.

    surprise_senate.py > surprise_senate.json
"""

import json
import pathlib
import subprocess

import numpy as np
import pandas
import surprise

FILE = pathlib.Path(__file__).parents[2] / "assets/data/senate/roll_calls.tsv.zst"
text = subprocess.run(["zstd", "-dc", "--long=27", FILE], check=True, capture_output=True, text=True).stdout
senators, *votes = [line.split("\t") for line in text.splitlines()]
rows = [
    (senator, number, int(said[place]))
    for number, _, said in votes
    for place, senator in enumerate(senators)
    if said[place] != "."
]
table = pandas.DataFrame(rows, columns=["senator", "roll call", "yea"])
reader = surprise.Reader(rating_scale=(0, 1))

scores = {}
for factors in (2, 8, 16, 32):
    right = []
    for split in range(5):
        order = np.random.default_rng(split).permutation(len(table))
        held_out, learned = table.iloc[order[: len(table) // 5]], table.iloc[order[len(table) // 5 :]]
        model = surprise.SVD(n_factors=factors, n_epochs=30, reg_all=0.02, lr_all=0.01, random_state=split)
        model.fit(surprise.Dataset.load_from_df(learned, reader).build_full_trainset())
        said = np.array([model.predict(*pair).est for pair in zip(held_out["senator"], held_out["roll call"])])
        right.append(float(np.mean((said >= 0.5) == (held_out["yea"] == 1))))
    scores[factors] = {"mean": float(np.mean(right)), "splits": right}
print(json.dumps({"surprise": surprise.__version__, "votes": len(table), "accuracy_by_factors": scores}, indent=1))
