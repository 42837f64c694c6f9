"""Write the pictures of this folder, and what Pillow reads in them.

usage:  pip install numpy pillow
        python Tests/VAEDataTests/Golden/make_pictures.py

Made with Pillow 13.0, which brings libjpeg-turbo 3.2 and libwebp 1.6. NAME.npy holds the values of pictures/NAME.*, as uint8
(height, width, channels) or as float32 of sixteen bits' integers.
"""

import io
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).parent / "pictures"
HEIGHT, WIDTH = 19, 26  # no multiple of a JPEG block, and not square


def smooth(channels):
    """Waves of different lengths, which lossy formats keep well."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    waves = [128 + 120 * np.sin(x / 5 + k) * np.cos(y / (4 + k)) for k in range(channels)]
    return np.stack(waves, -1).round().astype("u1")


def noise(channels, most=255):
    values = np.random.Generator(np.random.PCG64(7)).integers(0, most + 1, (HEIGHT, WIDTH, channels))
    return values.astype("u2" if most > 255 else "u1")


def keep(name, picture, mode=None):
    """The values that Pillow has for a picture, upright, as an array beside it."""
    values = np.asarray(ImageOps.exif_transpose(picture).convert(mode) if mode else ImageOps.exif_transpose(picture))
    values = values[..., None] if values.ndim == 2 else values
    np.save(HERE / f"{name}.npy", values)


def save(name, ending, picture, mode=None, **more):
    path = HERE / f"{name}.{ending}"
    picture.save(path, **more)
    with Image.open(path) as again:
        keep(name, again, mode)


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(name, values, colour, depth, others=b"", mode=None):
    """A PNG file of samples (height, width, channels), for kinds that Pillow does not write."""
    height, width, channels = values.shape
    rows = b""
    for row in values:
        if depth == 16:
            packed = row.astype(">u2").tobytes()
        else:
            bits = (row.reshape(-1, 1) >> np.arange(depth - 1, -1, -1)) & 1
            packed = np.packbits(bits.astype("u1").reshape(-1)).tobytes()
        rows += b"\0" + packed
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + others + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    (HERE / f"{name}.png").write_bytes(data)
    if mode:
        with Image.open(HERE / f"{name}.png") as again:
            keep(name, again, mode)


def wide(name, values):
    np.save(HERE / f"{name}.npy", values.astype("f4"))


def pngs():
    save("png-grey", "png", Image.fromarray(noise(1)[..., 0]), "L")
    save("png-rgb", "png", Image.fromarray(noise(3)), "RGB")
    save("png-grey-alpha", "png", Image.fromarray(noise(2)), "LA")
    save("png-rgb-alpha", "png", Image.fromarray(noise(4)), "RGBA")
    for depth in (1, 2, 4):
        png(f"png-grey{depth}", noise(1, 2**depth - 1), 0, depth)
        np.save(HERE / f"png-grey{depth}.npy", noise(1, 2**depth - 1) * (255 // (2**depth - 1)))
    colours = np.random.Generator(np.random.PCG64(8)).integers(0, 256, (16, 3)).astype("u1")
    palette = chunk(b"PLTE", colours.tobytes())
    png("png-palette", noise(1, 15), 3, 4, palette, "RGB")
    png("png-palette-alpha", noise(1, 15), 3, 8, palette + chunk(b"tRNS", bytes(range(0, 250, 25))), "RGBA")
    few = noise(3) // 64
    png("png-grey-key", noise(1, 3), 0, 2, chunk(b"tRNS", struct.pack(">H", 2)))
    key = noise(1, 3)
    np.save(HERE / "png-grey-key.npy", np.concatenate([key * 85, np.where(key == 2, 0, 255)], -1).astype("u1"))
    png("png-rgb-key", few, 2, 8, chunk(b"tRNS", struct.pack(">HHH", *few[3, 4].tolist())), "RGBA")
    # Pillow has no sixteen bits but of grey: the values are those that were written.
    for name, colour, channels in [("grey16", 0, 1), ("rgb16", 2, 3), ("grey-alpha16", 4, 2), ("rgb-alpha16", 6, 4)]:
        png(f"png-{name}", noise(channels, 65535), colour, 16)
        wide(f"png-{name}", noise(channels, 65535))
    values = noise(3, 65535)
    values[5:9, 3:20] = (1, 256, 513)
    png("png-rgb-key16", values, 2, 16, chunk(b"tRNS", struct.pack(">HHH", 1, 256, 513)))
    alpha = np.where((values == (1, 256, 513)).all(-1, keepdims=True), 0, 65535)
    wide("png-rgb-key16", np.concatenate([values, alpha], -1))


def exif(orientation, order):
    """A TIFF directory of two entries; Pillow writes its own byte order only."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    entries = struct.pack(order + "HHII", 0x0100, 4, 1, WIDTH) + struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    return mark + struct.pack(order + "IH", 8, 2) + entries + struct.pack(order + "I", 0)


