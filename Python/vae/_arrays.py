"""Arrays on their way to the tools: NPY files, exact in single precision."""

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

StrPath = str | PathLike[str]


def prepared(images: ArrayLike) -> NDArray[Any]:
    """Images or rows as the tools take them.

    Args:
        images: (n, columns), a table in any units; (n, height, width) or (n, height, width, channels), images: floats
            from 0 to 1, or integers from 0 to the most that their type holds, as uint8 from 0 to 255

    Returns:
        The array in C order: tables and wide floats as float32, other types as they are.

    Raises:
        ValueError: another number of dimensions, or a table of one column
        TypeError: not numbers
    """
    array = np.asarray(images)
    if not 2 <= array.ndim <= 4:
        raise ValueError(
            "expected rows, (n, columns), or images, (n, height, width) or (n, height, width, channels);"
            f" found an array of shape {array.shape}"
        )
    if array.ndim == 2 and array.shape[1] == 1:
        raise ValueError(f"expected a table of two columns or more; found an array of shape {array.shape}")
    if array.dtype.kind not in "buif":
        raise TypeError(f"expected an array of numbers; found one of {array.dtype}")
    if array.ndim == 2 or array.dtype.kind == "f":
        # What single precision does not hold becomes infinite, and the tool says where.
        with np.errstate(over="ignore"):
            array = array.astype(np.float32)
    return np.ascontiguousarray(array)


def layout(array: NDArray[Any]) -> list[str]:
    """The flag that says where the channels are: last, whatever the sizes look like."""
    return ["--layout", "nhwc"] if array.ndim == 4 else []


def written(folder: StrPath, images: NDArray[Any], labels: ArrayLike | None) -> Path:
    """The file of images, or with labels the folder of both, for tools to read.

    Raises:
        ValueError: labels that are not one whole number for each image
    """
    if labels is None:
        return _save(Path(folder) / "images.npy", images)
    return data_set(folder, "images", images, labels)


def data_set(
    folder: StrPath,
    name: str,
    images: NDArray[Any],
    labels: ArrayLike | None,
    test_images: ArrayLike | None = None,
    test_labels: ArrayLike | None = None,
) -> Path:
    """A folder of arrays, by whose name figures call the data; its files have the names that the tools know.

    Raises:
        ValueError: labels that are not one whole number for each image
    """
    place = Path(folder) / (name or "data")
    place.mkdir()
    _save_pair(place, "train", images, labels)
    if test_images is not None:
        _save_pair(place, "test", prepared(test_images), test_labels)
    return place


def _save_pair(place: Path, split: str, images: NDArray[Any], labels: ArrayLike | None) -> None:
    _save(place / f"{split}-images.npy", images)
    if labels is not None:
        numbers = np.asarray(labels)
        if numbers.shape != images.shape[:1] or numbers.dtype.kind not in "bui":
            raise ValueError(
                f"expected labels of shape ({len(images)},), whole numbers, one for each image;"
                f" found {numbers.dtype} of shape {numbers.shape}"
            )
        _save(place / f"{split}-labels.npy", numbers.astype(np.int64))


def _save(path: Path, array: NDArray[Any]) -> Path:
    np.save(path, array, allow_pickle=False)
    return path
