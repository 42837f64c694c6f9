"""Variational autoencoders on NumPy arrays: the tools ``vae`` and ``vae-train`` from Python.

Functions take a run folder and arrays, and give arrays: :func:`train`, :func:`encode`, :func:`decode`, :func:`sample`,
:func:`reconstruct`. :class:`VAE` is an estimator by the convention of scikit-learn.
"""

from importlib import metadata
from typing import TYPE_CHECKING, Any

from ._commands import decode, describe, encode, reconstruct, resume, sample, score_samples, train
from ._tool import InputError, ToolError, program

if TYPE_CHECKING:
    from ._estimator import VAE

__all__ = [
    "VAE",
    "InputError",
    "ToolError",
    "decode",
    "describe",
    "encode",
    "program",
    "reconstruct",
    "resume",
    "sample",
    "score_samples",
    "train",
]
__version__ = metadata.version("vae")


def __getattr__(name: str) -> Any:
    # scikit-learn, where it is installed, takes a second to import, which the functions do without.
    if name == "VAE":
        from ._estimator import VAE

        return VAE
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), "VAE"})
