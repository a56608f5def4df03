#!/usr/bin/env bash
# Makes a Python environment for `cargo test --test python -- --ignored` in the folder given:
#     tests/python/set_up.sh ~/trainyard-python
#     TRAINYARD_PYTHON=~/trainyard-python/bin/python cargo test --test python -- --ignored
# With --small before the folder it leaves out PyTorch, which is several gigabytes: weights are then read by safetensors
# and NumPy alone.
set -euo pipefail
packages=(tensorboard safetensors numpy pillow setuptools onnx onnxruntime)
if [ "$1" = --small ]; then shift; else packages+=("torch>=2.5"); fi
python3 -m venv "$1"
"$1/bin/python" -m pip install --quiet --disable-pip-version-check --retries 1 --timeout 15 "${packages[@]}"
