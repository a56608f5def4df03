"""NumPy's own files, for tests/own_data: bytes of images and their classes, as arrays and as an archive.

    python tests/reference/numpy_arrays.py          # needs numpy
"""

import pathlib

import numpy

HERE = pathlib.Path(__file__).parent
random = numpy.random.default_rng(0)
classes = numpy.arange(80) % 2
# Class 1 is bright at the top, class 0 at the bottom.
images = random.integers(0, 60, (80, 4, 3))
images[classes == 1, :2] += 180
images[classes == 0, 2:] += 180
numpy.save(HERE / "numpy_x.npy", (images / 255).astype(numpy.float32))
numpy.save(HERE / "numpy_y.npy", classes)
numpy.savez_compressed(HERE / "numpy_xy.npz", x=images.astype(numpy.uint8), y=classes.astype(numpy.int32))
