"""Writes fastai_suggestions.json: what fastai's `valley` suggests for curves of smoothed losses.

    python -m venv venv && venv/bin/pip install fastai
    venv/bin/python fastai_suggestions.py > fastai_suggestions.json
"""

import json
import math
import random

from fastai.callback.schedule import valley


def smoothed(losses, beta=0.98):
    mean, out = 0.0, []
    for count, loss in enumerate(losses, 1):
        mean = beta * mean + (1 - beta) * loss
        out.append(mean / (1 - beta**count))
    return out


def curve(steps, fall, rise, noise, seed):
    """A loss that is level, falls around the share `fall` of the steps, and rises from `rise` on."""
    draw = random.Random(seed)
    for step in range(steps):
        at = step / steps
        loss = 2.3 - 2.0 / (1 + math.exp(-20 * (at - fall))) + math.exp(30 * (at - rise))
        yield loss + draw.gauss(0, noise)


cases = []
for steps, fall, rise, noise in [(100, 0.5, 0.9, 0.02), (100, 0.6, 0.8, 0.1), (100, 0.3, 0.95, 0.0), (60, 0.5, 0.85, 0.05), (200, 0.7, 0.9, 0.2)]:
    losses = [round(loss, 6) for loss in smoothed(curve(steps, fall, rise, noise, len(cases)))]
    best, end = math.inf, len(losses)
    for step, loss in enumerate(losses):
        best = min(best, loss)
        if loss > 4 * best:
            end = step + 1
            break
    losses = losses[:end]
    first = steps // 10
    chosen = list(range(len(losses)))[first:-5]
    step, _ = valley(chosen, losses[first:-5], steps)
    cases.append({"steps": steps, "losses": losses, "suggested_step": int(step)})
print(json.dumps(cases))
