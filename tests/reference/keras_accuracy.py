"""Trains the convolutional and recurrent presets in Keras on the same data with the same settings, and prints what each
reaches on the test set; the README's table has these beside ours.

usage: python tests/reference/keras_accuracy.py [PRESET…]   (needs keras on TensorFlow and zstandard; tried with Keras 3 on
TensorFlow 2.21)

The same are layers, loss, optimizer, schedule, gradient clipping, epochs, batch size, and how many samples are held out.
Other are the random numbers: initial weights, order, dropout, augmentation, and which samples are held out.
"""

import math
import pathlib
import sys
import time

import keras
import numpy as np
import zstandard
from keras import layers as L

DATA = pathlib.Path(__file__).parents[2] / "assets" / "data"


def unpack(name):
    return zstandard.ZstdDecompressor(max_window_size=2**31).decompressobj().decompress((DATA / f"{name}.zst").read_bytes())


def mnist():
    images = lambda part: np.frombuffer(unpack(f"mnist/{part}-images-idx3-ubyte"), np.uint8, offset=16)
    labels = lambda part: np.frombuffer(unpack(f"mnist/{part}-labels-idx1-ubyte"), np.uint8, offset=8)
    scaled = lambda part: images(part).reshape(-1, 28, 28, 1).astype("float32") / 255
    one_hot = lambda part: keras.utils.to_categorical(labels(part), 10)
    return (scaled("train"), one_hot("train")), (scaled("t10k"), one_hot("t10k"))


class PerStep(keras.callbacks.Callback):
    """Sets the learning rate before each step."""

    def __init__(self, rate, total):
        super().__init__()
        self.rate, self.total, self.done = rate, total, 0

    def on_train_batch_begin(self, batch, logs=None):
        self.model.optimizer.learning_rate.assign(self.rate(self.done, self.total))
        self.done += 1


def cosine(base, warmup=0):
    def rate(done, total):
        if done < warmup:
            return base * (done + 1) / warmup
        return base * 0.5 * (1 + math.cos(math.pi * (done - warmup) / (total - warmup)))
    return rate


def one_cycle(base, rise=0.3, start_divisor=25.0, final_divisor=1e4):
    half_cosine = lambda start, end, along: end + (start - end) / 2 * (1 + math.cos(math.pi * min(max(along, 0), 1)))

    def rate(done, total):
        peak, last = rise * total - 1, total - 1
        if done <= peak:
            return half_cosine(base / start_divisor, base, done / peak)
        return half_cosine(base, base / start_divisor / final_divisor, (done - peak) / (last - peak))
    return rate


def train(name, net, train, test, held_out, epochs, batch, rate, clip=None, loss="categorical_crossentropy"):
    model = keras.Sequential(net)
    model.compile(keras.optimizers.Adam(1e-3, global_clipnorm=clip), loss, metrics=["accuracy"])
    (x, y), count = train, round(len(train[0]) * (1 - held_out))
    steps = epochs * math.ceil(count / batch)
    start = time.time()
    model.fit(x[:count], y[:count], batch, epochs, verbose=0, callbacks=[PerStep(rate, steps)])
    seconds = time.time() - start
    loss, accuracy = model.evaluate(*test, batch_size=500, verbose=0)
    print(f"{name}: test accuracy {accuracy:.4f}, loss {loss:.4f}, {epochs} epochs in {seconds:.0f} s", flush=True)


def mnist_cnn():
    net = [L.Input((28, 28, 1)), L.Conv2D(32, 3, activation="relu"), L.MaxPooling2D(2), L.Flatten(),
           L.Dense(128, activation="relu"), L.Dense(10, activation="softmax")]
    train("mnist-cnn", net, *mnist(), 0.1, 5, 64, lambda *_: 0.001)


def mnist_lenet():
    block = lambda filters: [L.Conv2D(filters, 3, activation="relu"), L.BatchNormalization(momentum=0.9)]
    net = [L.Input((28, 28, 1)),
           L.RandomTranslation(2 / 28, 2 / 28, fill_mode="constant"), L.RandomRotation(10 / 360, fill_mode="constant"),
           L.RandomZoom((-0.1, 0.1), fill_mode="constant"),
           *block(32), *block(32), L.MaxPooling2D(2), *block(64), *block(64), L.MaxPooling2D(2), L.Flatten(),
           L.Dense(128, activation="relu"), L.Dropout(0.4), L.Dense(10, activation="softmax")]
    train("mnist-lenet", net, *mnist(), 0.05, 8, 128, one_cycle(0.003))


def mnist_rows(name, recurrent, base):
    net = [L.Input((28, 28, 1)), L.Reshape((28, 28)), recurrent(128), L.Dense(10, activation="softmax")]
    train(name, net, *mnist(), 0.1, 6, 64, cosine(base), clip=1.0)


def word_language():
    lines = [line.split("\t") for line in unpack("words/words.txt").decode().splitlines()]
    languages = sorted({language for language, _ in lines})
    letters = sorted({letter for _, word in lines for letter in word})
    x = np.zeros((len(lines), 16), np.int32)
    for row, (_, word) in zip(x, lines):
        row[16 - len(word):] = [1 + letters.index(letter) for letter in word]
    y = keras.utils.to_categorical([languages.index(language) for language, _ in lines])
    order = np.random.default_rng(42).permutation(len(x))
    x, y, count = x[order], y[order], round(0.8 * len(x))
    net = [L.Input((16,)), L.Embedding(64, 32), L.Bidirectional(L.LSTM(96)), L.Dropout(0.3), L.Dense(6, activation="softmax")]
    train("word-language", net, (x[:count], y[:count]), (x[count:], y[count:]), 0.05, 10, 128, cosine(0.003), clip=1.0)


PRESETS = {
    "mnist-cnn": mnist_cnn,
    "mnist-lenet": mnist_lenet,
    "mnist-rows-rnn": lambda: mnist_rows("mnist-rows-rnn", L.SimpleRNN, 0.001),
    "mnist-rows-lstm": lambda: mnist_rows("mnist-rows-lstm", L.LSTM, 0.002),
    "word-language": word_language,
}

if __name__ == "__main__":
    for chosen in sys.argv[1:] or PRESETS:
        keras.utils.set_random_seed(42)
        PRESETS[chosen]()
