#!/usr/bin/env python3
"""Training rates of PyTorch on a card, on random data that lies there: the networks of mnist-mlp, mnist-cnn and
mnist-rows-lstm, float32, eager and compiled. For on_card.sh."""

import statistics
import time

import torch
from torch import nn
from torch.nn import functional

SAMPLES = 51_200


class Rows(nn.Module):
    """An image's rows as the steps of an LSTM."""

    def __init__(self):
        super().__init__()
        self.lstm, self.dense = nn.LSTM(28, 128, batch_first=True), nn.Linear(128, 10)

    def forward(self, x):
        return self.dense(self.lstm(x.view(-1, 28, 28))[0][:, -1])


NETWORKS = {
    "mlp": lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)),
    "cnn": lambda: nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(5408, 128), nn.ReLU(), nn.Linear(128, 10)
    ),
    "lstm": Rows,
}


def rate(name, batch, is_compiled):
    """Samples a second in the median of three rounds, after one to warm up."""
    torch.manual_seed(0)
    x = torch.rand(SAMPLES, 1, 28, 28, device="cuda")
    y = torch.randint(0, 10, (SAMPLES,), device="cuda")
    model = NETWORKS[name]().cuda()
    optimizer = torch.optim.Adam(model.parameters(), capturable=is_compiled)
    forward = torch.compile(model, mode="reduce-overhead") if is_compiled else model

    def epoch():
        for at in range(0, SAMPLES - batch + 1, batch):
            optimizer.zero_grad()
            functional.cross_entropy(forward(x[at : at + batch]), y[at : at + batch]).backward()
            optimizer.step()
        torch.cuda.synchronize()

    epoch()
    times = []
    for _ in range(3):
        since = time.perf_counter()
        epoch()
        times.append(time.perf_counter() - since)
    return SAMPLES // batch * batch / statistics.median(times)


# As Trainyard multiplies: whole single precision, no TF32.
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
print(f"PyTorch {torch.__version__} on {torch.cuda.get_device_name()}")
for is_compiled in [False, True]:
    for name in NETWORKS:
        for batch in [64, 1024]:
            how = "compiled" if is_compiled else "eager"
            try:
                print(f"{name}, batch {batch}, {how}: {rate(name, batch, is_compiled):.0f} samples/s", flush=True)
            except Exception as error:  # One network that this PyTorch cannot compile is no reason to stop.
                print(f"{name}, batch {batch}, {how}: {error}", flush=True)
