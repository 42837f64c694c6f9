"""``python -m vae``: the command ``vae``."""

from ._main import vae

vae()
