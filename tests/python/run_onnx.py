"""Runs ONNX models in onnxruntime: for each FOLDER given, model.onnx on input.f32 (shape in input.json) to output.f32."""

import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime

for folder in map(pathlib.Path, sys.argv[1:]):
    onnx.checker.check_model(onnx.load(folder / "model.onnx"), full_check=True)
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    shape = json.loads((folder / "input.json").read_text())
    inputs = numpy.fromfile(folder / "input.f32", dtype="<f4").reshape(shape)
    (outputs,) = session.run(None, {session.get_inputs()[0].name: inputs})
    outputs.astype("<f4").tofile(folder / "output.f32")
print(json.dumps({"version": onnxruntime.__version__}))
