"""Loads safetensors files with PyTorch and prints names, shapes and the bits of every number as JSON."""

import json
import sys

import torch
from safetensors.torch import load_file

found = {}
for path in sys.argv[1:]:
    for name, tensor in load_file(path).items():
        assert tensor.dtype == torch.float32, (name, tensor.dtype)
        bits = tensor.contiguous().view(-1).view(torch.int32) if tensor.numel() else torch.zeros(0, dtype=torch.int32)
        found[name] = {"shape": list(tensor.shape), "bits": [b & 0xFFFFFFFF for b in bits.tolist()]}
print(json.dumps(found))