def jpegs():
    save("jpeg-grey", "jpg", Image.fromarray(smooth(1)[..., 0]), "L", quality=90)
    save("jpeg-444", "jpg", Image.fromarray(smooth(3)), "RGB", quality=90, subsampling=0)
    save("jpeg-422", "jpg", Image.fromarray(smooth(3)), "RGB", quality=90, subsampling=1)
    save("jpeg-420", "jpg", Image.fromarray(smooth(3)), "RGB", quality=90, subsampling=2)
    save("jpeg-rgb", "jpg", Image.fromarray(smooth(3)), "RGB", quality=90, keep_rgb=True)
    save("jpeg-progressive", "jpg", Image.fromarray(smooth(3)), "RGB", quality=90, progressive=True)
    save("jpeg-restarts", "jpg", Image.fromarray(smooth(3)), "RGB", quality=90, restart_marker_blocks=2)
    save("jpeg-cmyk", "jpg", Image.fromarray(smooth(4), "CMYK"), "RGB", quality=90)
    # Without Adobe's segment, and with one that says YCCK: the same numbers, read in other ways.
    data = (HERE / "jpeg-cmyk.jpg").read_bytes()
    at = data.index(b"Adobe")
    ycck = data[: at + 11] + b"\x02" + data[at + 12 :]
    plain = data[: at - 4] + data[at + 12 :]
    for name, content in [("jpeg-ycck", ycck), ("jpeg-cmyk-plain", plain)]:
        (HERE / f"{name}.jpg").write_bytes(content)
        keep(name, Image.open(io.BytesIO(content)), "RGB")
    for orientation in range(1, 9):
        order = "<>"[orientation % 2]
        save(
            f"jpeg-turned{orientation}", "jpg", Image.fromarray(smooth(1)[..., 0]), "L", quality=90,
            exif=b"Exif\0\0" + exif(orientation, order))


def webps():
    save("webp-lossy", "webp", Image.fromarray(smooth(3)), "RGB", quality=90)
    save("webp-lossy-alpha", "webp", Image.fromarray(smooth(4)), "RGBA", quality=90)
    save("webp-lossless", "webp", Image.fromarray(noise(3)), "RGB", lossless=True)
    save("webp-lossless-alpha", "webp", Image.fromarray(noise(4)), "RGBA", lossless=True, exact=True)
    save("webp-turned6", "webp", Image.fromarray(noise(3)), "RGB", lossless=True, exif=exif(6, ">"))
    frames = [Image.fromarray(smooth(3)), Image.fromarray(noise(3))]
    frames[0].save(HERE / "webp-animated.webp", save_all=True, append_images=frames[1:], duration=100, quality=20)


def others():
    """Kinds that are told apart and not read."""
    tiny = Image.fromarray(smooth(3)[:2, :2])
    for ending in ("gif", "tif", "bmp"):
        tiny.save(HERE / f"other.{ending}")
    tiny.save(HERE / "other.jp2")


HERE.mkdir(exist_ok=True)
for old in HERE.iterdir():
    old.unlink()
pngs()
jpegs()
webps()
others()
