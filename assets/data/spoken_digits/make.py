"""Lets espeak-ng speak the digits in many voices: writes `index.csv` (one clip a line) and `clips.ima` (their samples, one clip
after another: 8 kHz, mono, IMA ADPCM of 4 bits, high nibble first, each clip from the coder's initial state).

    apt-get install espeak-ng     # 1.51 was used
    python3 make.py               # Python 3.11 or 3.12 (audioop), numpy, scipy
    zstd --ultra -22 index.csv clips.ima && md5sum index.csv clips.ima
"""

import audioop
import io
import random
import re
import subprocess
import wave

import numpy
from scipy.signal import resample_poly

DIGITS = "zero one two three four five six seven eight nine".split()
ACCENTS = ["en-gb", "en-us", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-rp", "en-gb-x-gbcwmd", "en-029", "en-us-nyc"]
# Whispers, machines and effects, in which some digits cannot be told apart by ear.
LEFT_OUT = {"whisper", "whisperf", "fast", "announcer", "UniRobot", "anikaRobot", "Demonic", "Mr", "Tweaky"}
RATE = 8000
TAKES = 2
TEST_SHARE = 0.2


def voices():
    listing = subprocess.run(["espeak-ng", "--voices=variant"], capture_output=True, text=True, check=True).stdout
    found = {match.removeprefix("!v/") for match in re.findall(r"!v/\S+", listing)}
    return sorted(voice for voice in found - LEFT_OUT if not voice.startswith("robosoft"))


def test_voices(voices):
    """A fifth of the voices, whole families of them (`steph`, `steph2`, `steph3`), so that no test voice has a sister in
    training."""
    families = sorted({voice.rstrip("0123456789") for voice in voices})
    random.Random(8).shuffle(families)  # a seed with men, women and old people on both sides
    chosen = []
    for family in families:
        if len(chosen) < TEST_SHARE * len(voices):
            chosen += [voice for voice in voices if voice.rstrip("0123456789") == family]
    return set(chosen)


def speak(word, accent, voice, speed, pitch):
    command = ["espeak-ng", "-v", f"{accent}+{voice}", "-s", str(speed), "-p", str(pitch), "--stdout", word]
    with wave.open(io.BytesIO(subprocess.run(command, capture_output=True, check=True).stdout)) as file:
        samples = numpy.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
        return resample_poly(samples, RATE, file.getframerate()) / 32768


def trimmed(clip):
    """Without the silence around it, its loudest sample at 0.9."""
    clip = clip * 0.9 / numpy.abs(clip).max()
    loud = numpy.flatnonzero(numpy.abs(clip) > 0.02)
    return clip[max(loud[0] - 80, 0) : loud[-1] + 160]


chance = random.Random(1)
held_out = test_voices(voices())
with open("index.csv", "w", newline="\n") as index, open("clips.ima", "wb") as clips:
    print("speaker,part,digit,accent,speed,pitch,samples", file=index)
    for voice in voices():
        for take in range(TAKES):
            accent = chance.choice(ACCENTS)
            for digit, word in enumerate(DIGITS):
                speed, pitch = chance.randint(130, 230), chance.randint(25, 75)
                clip = trimmed(speak(word, accent, voice, speed, pitch))
                clip = clip[: len(clip) // 2 * 2]
                pcm = numpy.round(clip * 32767).astype("<i2").tobytes()
                coded, _ = audioop.lin2adpcm(pcm, 2, None)
                clips.write(coded)
                part = "test" if voice in held_out else "train"
                print(voice, part, digit, accent, speed, pitch, len(clip), sep=",", file=index)
