"""Data of the tests: small, and not MNIST."""

import hashlib
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import vae


def squares(count: int, channels: int | None = None) -> NDArray[np.float32]:
    """Bright squares at two places: (count, 8, 8), or with channels behind."""
    images = np.zeros((count, 8, 8), dtype=np.float32)
    for place in range(count):
        row, column = place * 3 % 5, place * 7 % 5
        images[place, row : row + 3, column : column + 3] = 0.5 + 0.5 * (place % 2)
    return images if channels is None else np.repeat(images[..., None], channels, axis=-1)


def table(count: int, *, columns: int = 4) -> NDArray[np.float64]:
    """Columns in units of their own, which follow from one quantity and a little noise."""
    source = np.random.default_rng(5)
    t = source.normal(size=(count, 1))
    return t * 10.0 ** np.arange(columns) + source.normal(size=(count, columns)) + 100


def sha256(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tool(*arguments: object) -> str:
    """The standard output of ``vae`` by itself."""
    command = [str(vae.program()), *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class ScratchCase(unittest.TestCase):
    """A test with a folder of its own, ``self.scratch``."""

    def setUp(self) -> None:
        """Makes the folder."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.scratch = Path(folder.name)

    def refused(self, *words: str, by: type[Exception] = vae.InputError) -> Any:
        """Expects an exception that says all the words."""
        return self.assertRaisesRegex(by, "".join(f"(?=.*{word})" for word in words))
