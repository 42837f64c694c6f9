"""Time the engine and the peers in turns, on the same images with the same number of threads.

usage:  swift build -c release --product vae-bench
        python3 Benchmarks/peers/compare.py --threads 2

The machine's other work slows all of them down, and not evenly: so the programs take turns, one process
at a time, and the best round of each says what it can do. Interpreters that have the peers' packages are
taken from --python-torch and --python-tensorflow, or from VAE_PYTHON_TORCH and VAE_PYTHON_TENSORFLOW;
without them an environment is made in .venv beside this file, and pip's own settings say where from.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BATCH = 128
PARAMETERS = 134_165
PEERS = {"torch": ("torch_vae.py", "torch"), "keras": ("keras_vae.py", "tensorflow")}


def arguments():
    parser = argparse.ArgumentParser(
        description="Time the engine and the peers in turns.",
        epilog="A peer is a program and a mode: torch:eager, torch:channels-last, torch:bf16, torch:compile, "
        "keras:graph, keras:eager, keras:bf16, keras:compile. bf16 multiplies in half the precision.",
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--turns", type=int, default=3, help="processes of each program (default: 3)")
    parser.add_argument("--rounds", type=int, default=3, help="timed rounds in a process (default: 3)")
    parser.add_argument("--steps", type=int, default=40, help="batches of 128 in a round (default: 40)")
    parser.add_argument("--data", help="folder with train-images-idx3-ubyte[.gz] (default: built-in digits)")
    parser.add_argument(
        "--peers", nargs="+", default=["torch:channels-last", "torch:bf16", "keras:graph"], metavar="PEER"
    )
    parser.add_argument("--bench", default=str(HERE.parents[1] / ".build" / "release" / "vae-bench"))
    parser.add_argument("--python-torch", default=os.environ.get("VAE_PYTHON_TORCH"))
    parser.add_argument("--python-tensorflow", default=os.environ.get("VAE_PYTHON_TENSORFLOW"))
    parser.add_argument("--json", help="write all rounds to this file too")
    options = parser.parse_args()
    if min(options.threads, options.turns, options.rounds, options.steps) < 1:
        parser.error("--threads, --turns, --rounds and --steps must be 1 or more")
    for peer in options.peers:
        if peer.partition(":")[0] not in PEERS:
            parser.error(f"--peers: {peer} is neither torch:MODE nor keras:MODE")
    if not os.access(options.bench, os.X_OK):
        parser.error(f"{options.bench} is not there: swift build -c release --product vae-bench")
    return options


def has(python, library):
    return subprocess.run([python, "-c", f"import {library}"], capture_output=True).returncode == 0


def interpreter(library, given):
    """The Python given, or one in an environment that is made here if it is not there."""
    if given:
        return given
    folder = HERE / ".venv" / library
    python = str(folder / "bin" / "python")
    if os.path.exists(python) and has(python, library):
        return python
    print(f"making an environment with {library}", file=sys.stderr)
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [python, "-m", "pip", "install", "--quiet", "-r", str(HERE / f"requirements-{library}.txt")],
    ):
        if subprocess.run(command).returncode != 0:
            raise SystemExit(f"can't install {library}; --python-{library} names a Python that has it")
    return python


class Program:
    """One of those that take turns: how to start it, and what it has shown so far."""

    def __init__(self, label, command, read):
        self.label, self.command, self.read = label, command, read
        self.name, self.speeds, self.memory = label, [], 0.0

    def turn(self):
        """Runs it once. False, with the reason on stderr, when that fails."""
        result = subprocess.run(self.command, capture_output=True, text=True)
        if result.returncode != 0:
            reason = (result.stderr.strip().splitlines() or [f"exit status {result.returncode}"])[-1]
            print(f"{' '.join(self.command)}: {reason}", file=sys.stderr)
            return False
        self.name, parameters, speeds, memory = self.read(json.loads(result.stdout))
        if parameters != PARAMETERS:
            raise SystemExit(f"{self.name}: {parameters} parameters, not {PARAMETERS}: another model")
        self.speeds += speeds
        self.memory = max(self.memory, memory)
        return True


def read_engine(report):
    build = report["build"]
    name = f"engine, {build['configuration']}, OpenBLAS {report['blas']['core']}"
    memory = report["memory"]["peak_bytes"] / 1e6
    return name, report["model"]["parameters"], report["train"]["rounds"], memory


def read_peer(line):
    speeds = line["images_per_second"]["rounds"]
    return f"{line['name']}, {line['mode']}", line["parameters"], speeds, line["peak_memory_mb"]


def programs(options, data):
    engine = [options.bench, "--only", "train", "--json", "-", "--data", data]
    engine += ["--images", str(options.steps * BATCH), "--repeats", str(options.rounds)]
    result = [Program("engine", engine + ["--threads", str(options.threads)], read_engine)]
    for peer in options.peers:
        kind, _, mode = peer.partition(":")
        script, library = PEERS[kind]
        python = interpreter(library, getattr(options, f"python_{library}"))
        command = [python, str(HERE / script), "--data", data, "--threads", str(options.threads)]
        command += ["--steps", str(options.steps), "--rounds", str(options.rounds)]
        result.append(Program(peer, command + (["--mode", mode] if mode else []), read_peer))
    return result


def table(shown):
    """Best and median of all rounds, and how many times as fast the first program is."""
    width = max(len(program.name) for program in shown)
    titles = ("best img/s", "median", "rounds", "memory MB", "engine, best", "engine, median")
    print(" " * width, *(f"{title:>14}" for title in titles))
    ours = shown[0].speeds
    for program in shown:
        best, median = max(program.speeds), statistics.median(program.speeds)
        cells = [f"{best:,.0f}", f"{median:,.0f}", str(len(program.speeds)), f"{program.memory:,.0f}"]
        if program is not shown[0]:
            cells += [f"{max(ours) / best:.2f}×", f"{statistics.median(ours) / median:.2f}×"]
        print(f"{program.name:{width}}", *(f"{cell:>14}" for cell in cells))


def main():
    options = arguments()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        data = options.data
        if not data:
            data = folder
            export = [options.bench, "--images", str(options.steps * BATCH), "--export-data", folder]
            subprocess.run(export, check=True, stdout=subprocess.DEVNULL)
        contestants = programs(options, data)
        failed = []
        for turn in range(options.turns):
            for program in contestants:
                if program in failed:
                    continue
                print(f"turn {turn + 1} of {options.turns}: {program.label}", file=sys.stderr)
                if not program.turn():
                    failed.append(program)
    shown = [program for program in contestants if program.speeds]
    if contestants[0] not in shown:
        return 1
    threads = f"{options.threads} thread" + ("s" if options.threads > 1 else "")
    print(f"{threads}, batches of {BATCH}, rounds of {options.steps} batches, "
          f"{options.turns} turn{'s' if options.turns > 1 else ''}")
    for name in sorted(os.environ):
        if name.startswith(("OPENBLAS_", "OMP_", "MKL_")):
            print(f"{name}={os.environ[name]} set by the environment")
    if load >= 0.5:
        print(f"load {load:.1f} at the start: other programs slow these down, and not evenly")
    print()
    table(shown)
    if options.json:
        rounds = [
            {"name": program.name, "rounds": program.speeds, "peak_memory_mb": round(program.memory, 1)}
            for program in shown
        ]
        pathlib.Path(options.json).write_text(json.dumps(rounds, indent=2) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
