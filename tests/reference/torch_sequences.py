"""Writes torch_sequences.json: what PyTorch computes for our layers over sequences.

usage: python tests/reference/torch_sequences.py   (needs torch and numpy; tried with torch 2.9.1)

Same form and reader as torch_values.json. PyTorch's recurrent layers have their weights transposed, two biases where
ours have one (GRU apart, whose second one stands before the reset gate), and GRU's gates in the order r, z, n.
"""

import torch
import torch.nn.functional as F
from torch_values import HERE, array, layer_case, write

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


def token_case(name, layers, tokens, parameters, function):
    """A case whose input is token numbers, which have no gradient."""
    case = layer_case(name, layers, (1, 1), parameters, lambda x, p: function(torch.tensor(tokens), p) + 0 * x.sum())
    return case | {"input": array(torch.tensor(tokens, dtype=torch.float64)), "input_gradient": []}


def embeddings():
    table = {"embedding/embeddings": (7, 3)}
    return [
        token_case("embedding", "[Embedding(input_dim: 7, output_dim: 3)]", [[0, 6, 2, 2], [5, 2, 0, 6], [1, 1, 1, 1]],
                   table, lambda x, p: F.embedding(x, p["embedding/embeddings"])),
        token_case("embedding of one token", "[Embedding(input_dim: 1, output_dim: 5)]", [[0]],
                   {"embedding/embeddings": (1, 5)}, lambda x, p: F.embedding(x, p["embedding/embeddings"])),
        token_case("embedding, positions, a dense layer",
                   "[Embedding(input_dim: 7, output_dim: 3), PositionEmbedding, Dense(units: 2)]", [[3, 1], [1, 6], [0, 3]],
                   table | {"position_embedding/embeddings": (2, 3), "dense/kernel": (3, 2), "dense/bias": (2,)},
                   lambda x, p: (F.embedding(x, p["embedding/embeddings"]) + p["position_embedding/embeddings"])
                   @ p["dense/kernel"] + p["dense/bias"]),
        layer_case("positions", "[PositionEmbedding]", (3, 5, 4), {"position_embedding/embeddings": (5, 4)},
                   lambda x, p: x + p["position_embedding/embeddings"]),
        layer_case("mean over steps", "[GlobalAveragePooling1D]", (3, 5, 4), {}, lambda x, p: x.mean(1)),
        layer_case("mean over one step", "[GlobalAveragePooling1D]", (1, 1, 2), {}, lambda x, p: x.mean(1)),
    ]


def norm(x, p, path="layer_normalization/", epsilon=1e-3):
    return F.layer_norm(x, x.shape[-1:], p[path + "gamma"], p[path + "beta"], epsilon)


def normalizations():
    cases = []
    for shape in [(3, 7), (2, 4, 33), (1, 1, 5), (2, 2, 3, 5)]:
        cases.append(layer_case(
            f"layer normalization of {list(shape)}", "[LayerNormalization()]", shape,
            {"layer_normalization/gamma": shape[-1:], "layer_normalization/beta": shape[-1:]}, norm))
    cases.append(layer_case(
        "layer normalization with another epsilon", "[LayerNormalization(epsilon: 0.1)]", (4, 6),
        {"layer_normalization/gamma": (6,), "layer_normalization/beta": (6,)}, lambda x, p: norm(x, p, epsilon=0.1)))
    return cases


def attention_weights(path, features, heads, width):
    given = {}
    for name in ("query", "key", "value"):
        given |= {f"{path}{name}/kernel": (features, heads, width), f"{path}{name}/bias": (heads, width)}
    return given | {f"{path}attention_output/kernel": (heads, width, features), f"{path}attention_output/bias": (features,)}


def attend(x, p, path="multi_head_attention/", causal=False):
    def project(name):
        kernel = p[f"{path}{name}/kernel"]
        return torch.einsum("bsf,fhw->bhsw", x, kernel) + p[f"{path}{name}/bias"][:, None]
    heads = F.scaled_dot_product_attention(project("query"), project("key"), project("value"), is_causal=causal)
    output = torch.einsum("bhsw,hwf->bsf", heads, p[f"{path}attention_output/kernel"])
    return output + p[f"{path}attention_output/bias"]


