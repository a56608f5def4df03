"""Reads the event files of a folder with TensorBoard's own reader and prints what it found as JSON."""

import io
import json
import sys

from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "histograms": 0, "images": 0, "tensors": 0})
events.Reload()
tags = events.Tags()
found = {"scalars": {}, "histograms": {}, "images": {}}
for tag in tags["scalars"]:
    found["scalars"][tag] = [[event.step, event.value] for event in events.Scalars(tag)]
for tag in tags["histograms"]:
    value = events.Histograms(tag)[-1].histogram_value
    found["histograms"][tag] = {
        "min": value.min, "max": value.max, "num": value.num, "sum": value.sum, "squares": value.sum_squares,
        "counted": sum(value.bucket), "last_limit": value.bucket_limit[-1], "buckets": len(value.bucket),
    }
for tag in tags["images"]:
    all_of_tag = events.Images(tag)
    event = all_of_tag[-1]
    image = Image.open(io.BytesIO(event.encoded_image_string))
    assert image.size == (event.width, event.height), (tag, image.size)
    found["images"][tag] = {
        "steps": [event.step for event in all_of_tag], "size": [event.width, event.height], "mode": image.mode,
        "pixels": list(image.convert("L").tobytes()),
    }
print(json.dumps(found))
