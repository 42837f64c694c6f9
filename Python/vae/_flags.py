"""Keyword arguments as flags of ``vae-train``."""

from collections.abc import Mapping
from typing import Any

import numpy as np

# What the functions say themselves, or what would leave no model.
_RESERVED = {
    "data": "arrays are",
    "dataset": "arrays are",
    "dry_run": "the tool is for that",
    "export_data": "numpy.savez is for that",
    "find_learning_rate": "the tool is for that",
    "json": "it is the functions' own",
    "label_column": "labels= is for that",
    "layout": "channels are last",
    "no_color": "it is the functions' own",
    "no_figures": "figures= is for that",
    "out": "run= is for that",
    "quiet": "verbose= is for that",
    "repeat": "a loop over seed= is for that",
    "resume": "vae.resume is for that",
    "table": "arrays of two dimensions are tables",
}


def arguments(flags: Mapping[str, Any]) -> list[str]:
    """Flags as the tool wants them: ``latent_dim=8`` is ``--latent-dim 8``, ``filters=[32, 64]`` ``--filters 32,64``.

    ``True`` is a flag without a value, ``None`` and ``False`` are none.

    Raises:
        TypeError: a flag that the functions give themselves
    """
    given: list[str] = []
    for key, value in flags.items():
        if key in _RESERVED:
            raise TypeError(f"{key!r} is no flag to give here: {_RESERVED[key]}")
        if value is None or value is False:
            continue
        given.append("--" + key.replace("_", "-"))
        if value is not True:
            given.append(_text(value))
    return given


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple, np.ndarray)):
        return ",".join(map(_text, value)) or "none"
    return str(value.item() if isinstance(value, np.generic) else value)
