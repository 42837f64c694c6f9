"""Write the arrays in the folder "arrays" beside this file: every type of number, for the readers to be tried on.

usage:  pip install numpy
        python Tests/VAEDataTests/Golden/make_arrays.py

Every number follows from a formula that the tests repeat. The same versions write the same bytes,
but for the times in archives. Made with NumPy 2.4.
"""

import pathlib
import struct
import zipfile

import numpy as np

HERE = pathlib.Path(__file__).parent / "arrays"
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
FLOATS = ("float16", "float32", "float64")


def values(name):
    """24 numbers: from the least one up, and the greatest; eighths for floats; every third one true."""
    count = np.arange(24)
    if name == "bool":
        return count % 3 == 0
    if name in FLOATS:
        return (count / 8 - 1).astype(name)
    numbers = count.astype(name) + np.iinfo(name).min
    numbers[-1] = np.iinfo(name).max
    return numbers


def types():
    for name in ("bool",) + INTEGERS + FLOATS:
        for order, mark in (("<", "little"), (">", "big")):
            array = values(name).reshape(2, 3, 4)
            array = array.astype(array.dtype.newbyteorder(order))
            np.save(HERE / f"{name}-{mark}.npy", array)
            np.save(HERE / f"{name}-{mark}-fortran.npy", np.asfortranarray(array))


def shapes():
    for shape in ((), (3,), (2, 3), (2, 3, 2), (2, 1, 3, 2)):
        array = np.arange(np.prod(shape, dtype=int), dtype="<i2").reshape(shape)
        np.save(HERE / f"{len(shape)}-d.npy", array)
    # The least and the greatest subnormal half, the least normal one, the greatest, both zeros, infinity, NaN.
    halves = np.array([1, 0x3FF, 0x400, 0x7BFF, 0, 0x8000, 0x7C00, 0x7E00], "<u2").view("<f2")
    np.save(HERE / "halves.npy", halves)
    np.save(HERE / "labels.npy", np.array([3, 1, 4, 1, 5], "<i8"))
    np.save(HERE / "one-hot.npy", np.eye(4)[[2, 0, 3]])


def idx():
    codes = {"uint8": 8, "int8": 9, "int16": 11, "int32": 12, "float32": 13, "float64": 14}
    for name, code in codes.items():
        for dimensions, shape in ((1, (24,)), (2, (4, 6)), (3, (2, 3, 4)), (4, (2, 3, 2, 2))):
            if dimensions in (3, 1) or name == "int16":
                array = values(name).reshape(shape)
                head = bytes([0, 0, code, dimensions]) + struct.pack(f">{dimensions}I", *shape)
                (HERE / f"{name}-{dimensions}.idx").write_bytes(
                    head + array.astype(array.dtype.newbyteorder(">")).tobytes())


def archives():
    arrays = {
        "images": np.arange(60, dtype="u1").reshape(3, 4, 5), "labels": np.array([7, 0, 9]),
        "scalar": np.array(2.5), "fortran": np.asfortranarray(values("int32").reshape(2, 3, 4))}
    np.savez(HERE / "stored.npz", **arrays)
    np.savez_compressed(HERE / "deflated.npz", **arrays)
    np.savez_compressed(
        HERE / "objects.npz", things=np.array([None, {"a": 1}], dtype=object), numbers=np.arange(3))
    fixed = (1980, 1, 1, 0, 0, 0)
    with zipfile.ZipFile(HERE / "others.npz", "w") as file:
        file.writestr(zipfile.ZipInfo("notes.txt", fixed), "no array")
        file.write(HERE / "labels.npy", "y.npy", zipfile.ZIP_BZIP2)
    zeros = zipfile.ZipInfo("zeros.npy", fixed)
    zeros.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(HERE / "bomb.npz", "w") as file:
        with file.open(zeros, "w") as entry:
            np.lib.format.write_array(entry, np.zeros((1000, 100), "u1"))


def texts():
    """Names of classes: of one, two and four bytes in UTF-8, an empty one, and one with a zero within."""
    names = ["cat", "chien d'été", "狗 🐕", "", "a\0b"]
    np.savez(
        HERE / "texts.npz", train_images=np.arange(12, dtype="u1").reshape(2, 2, 3), train_labels=np.array([4, 1]),
        class_names=np.array(names), big=np.array(names).astype(">U11"),
        utf8=np.array([name.encode() for name in names]), square=np.array([["a", "b"]]), none=np.array([], "U3"))


HERE.mkdir(exist_ok=True)
types()
shapes()
idx()
archives()
texts()
