"""The wheel's tag: any Python 3 and no other module, and the processor that the program is for."""

import sysconfig
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PlatformTag(BuildHookInterface):  # type: ignore[type-arg]
    """Says that the wheel holds a program."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Tags it for this processor's Linux."""
        build_data["pure_python"] = False
        build_data["tag"] = "py3-none-" + sysconfig.get_platform().replace("-", "_").replace(".", "_")
