"""Loads safetensors files and prints names, shapes and the bits of every number as JSON.

With PyTorch where it is there (`safetensors.torch.load_file`), else with NumPy."""

import json
import sys

try:
    import torch
    from safetensors.torch import load_file
except ImportError:
    torch = None
    from safetensors.numpy import load_file

found = {}
for path in sys.argv[1:]:
    for name, tensor in load_file(path).items():
        if torch:
            assert tensor.dtype == torch.float32, (name, tensor.dtype)
            tensor = tensor.contiguous().numpy()
        assert tensor.dtype.str == "<f4", (name, tensor.dtype)
        found[name] = {"shape": list(tensor.shape), "bits": tensor.reshape(-1).view("<u4").tolist()}
print("weights read with", "PyTorch" if torch else "NumPy (PyTorch is not installed)", file=sys.stderr)
print(json.dumps(found))
