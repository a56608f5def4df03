"""Images of every kind that is read, and their pixels by Pillow: `tests/fixtures/images` and `pillow_images.json`.

    python tests/reference/pillow_images.py          # needs pillow and numpy
"""

import json
import pathlib

import numpy
from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).parent
FOLDER = HERE.parent / "fixtures" / "images"
FOLDER.mkdir(exist_ok=True)
HEIGHT, WIDTH = 8, 16
ORIENTATION = 274

rows, columns = numpy.mgrid[:HEIGHT, :WIDTH]
# Smooth, so that what a JPEG changes is little, and the same in no two corners.
colours = numpy.stack([columns * 16, rows * 30, 255 - columns * 8 - rows * 12], axis=2).astype(numpy.uint8)
rgb = Image.fromarray(colours)
opaque = Image.fromarray((255 - columns * 12).astype(numpy.uint8))
rgba = rgb.copy()
rgba.putalpha(opaque)
grey16 = (columns * 4000 + rows * 600).astype(numpy.uint16)
cases = {}


def case(name, image, tolerance=0, expected=None, **options):
    """Saves an image; `tolerance` is how far another decoder may be from Pillow's."""
    path = FOLDER / name
    image.save(path, **options)
    if expected is None:
        with Image.open(path) as read:
            upright = ImageOps.exif_transpose(read)
            expected = {mode: numpy.asarray(upright.convert(mode)) for mode in ["RGB", "L"]}
    cases[name] = {
        "height": expected["L"].shape[0],
        "width": expected["L"].shape[1],
        "rgb": expected["RGB"].ravel().tolist(),
        "grey": expected["L"].ravel().tolist(),
        "tolerance": tolerance,
    }


def turned(orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif


case("rgb.png", rgb)
case("alpha.png", rgba)
case("grey.png", rgb.convert("L"))
case("grey_alpha.png", rgba.convert("LA"))
case("palette.png", rgb.quantize(16))
case("palette_transparent.png", rgb.quantize(16), transparency=3)
# Pillow's convert("L") cuts 16 bits off at 255; rounded, as the values mean it.
level = ((grey16.astype(numpy.uint32) * 255 + 32_767) // 65_535).astype(numpy.uint8)
sixteen = {"L": level, "RGB": numpy.repeat(level[:, :, None], 3, axis=2)}
case("sixteen_bits.png", Image.fromarray(grey16), expected=sixteen)
case("sixteen_bits.tiff", Image.fromarray(grey16), expected=sixteen)
case("rgb.bmp", rgb)
case("palette.bmp", rgb.quantize(16))
case("rgb.tiff", rgb, compression="tiff_lzw")
case("alpha.tiff", rgba)
case("lossless.webp", rgb, lossless=True)
case("alpha.webp", rgba, lossless=True, exact=True)
case("lossy.webp", rgb, tolerance=12, quality=95)
case("still.gif", rgb.quantize(16))
case("moving.gif", rgb.quantize(16), save_all=True, append_images=[ImageOps.invert(rgb).quantize(16)])
case("moving.webp", rgb, lossless=True, save_all=True, append_images=[ImageOps.invert(rgb)])
case("moving.png", rgb, save_all=True, append_images=[ImageOps.invert(rgb)])
case("pages.tiff", rgb, save_all=True, append_images=[ImageOps.invert(rgb)])
case("grey.jpg", rgb.convert("L"), tolerance=4, quality=95)
case("progressive.jpg", rgb, tolerance=8, quality=95, progressive=True)
case("cmyk.jpg", rgb.convert("CMYK"), tolerance=8, quality=95)
for orientation in range(1, 9):
    exif = turned(orientation)
    case(f"orientation_{orientation}.jpg", rgb, tolerance=8, quality=95, subsampling=0, exif=exif)
case("orientation.png", rgb, exif=turned(6))
case("orientation.webp", rgb, lossless=True, exif=turned(5))
case("orientation.tiff", rgb, exif=turned(8))
# What a file holds says more than its name.
case("a_png_by_another_name.jpg", rgb, format="PNG")

(HERE / "pillow_images.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
