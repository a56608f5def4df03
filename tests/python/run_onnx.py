"""Runs ONNX models in onnxruntime: for each FOLDER given, model.onnx on input.f32 (shape in input.json) to output.f32 and,
without loss, output.f64.
Inputs in double precision are in input.f64, where the model takes such. Where the model has an input for each column of a
table, inputs.json has the cells of each by the column's name."""

import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime

for folder in map(pathlib.Path, sys.argv[1:]):
    onnx.checker.check_model(onnx.load(folder / "model.onnx"), full_check=True)
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    if (folder / "inputs.json").exists():
        types = {"tensor(string)": object, "tensor(float)": "f4", "tensor(double)": "f8"}
        cells = json.loads((folder / "inputs.json").read_text())
        columns = {
            port.name: numpy.array(cells[port.name], dtype=types[port.type]).reshape(-1, 1)
            for port in session.get_inputs()
        }
        (outputs,) = session.run(None, columns)
        outputs.astype("<f4").tofile(folder / "output.f32")
        continue
    shape = json.loads((folder / "input.json").read_text())
    port = session.get_inputs()[0]
    inputs = numpy.fromfile(folder / "input.f32", dtype="<f4").reshape(shape)
    if (folder / "input.f64").exists():
        assert port.type == "tensor(double)", port.type
        inputs = numpy.fromfile(folder / "input.f64", dtype="<f8").reshape(shape)
    (outputs,) = session.run(None, {port.name: inputs})
    outputs.astype("<f4").tofile(folder / "output.f32")
    # As they came, whatever their precision.
    outputs.astype("<f8").tofile(folder / "output.f64")
metadata = dict(session.get_modelmeta().custom_metadata_map)
print(json.dumps({"version": onnxruntime.__version__, "metadata": metadata}))
