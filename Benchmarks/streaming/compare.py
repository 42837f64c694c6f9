"""Time trainings whose images are in memory beside the same ones streamed from the disk, in turns.

usage:  swift build -c release --product vae-train
        python3 Benchmarks/streaming/compare.py --threads 2

Each workload is trained by vae-train in memory and with --stream, one process at a time, as often as --turns says. Speeds are those
of metrics.csv, an epoch a round; the first epoch of a process counts as well, since reading ahead begins there. Data is made here,
and thrown away afterwards: arrays as NPY, pictures as JPEG, which are decoded once into a cache of their own before anything is timed.
What was just written is in the system's memory, and comes from there: this times the engine's way to the images, not the disk.
"""

import argparse
import csv
import json
import os
import pathlib
import random
import re
import statistics
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
DENSE = ["--filters", "none", "--hidden", "200,200"]
# Name: the data and its size, the model's flags, and the ways in which it is streamed. A model of dense layers leaves the least time for
# reading.
WORKLOADS = {
    "digits": ("array", 60_000, (28, 28, 1), [], ["--stream"]),
    "digits-dense": ("array", 60_000, (28, 28, 1), DENSE, ["--stream"]),
    "colour": ("array", 20_000, (64, 64, 3), [], ["--stream"]),
    "colour-dense": ("array", 20_000, (64, 64, 3), DENSE, ["--stream"]),
    "pictures-dense": ("pictures", 20_000, (64, 64, 3), DENSE, ["--stream", "--stream --no-cache"]),
}


def arguments():
    parser = argparse.ArgumentParser(description="Time trainings in memory and streamed, in turns.")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--turns", type=int, default=3, help="processes of each kind (default: 3)")
    parser.add_argument("--epochs", type=int, default=2, help="timed epochs in a process (default: 2)")
    parser.add_argument(
        "--share", type=float, default=1, help="of the images of each workload, such as 0.05 for a look (default: 1)"
    )
    parser.add_argument(
        "--workloads", nargs="+", default=list(WORKLOADS), choices=list(WORKLOADS), metavar="NAME",
        help=f"of {', '.join(WORKLOADS)} (default: all)",
    )
    parser.add_argument("--train", default=str(HERE.parents[1] / ".build" / "release" / "vae-train"))
    parser.add_argument("--json", help="write all rounds to this file too")
    options = parser.parse_args()
    if min(options.threads, options.turns, options.epochs) < 1:
        parser.error("--threads, --turns and --epochs must be 1 or more")
    if not 0 < options.share <= 1:
        parser.error("--share must be above 0 and at most 1")
    if not os.access(options.train, os.X_OK):
        parser.error(f"{options.train} is not there: swift build -c release --product vae-train")
    return options


def write_array(path, count, shape):
    """Smooth noise, the same every time: what is in the images changes no speed."""
    noise = random.Random(1)
    size = shape[0] * shape[1] * shape[2]
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {(count, *shape)}, }}"
    header = header.ljust(-(10 + len(header) + 1) % 64 + len(header)) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode())
        for _ in range(count):
            file.write(noise.randbytes(size))


