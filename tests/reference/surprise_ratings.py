#!/usr/bin/env python3
"""Reference for tests/own_data/ratings.rs: biased matrix factorisation of scikit-surprise (SVD; Koren, Bell, Volinsky 2009) on the ratings
that the test makes, with the same rows held out. Needs numpy and scikit-surprise.

    surprise_ratings.py > surprise_ratings.json
"""

import json
import math

import numpy as np
import pandas
import surprise

USERS, ITEMS, RATINGS = 300, 400, 20_000


def made():
    """The ratings, in their order: user, item, stars. Only what every language computes alike: whole numbers and sines."""
    state, seen, rows = 1, set(), []

    def draw():
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return (state >> 33) / float(1 << 31)

    while len(rows) < RATINGS:
        user, item = int(USERS * draw() ** 1.5), int(ITEMS * draw() ** 2)
        noise = draw() + draw() + draw() - 1.5
        if (user, item) in seen:
            continue
        seen.add((user, item))
        taste = sum(math.sin(1.3 * user + 2.1 * k * user) * math.cos(0.7 * item + 1.9 * k * item) for k in range(3))
        stars = 3.3 + 0.5 * math.sin(5.1 * user) + 0.6 * math.cos(3.7 * item) + 0.6 * taste + 1.2 * noise
        rows.append((user, item, min(max(round(2 * stars) / 2, 0.5), 5.0)))
    return rows


rows = made()
held_out = [row for place, row in enumerate(rows) if place % 5 == 0]
learned = [row for place, row in enumerate(rows) if place % 5 != 0]
reader = surprise.Reader(rating_scale=(0.5, 5))

frame = pandas.DataFrame(learned, columns=["user", "item", "stars"])
train = surprise.Dataset.load_from_df(frame, reader).build_full_trainset()


def rmse(predict):
    return float(np.sqrt(np.mean([(predict(user, item) - stars) ** 2 for user, item, stars in held_out])))


best = {}
for factors in (3, 8, 16):
    for regularisation in (0.05, 0.08, 0.1, 0.15):
        for epochs in (40, 80, 120):
            model = surprise.SVD(n_factors=factors, n_epochs=epochs, reg_all=regularisation, lr_all=0.01, random_state=0)
            model.fit(train)
            error = rmse(lambda user, item: model.predict(user, item).est)
            if error < best.get(factors, {"rmse": math.inf})["rmse"]:
                best[factors] = {"rmse": error, "regularisation": regularisation, "epochs": epochs}
mean = frame["stars"].mean()
said = {"surprise": surprise.__version__, "mean_alone": rmse(lambda *_: mean), "first": rows[:3]}
print(json.dumps({**said, "best_by_factors": best}, indent=1))
