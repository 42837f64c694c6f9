"""Write the .npy and .png files of this folder: what other programs write, for the readers to be tried on.

usage:  pip install numpy pillow
        python Tests/VAEDataTests/Golden/make_golden.py

Every number follows from a formula that the tests repeat. The same versions write the same bytes. Made with NumPy 2.4
and Pillow 13.0.
"""

import pathlib

import numpy as np
from PIL import Image
from numpy.lib import format as npy

HERE = pathlib.Path(__file__).parent


def arrays():
    values = np.arange(24).reshape(2, 3, 4)
    np.save(HERE / "float32.npy", (values / 8 - 1).astype("<f4"))
    np.save(HERE / "float64.npy", (values / 8 - 1).astype("<f8"))
    np.save(HERE / "uint8.npy", values.astype("u1"))
    np.save(HERE / "fortran.npy", np.asfortranarray((values / 8 - 1).astype("<f4")))
    np.save(HERE / "scalar.npy", np.array(2.5))
    np.save(HERE / "vector.npy", np.arange(5, dtype="<f4"))
    np.save(HERE / "empty.npy", np.zeros((0, 7), "<f8"))
    for version in (2, 3):
        with open(HERE / f"version{version}.npy", "wb") as file:
            npy.write_array(file, values.astype("u1"), version=(version, 0))
    np.save(HERE / "big-endian.npy", values.astype(">f4"))
    np.save(HERE / "int64.npy", values)
    np.save(HERE / "records.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<f4")]))


def pictures():
    rows, columns = np.mgrid[0:13, 0:11]
    red, green, blue = rows * 19 % 256, columns * 23 % 256, (rows * columns * 7) % 256
    alpha = ((rows + columns) % 3 * 127 + 1).clip(0, 255)

    def save(name, channels, **more):
        array = np.stack(channels, -1).astype("u1") if len(channels) > 1 else channels[0].astype("u1")
        picture = Image.fromarray(array)
        picture.save(HERE / name, **more)
        return picture

    save("grey.png", [red])
    colour = save("colour.png", [red, green, blue], optimize=True)
    save("grey-alpha.png", [red, alpha])
    save("colour-alpha.png", [red, green, blue, alpha])
    colour.quantize(16).save(HERE / "palette.png")
    np.save(HERE / "palette.npy", np.asarray(colour.quantize(16).convert("RGB")))
    np.save(HERE / "luma.npy", np.asarray(colour.convert("L")))
    Image.fromarray(red.astype("u1") > 100).save(HERE / "bits.png")
    Image.fromarray((red.astype("u4") * 257).astype("u2")).save(HERE / "grey16.png")


arrays()
pictures()