class Jpeg:
    """Baseline JPEGs in colour, written as coefficients: a mean and a few low frequencies for each block, as photographs have."""

    # Codes of one length each: of the sizes of a mean's step (0 to 11), and of run and size of a frequency (no runs).
    STEPS, FREQUENCIES = 4, 3

    def __init__(self, width, height):
        def segment(mark, content):
            return bytes([0xFF, mark]) + struct.pack(">H", len(content) + 2) + content

        def table(number, length, symbols):
            counts = [len(symbols) if bits == length else 0 for bits in range(1, 17)]
            return segment(0xC4, bytes([number, *counts, *symbols]))

        self.blocks = -(-width // 8) * -(-height // 8)
        parts = b"".join(bytes([part, 0x11, 0]) for part in (1, 2, 3))
        self.head = (
            b"\xFF\xD8" + segment(0xDB, bytes([0] + [16] * 64))
            + segment(0xC0, struct.pack(">BHHB", 8, height, width, 3) + parts)
            + table(0x00, self.STEPS, range(12)) + table(0x10, self.FREQUENCIES, range(5))
            + segment(0xDA, bytes([3, 1, 0, 2, 0, 3, 0, 0, 63, 0]))
        )

    @staticmethod
    def coded(value, length):
        """A size's code and the bits of a value of that size, as a string of bits."""
        size = abs(value).bit_length()
        bits = value if value > 0 else value + (1 << size) - 1
        return f"{size:0{length}b}" + (f"{bits:0{size}b}" if size else "")

    def picture(self, noise):
        bits, last = [], [0, 0, 0]
        for _ in range(self.blocks):
            for part in range(3):
                mean = noise.randint(-40, 40)
                bits.append(self.coded(mean - last[part], self.STEPS))
                last[part] = mean
                for _ in range(noise.randint(2, 8)):
                    bits.append(self.coded(noise.choice((-7, -3, -2, -1, 1, 2, 3, 7)), self.FREQUENCIES))
                # The symbol 0: nothing more in this block.
                bits.append("0" * self.FREQUENCIES)
        text = "".join(bits)
        text += "1" * (-len(text) % 8)
        scan = int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xFF", b"\xFF\x00")
        return self.head + scan + b"\xFF\xD9"


def write_pictures(folder, count, shape):
    """A tenth of them differ; the others are further names of these."""
    jpeg, noise = Jpeg(shape[1], shape[0]), random.Random(1)
    folder.mkdir()
    different = max(1, count // 10)
    for index in range(count):
        path = folder / f"{index}.jpg"
        if index < different:
            path.write_bytes(jpeg.picture(noise))
        else:
            os.link(folder / f"{index % different}.jpg", path)


def size_of(path):
    files = path.iterdir() if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files)


class Contestant:
    """A way to train on a workload, and what it has shown so far."""

    def __init__(self, workload, way, command):
        self.workload, self.way, self.command = workload, way, command
        self.speeds, self.memory = [], 0

    def turn(self, environment, out):
        """Runs it once. False, with the reason on stderr, when that fails."""
        result = subprocess.run(self.command + ["--out", str(out)], env=environment, capture_output=True, text=True)
        if result.returncode != 0:
            reason = (result.stderr.strip().splitlines() or [f"exit status {result.returncode}"])[-1]
            print(f"{' '.join(self.command)}: {reason}", file=sys.stderr)
            return False
        with open(out / "metrics.csv", newline="") as table:
            self.speeds += [float(row["images_per_second"]) for row in csv.DictReader(table)]
        found = re.search(r"peak memory (\d+) MiB", result.stderr)
        self.memory = max(self.memory, int(found[1]) if found else 0)
        return True


def make(name, options, folder):
    """Makes the data of a workload. The ways to train on it, memory first."""
    kind, count, shape, model, ways = WORKLOADS[name]
    count = max(200, round(count * options.share))
    # Workloads on the same data share it.
    path = folder / f"{kind}-{'x'.join(map(str, shape))}{'.npy' if kind == 'array' else ''}"
    if not path.exists():
        print(f"making {path.name}: {count:,} images", file=sys.stderr)
        (write_array if kind == "array" else write_pictures)(path, count, shape)
    print(f"{name}: {count:,} images of {'×'.join(map(str, shape))}, {size_of(path) / 1e6:,.0f} MB as "
          f"{'NPY' if kind == 'array' else 'JPEG'}, model {' '.join(model) or 'as by default'}")
    command = [options.train, "--data", str(path), *model, "--epochs", str(options.epochs)]
    command += ["--threads", str(options.threads), "--no-figures"]
    return [Contestant(name, way or "memory", command + way.split()) for way in ["", *ways]]


def table(contestants):
    """Best and median of all rounds, and how they compare with those in memory."""
    width = max(len(f"{one.workload} {one.way}") for one in contestants)
    titles = ("best img/s", "median", "rounds", "memory MiB", "of memory's", "median")
    print(" " * width, *(f"{title:>12}" for title in titles))
    base = {one.workload: one.speeds for one in contestants if one.way == "memory"}
    for one in contestants:
        best, median = max(one.speeds), statistics.median(one.speeds)
        cells = [f"{best:,.0f}", f"{median:,.0f}", str(len(one.speeds)), f"{one.memory:,}"]
        if one.way != "memory" and one.workload in base:
            ours = base[one.workload]
            cells += [f"{best / max(ours):.3f}", f"{median / statistics.median(ours):.3f}"]
        print(f"{one.workload + ' ' + one.way:{width}}", *(f"{cell:>12}" for cell in cells))


def main():
    options = arguments()
    load = os.getloadavg()[0]
    failed = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        environment = os.environ | {"XDG_CACHE_HOME": str(folder / "cache")}
        contestants = [one for workload in options.workloads for one in make(workload, options, folder)]
        for index, one in enumerate(contestants):
            # Fills the cache; not timed.
            if one.way == "--stream" and WORKLOADS[one.workload][0] == "pictures":
                command = one.command + ["--epochs", "1", "--limit", "128", "--out", str(folder / f"first-{index}")]
                subprocess.run(command, env=environment, check=True, capture_output=True)
        for turn in range(options.turns):
            for index, one in enumerate(contestants):
                if one in failed:
                    continue
                print(f"turn {turn + 1} of {options.turns}: {one.workload} {one.way}", file=sys.stderr)
                if not one.turn(environment, folder / f"run-{turn}-{index}"):
                    failed.append(one)
    shown = [one for one in contestants if one.speeds]
    if not shown:
        return 1
    threads = f"{options.threads} thread" + ("s" if options.threads > 1 else "")
    print(f"{threads}, {options.turns} turn{'s' if options.turns > 1 else ''} of {options.epochs} "
          f"epoch{'s' if options.epochs > 1 else ''}")
    if load >= 0.5:
        print(f"load {load:.1f} at the start: other programs slow these down, and not evenly")
    print()
    table(shown)
    if options.json:
        rounds = [
            {"workload": one.workload, "way": one.way, "rounds": one.speeds, "peak_memory_mib": one.memory}
            for one in shown
        ]
        pathlib.Path(options.json).write_text(json.dumps(rounds, indent=2) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
