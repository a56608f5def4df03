#!/usr/bin/env bash
# Makes a Python environment for `cargo test --test python -- --ignored` in the folder given:
#     tests/python/set_up.sh ~/trainyard-python
#     TRAINYARD_PYTHON=~/trainyard-python/bin/python cargo test --test python -- --ignored
set -euo pipefail
python3 -m venv "$1"
"$1/bin/pip" install --quiet --upgrade pip
"$1/bin/pip" install --quiet "torch>=2.5" tensorboard safetensors numpy pillow setuptools onnx onnxruntime
