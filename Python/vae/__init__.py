"""Variational autoencoders on NumPy arrays: the tools ``vae`` and ``vae-train`` from Python.

Functions take a run folder and arrays, and give arrays: :func:`train`, :func:`encode`, :func:`decode`, :func:`sample`,
:func:`reconstruct`. :class:`VAE` is an estimator by the convention of scikit-learn.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._commands import decode, describe, encode, reconstruct, resume, sample, score_samples, train
    from ._estimator import VAE
    from ._tool import InputError, ToolError, program

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

# Imported when asked for: NumPy takes a tenth of a second, which the commands do without, scikit-learn most of one.
_HOMES = {"VAE": "_estimator", "InputError": "_tool", "ToolError": "_tool", "program": "_tool"}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version("vae")
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES.get(name, '_commands')}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})
