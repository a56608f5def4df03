"""Writes torch_sequences.json: what PyTorch computes for our layers over sequences.

usage: python tests/reference/torch_sequences.py   (needs torch and numpy; tried with torch 2.9.1)

Same form and reader as torch_values.json. PyTorch's recurrent layers have their weights transposed, two biases where
ours have one (GRU apart, whose second one stands before the reset gate), and GRU's gates in the order r, z, n.
"""

import torch
from torch_values import HERE, layer_case, write

KINDS = {
    "SimpleRNN": (torch.nn.RNN, 1, [0]),
    "LSTM": (torch.nn.LSTM, 4, [0, 1, 2, 3]),
    "GRU": (torch.nn.GRU, 3, [1, 0, 2]),
}


def weights(path, kind, features, units):
    gates = KINDS[kind][1]
    bias = (2, gates * units) if kind == "GRU" else (gates * units,)
    return {path + "kernel": (features, gates * units), path + "recurrent_kernel": (units, gates * units),
            path + "bias": bias}


def in_torch_order(matrix, kind):
    """The gates along the last axis, in PyTorch's order, as rows."""
    _, gates, order = KINDS[kind]
    parts = matrix.chunk(gates, -1)
    return torch.cat([parts[gate] for gate in order], -1).transpose(0, -1)


def run(x, p, kind, paths, **options):
    """All states and the last one, `[batch, steps, n]` and `[batch, n]`; one path for each direction."""
    units = p[paths[0] + "recurrent_kernel"].shape[0]
    layer = KINDS[kind][0](x.shape[-1], units, batch_first=True, bidirectional=len(paths) == 2, **options)
    given = {}
    for path, suffix in zip(paths, ("", "_reverse")):
        bias = p[path + "bias"]
        first, second = bias if kind == "GRU" else (bias, torch.zeros_like(bias))
        given |= {
            "weight_ih_l0" + suffix: in_torch_order(p[path + "kernel"], kind),
            "weight_hh_l0" + suffix: in_torch_order(p[path + "recurrent_kernel"], kind),
            "bias_ih_l0" + suffix: in_torch_order(first, kind),
            "bias_hh_l0" + suffix: in_torch_order(second, kind),
        }
    states, last = torch.func.functional_call(layer, given, (x,))
    last = last[0] if isinstance(last, tuple) else last
    return states, torch.cat(list(last), -1)


def recurrent():
    cases = []
    for kind, name in [("SimpleRNN", "simple_rnn"), ("LSTM", "lstm"), ("GRU", "gru")]:
        for batch, steps, features, units in [(3, 5, 4, 6), (1, 1, 1, 1), (17, 2, 2, 17)]:
            size = f"{kind}, batch {batch}, {steps} steps, {units} units"
            path = name + "/"
            shape, given = (batch, steps, features), weights(path, kind, features, units)
            cases.append(layer_case(
                f"{size}, all states", f"[{kind}(units: {units}, return_sequences: true)]", shape, given,
                lambda x, p, k=kind, w=path: run(x, p, k, [w])[0]))
            if units < 10:
                cases.append(layer_case(size, f"[{kind}(units: {units})]", shape, given,
                                        lambda x, p, k=kind, w=path: run(x, p, k, [w])[1]))
        cases.append(layer_case(
            f"{kind} backwards", f"[{kind}(units: 3, return_sequences: true, go_backwards: true)]", (2, 4, 2),
            weights(path, kind, 2, 3), lambda x, p, k=kind, w=path: run(x.flip(1), p, k, [w])[0]))
        both = [f"bidirectional/{way}_{name}/" for way in ("forward", "backward")]
        given = weights(both[0], kind, 3, 4) | weights(both[1], kind, 3, 4)
        for is_last, returned in [(0, "true"), (1, "false")]:
            cases.append(layer_case(
                f"Bidirectional {kind}, return_sequences: {returned}",
                f"[Bidirectional({kind}(units: 4, return_sequences: {returned}))]", (2, 5, 3), given,
                lambda x, p, k=kind, w=both, i=is_last: run(x, p, k, w)[i]))
    cases.append(layer_case(
        "SimpleRNN with relu", "[SimpleRNN(units: 5, activation: relu)]", (3, 4, 2), weights("simple_rnn/", "SimpleRNN", 2, 5),
        lambda x, p: run(x, p, "SimpleRNN", ["simple_rnn/"], nonlinearity="relu")[1]))
    cases.append(layer_case(
        "two LSTM layers and a dense one",
        "[LSTM(units: 6, return_sequences: true), LSTM(units: 5), Dense(units: 3, activation: tanh)]", (4, 6, 3),
        weights("lstm/", "LSTM", 3, 6) | weights("lstm_1/", "LSTM", 6, 5) | {"dense/kernel": (5, 3), "dense/bias": (3,)},
        lambda x, p: torch.tanh(
            run(run(x, p, "LSTM", ["lstm/"])[0], p, "LSTM", ["lstm_1/"])[1] @ p["dense/kernel"] + p["dense/bias"])))
    return cases


if __name__ == "__main__":
    write(HERE / "torch_sequences.json", {"layers": recurrent()})
