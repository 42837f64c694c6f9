"""A run folder that an estimator holds: one of its own, which goes when it goes, or one that the user named."""

import os
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any

from ._arrays import StrPath

# What the tools need to use a model; checkpoints and pictures stay behind.
_KEPT = ("model.safetensors", "best.safetensors", "prior.safetensors", "config.json", "metrics.csv")


def _remove(folder: str, process: int) -> None:
    # A fork that ends leaves it to the process that made it.
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


class RunFolder:
    """A run folder, which a pickle takes along: unpickled, it lies in a temporary folder again."""

    def __init__(self, path: StrPath | None = None) -> None:
        self.path = Path(path).absolute() if path is not None else self._temporary()

    @property
    def model(self) -> Path:
        """The model's file, whether it is there or not."""
        return self.path / "model.safetensors" if self.path.suffix != ".safetensors" else self.path

    def _temporary(self) -> Path:
        parent = tempfile.mkdtemp(prefix="vae-")
        weakref.finalize(self, _remove, parent, os.getpid())
        return Path(parent) / "run"

    def __getstate__(self) -> dict[str, Any]:
        if self.path.is_file():
            return {"name": self.path.name, "files": self.path.read_bytes()}
        files = {name: self.path / name for name in _KEPT}
        return {"name": None, "files": {name: file.read_bytes() for name, file in files.items() if file.is_file()}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        folder = self._temporary()
        if state["name"] is not None:
            self.path = folder.with_name(state["name"])
            self.path.write_bytes(state["files"])
            return
        self.path = folder
        folder.mkdir()
        for name, content in state["files"].items():
            (folder / name).write_bytes(content)
