"""The commands ``vae`` and ``vae-train``: this process becomes the program."""

import os
import subprocess
import sys
from typing import NoReturn

from ._tool import ToolError, lacking, program


def vae() -> NoReturn:
    """``vae`` with this process's arguments."""
    _become("vae")


def vae_train() -> NoReturn:
    """``vae-train`` with this process's arguments."""
    _become("vae-train")


def _become(name: str) -> NoReturn:
    try:
        path = str(program())
    except ToolError as error:
        sys.exit(f"{name}: error: {error}")
    # The loader itself would name a library, and not where it is to be had.
    found = subprocess.run([path], env={**os.environ, "LD_TRACE_LOADED_OBJECTS": "1"}, capture_output=True, text=True)
    missing = [line.split()[0] for line in found.stdout.splitlines() if line.endswith("=> not found")]
    if missing:
        sys.stderr.write(f"{name}: error: {lacking(missing)}.\n")
        sys.exit(127)
    os.execv(path, [name, *sys.argv[1:]])
