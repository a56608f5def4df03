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
    event = events.Images(tag)[-1]
    image = Image.open(io.BytesIO(event.encoded_image_string))
    found["images"][tag] = {"size": [event.width, event.height], "pixels": list(image.convert("L").tobytes())}
print(json.dumps(found))
