"""Writes numpy_log_mel.json: a log-mel spectrogram of 1,000 samples at 8 kHz, by numpy's FFT. Frames of 256 samples under
scipy's periodic Hann window, every 128; 40 triangles on HTK's mel scale from 0 to 4000 Hz; ln(power + 1e-6)."""

import json

import numpy as np
from scipy.signal import get_window

RATE, FRAME, HOP, MELS, FRAMES = 8000, 256, 128, 40, 7

generator = np.random.default_rng(1)
t = np.arange(1000) / RATE
samples = (0.4 * np.sin(2 * np.pi * (300 + 9000 * t) * t) + 0.05 * generator.standard_normal(1000)).astype(np.float32)
samples = np.round(samples, 4)

mel = lambda f: 2595 * np.log10(1 + f / 700)
edges = 700 * (10 ** (np.linspace(0, mel(RATE / 2), MELS + 2) / 2595) - 1)
bins = np.fft.rfftfreq(FRAME, 1 / RATE)
left, centre, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
filters = np.maximum(0, np.minimum((bins - left) / (centre - left), (right - bins) / (right - centre)))

padded = np.concatenate([samples, np.zeros(FRAME * FRAMES)])
frames = np.stack([padded[i * HOP : i * HOP + FRAME] for i in range(FRAMES)]) * get_window("hann", FRAME)
power = np.abs(np.fft.rfft(frames)) ** 2
log_mel = np.log(power @ filters.T + 1e-6)
json.dump(
    {"samples": [round(float(x), 4) for x in samples], "log_mel": [round(float(x), 5) for x in log_mel.ravel()]},
    open("numpy_log_mel.json", "w"),
)
