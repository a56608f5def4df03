"""Sounds of every kind that is read, and their samples by libsndfile: `tests/fixtures/sounds` and `soundfile_sounds.json`.

    python tests/reference/soundfile_sounds.py          # needs numpy, soundfile and imageio-ffmpeg
"""

import json
import pathlib
import struct
import subprocess

import imageio_ffmpeg
import numpy
import soundfile

HERE = pathlib.Path(__file__).parent
FOLDER = HERE.parent / "fixtures" / "sounds"
FOLDER.mkdir(exist_ok=True)
RATE = 8000
time = numpy.arange(RATE // 8 + 1) / RATE
# A tone that rises, fading in and out; on the right it is softer and an octave higher.
envelope = numpy.sin(numpy.pi * time / time[-1])
left = 0.8 * envelope * numpy.sin(2 * numpy.pi * (300 + 1200 * time) * time)
right = 0.4 * envelope * numpy.sin(2 * numpy.pi * (600 + 2400 * time) * time)
stereo = numpy.stack([left, right], axis=1)
cases = {}


def expect(name, samples, tolerance):
    """The samples of a file, its channels mixed: their number and each 40th."""
    mono = samples if samples.ndim == 1 else samples.mean(axis=1)
    cases[name] = {
        "samples": len(mono),
        "channels": 1 if samples.ndim == 1 else samples.shape[1],
        "every_40th": [round(float(x), 7) for x in mono[::40]],
        "tolerance": tolerance,
    }


def case(name, samples, tolerance=1e-6, **options):
    path = FOLDER / name
    soundfile.write(path, samples, RATE, **options)
    expect(name, soundfile.read(path)[0], tolerance)
    return path.read_bytes()


pcm16 = case("pcm_16.wav", left, subtype="PCM_16")
case("pcm_8.wav", left, subtype="PCM_U8")
case("pcm_24.wav", stereo, subtype="PCM_24")
case("pcm_32.wav", left, subtype="PCM_32")
case("float_32.wav", stereo, subtype="FLOAT")
case("float_64.wav", left, subtype="DOUBLE")
case("mu_law.wav", left, subtype="ULAW")
case("a_law.wav", stereo, subtype="ALAW")
case("extensible.wav", stereo, format="WAVEX", subtype="PCM_16")
case("extensible_float.wav", left, format="WAVEX", subtype="FLOAT")
case("rf64.wav", left, format="RF64", subtype="PCM_16")
case("flac_16.flac", stereo, subtype="PCM_16")
case("flac_24.flac", left, subtype="PCM_24")
case("vorbis.ogg", stereo, tolerance=2e-3, subtype="VORBIS")
case("layer_3.mp3", stereo, tolerance=2e-3, subtype="MPEG_LAYER_III")


def chunk(name, content):
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def riff(*chunks, size=None, data_size=None):
    body = b"WAVE" + b"".join(chunks)
    if data_size is not None:
        place = body.index(b"data") + 4
        body = body[:place] + struct.pack("<I", data_size) + body[place + 4 :]
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def plain_format(bits, container, kind=1, channels=1):
    block = container // 8 * channels
    return chunk(b"fmt ", struct.pack("<HHIIHH", kind, channels, RATE, RATE * block, block, bits))


def written(name, content, samples, tolerance=1e-6):
    (FOLDER / name).write_bytes(content)
    expect(name, samples, tolerance)


# What the samples are, by arithmetic: a whole number over the largest of its kind.
whole16 = numpy.round(left * 32_767).astype("<i2")
data = chunk(b"data", whole16.tobytes())
as16 = whole16 / 32_768
# ffmpeg into a pipe cannot go back to write the sizes.
pipe = subprocess.run(
    [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", FOLDER / "pcm_16.wav", "-f", "wav", "-"],
    stdout=subprocess.PIPE,
    check=True,
).stdout
assert struct.unpack("<I", pipe[4:8])[0] == 0xFFFFFFFF
written("ffmpeg_pipe.wav", pipe, soundfile.read(FOLDER / "pcm_16.wav")[0])
# As SoX and GStreamer write into pipes.
written("sox_pipe.wav", riff(plain_format(16, 16), data, size=0x7FFFF024, data_size=0x7FFFF000), as16)
written("zero_sizes.wav", riff(plain_format(16, 16), data, size=0, data_size=0), as16)
# Chunks of odd lengths before and behind the sound, whose own length is odd as well.
whole8 = (numpy.round(left * 127) + 128).astype("u1")
assert len(whole8) % 2 == 1
odd = [chunk(b"LIST", b"INFOISFT\x05\0\0\0abcde"), chunk(b"junk", b"odd")]
odd = riff(odd[1], plain_format(8, 8), odd[0], chunk(b"data", whole8.tobytes()), odd[1])
written("odd_chunks.wav", odd, (whole8.astype(float) - 128) / 128)
# 24 bits in the upper three bytes of four, told by the format's extension and without it.
whole24 = numpy.round(left * 8_388_607).astype("<i4")
upper = chunk(b"data", (whole24 << 8).astype("<i4").tobytes())
guid = struct.pack("<H", 1) + bytes.fromhex("000000001000800000aa00389b71")
extension = struct.pack("<HHIIHHHHI", 0xFFFE, 1, RATE, RATE * 4, 4, 32, 22, 24, 4) + guid
written("pcm_24_in_32.wav", riff(chunk(b"fmt ", extension), upper), whole24 / 8_388_608)
written("pcm_24_in_4_bytes.wav", riff(plain_format(24, 32), upper), whole24 / 8_388_608)

(HERE / "soundfile_sounds.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
