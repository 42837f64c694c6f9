"""The program behind the module: where it is, how it is run, and its errors as exceptions."""

import re
import shutil
import signal
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

# What the program is linked to, and who has it on Debian and Ubuntu.
_PACKAGES = {
    "libcairo.so": "libcairo2",
    "libcrypto.so": "libssl3",
    "libcurl.so": "libcurl4",
    "liblapacke.so": "liblapacke",
    "libopenblas.so": "libopenblas0-pthread",
    "libspng.so": "libspng0",
    "libstdc++.so": "libstdc++6",
    "libturbojpeg.so": "libturbojpeg0",
    "libwebp.so": "libwebp7",
    "libz.so": "zlib1g",
    "libzip.so": "libzip4",
}


class ToolError(RuntimeError):
    """What a tool said when it failed.

    ``status`` is its exit status, by the conventions of ``sysexits.h``; below 0 the signal that ended it.
    """

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


class InputError(ToolError, ValueError):
    """A tool's word on what it was given: arrays, flags, a run that is not there."""


def program() -> Path:
    """The path of ``vae``: the one that came with this module, or else the one on the PATH.

    Raises:
        ToolError: there is none
    """
    own = Path(__file__).parent / "bin" / "vae"
    if own.is_file():
        return own
    found = shutil.which("vae")
    if found is None:
        raise ToolError(f"there is no program at {own} and none on the PATH: install the wheel, or the tools", 127)
    return Path(found)


def run(arguments: Iterable[object], *, echo: bool = False, folder: str = "") -> str:
    """Runs a command of ``vae`` to its end.

    Ctrl-C interrupts the tool once, waits for what it saves, and goes on as ``KeyboardInterrupt``; once more ends it.

    Args:
        echo: whether to print what it says, line by line, as it says it
        folder: a temporary folder, which messages had better not name

    Returns:
        What it wrote to standard output, and with ``echo`` to standard error.

    Raises:
        InputError: it refused what it was given
        ToolError: it failed otherwise
    """
    process = subprocess.Popen(
        [str(program()), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if echo else subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        # Ctrl-C in a terminal goes to this process alone, which passes it on: twice would end the tool at once.
        start_new_session=True,
    )
    said: list[str] = []
    try:
        output, errors = _collect(process, said, echo)
    except KeyboardInterrupt:
        _stop(process, said, echo)
        raise
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
    if process.returncode != 0:
        text = errors or output
        raise _failure(process.returncode, text.replace(f"{folder}/", "") if folder else text)
    return output


def _collect(process: "subprocess.Popen[str]", said: list[str], echo: bool) -> tuple[str, str]:
    if not echo:
        output, errors = process.communicate()
        return output, errors or ""
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line)
        print(line, end="", flush=True)
    process.wait()
    return "".join(said), ""


def _stop(process: "subprocess.Popen[str]", said: list[str], echo: bool) -> None:
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            _collect(process, said, echo)
        except KeyboardInterrupt:
            continue


def _failure(status: int, text: str) -> ToolError:
    missing = re.findall(r"loading shared libraries: (\S+):", text)
    if missing:
        return ToolError(lacking(missing), status)
    if "version `GLIBC" in text:
        return ToolError("vae needs glibc 2.35 or later, as Debian 12 and Ubuntu 22.04 have it", status)
    if status < 0:
        return ToolError(f"vae was ended by signal {-status} ({signal.strsignal(-status)})", status)
    found = re.search(r"^vae[a-z -]*: error: (.*?)(?=^(?:Help|Usage):|\Z)", text, re.MULTILINE | re.DOTALL)
    message = (found.group(1) if found else text).strip() or f"vae ended with status {status}"
    # EX_USAGE, EX_DATAERR and EX_NOINPUT.
    return (InputError if status in (64, 65, 66) else ToolError)(message, status)


def lacking(libraries: Sequence[str]) -> str:
    """What to say where these libraries are missing, such as ``libspng.so.0``."""
    names = [_PACKAGES.get(library.split(".so")[0] + ".so") for library in libraries]
    every = " ".join(sorted(_PACKAGES.values()))
    wanted = every if None in names else " ".join(filter(None, names))
    return (
        f"this system lacks {', '.join(libraries)}, which vae is linked to."
        f" On Debian 12: apt-get install {wanted} (all that it needs: {every})."
        " Ubuntu 24.04 calls some of them libcurl4t64, libssl3t64 and libzip4t64"
    )