def torch_encoder(x, p, path, heads, ff, causal):
    """PyTorch's own encoder layer with our weights; it has heads of features / heads numbers."""
    features = x.shape[-1]
    layer = torch.nn.TransformerEncoderLayer(
        features, heads, ff, dropout=0.0, activation="gelu", layer_norm_eps=1e-3, batch_first=True, norm_first=True)
    first, second = path + "residual/", path + "residual_1/"
    attention = first + "multi_head_attention/"
    names = ("query", "key", "value")
    given = {
        "self_attn.in_proj_weight": torch.cat([p[f"{attention}{n}/kernel"].reshape(features, -1).T for n in names]),
        "self_attn.in_proj_bias": torch.cat([p[f"{attention}{n}/bias"].reshape(-1) for n in names]),
        "self_attn.out_proj.weight": p[attention + "attention_output/kernel"].reshape(-1, features).T,
        "self_attn.out_proj.bias": p[attention + "attention_output/bias"],
        "norm1.weight": p[first + "layer_normalization/gamma"], "norm1.bias": p[first + "layer_normalization/beta"],
        "norm2.weight": p[second + "layer_normalization/gamma"], "norm2.bias": p[second + "layer_normalization/beta"],
        "linear1.weight": p[second + "dense/kernel"].T, "linear1.bias": p[second + "dense/bias"],
        "linear2.weight": p[second + "dense_1/kernel"].T, "linear2.bias": p[second + "dense_1/bias"],
    }
    mask = torch.nn.Transformer.generate_square_subsequent_mask(x.shape[1]) if causal else None
    return torch.func.functional_call(layer, given, (x,), {"src_mask": mask, "is_causal": causal})


def attentions():
    cases = []
    for batch, steps, features, heads, width in [(2, 5, 6, 3, 2), (1, 1, 1, 1, 1), (3, 4, 5, 2, 7), (1, 19, 4, 1, 3)]:
        for causal in (False, True):
            text = str(causal).lower()
            cases.append(layer_case(
                f"attention, batch {batch}, {steps} steps, {heads} heads, causal: {text}",
                f"[MultiHeadAttention(num_heads: {heads}, key_dim: {width}, causal: {text})]", (batch, steps, features),
                attention_weights("multi_head_attention/", features, heads, width),
                lambda x, p, c=causal: attend(x, p, causal=c)))
    cases.append(layer_case(
        "residual", "[Residual(layers: [LayerNormalization(), Dense(units: 4, activation: tanh), Residual(layers: "
        "[Dense(units: 4)])])]", (3, 4),
        {"residual/layer_normalization/gamma": (4,), "residual/layer_normalization/beta": (4,), "residual/dense/kernel": (4, 4),
         "residual/dense/bias": (4,), "residual/residual/dense/kernel": (4, 4), "residual/residual/dense/bias": (4,)},
        lambda x, p: x + (lambda y: y + y @ p["residual/residual/dense/kernel"] + p["residual/residual/dense/bias"])(
            torch.tanh(norm(x, p, "residual/layer_normalization/") @ p["residual/dense/kernel"] + p["residual/dense/bias"]))))
    for heads, ff, causal in [(2, 7, False), (3, 5, True)]:
        features, text = 6, str(causal).lower()
        path = "transformer_encoder/"
        first, second = path + "residual/", path + "residual_1/"
        given = attention_weights(first + "multi_head_attention/", features, heads, features // heads) | {
            f"{block}layer_normalization/{leaf}": (features,) for block in (first, second) for leaf in ("gamma", "beta")}
        given |= {second + "dense/kernel": (features, ff), second + "dense/bias": (ff,),
                  second + "dense_1/kernel": (ff, features), second + "dense_1/bias": (features,)}
        cases.append(layer_case(
            f"PyTorch's encoder layer, {heads} heads, causal: {text}",
            f"[TransformerEncoder(num_heads: {heads}, key_dim: {features // heads}, ff_dim: {ff}, causal: {text})]",
            (2, 4, features), given,
            lambda x, p, h=heads, f=ff, c=causal: torch_encoder(x, p, "transformer_encoder/", h, f, c)))
    return cases


if __name__ == "__main__":
    write(HERE / "torch_sequences.json", {"layers": recurrent() + embeddings() + normalizations() + attentions()})
