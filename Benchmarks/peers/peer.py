"""What the peers share: arguments, MNIST's files, timing and the line they print.

Only the standard library and NumPy, and NumPy only after the threads are set: libraries read
OMP_NUM_THREADS when they are loaded.
"""

import argparse
import gzip
import json
import os
import pathlib
import resource
import statistics
import time


def arguments(description, modes):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", required=True, help="folder with train-images-idx3-ubyte[.gz]")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=40, help="training steps in a round")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that are timed, after one that is not")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--mode", choices=modes, default=modes[0])
    options = parser.parse_args()
    if min(options.threads, options.steps, options.rounds, options.batch) < 1:
        parser.error("--threads, --steps, --rounds and --batch must be 1 or more")
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    return options


def training_images(folder):
    """The images of the IDX file as an array of bytes, [n, 28, 28]."""
    import numpy

    path = pathlib.Path(folder) / "train-images-idx3-ubyte"
    try:
        if path.exists():
            data = path.read_bytes()
        else:
            with gzip.open(f"{path}.gz") as file:
                data = file.read()
    except (OSError, EOFError) as error:
        raise SystemExit(f"{path}: {error}")
    if len(data) < 16:
        raise SystemExit(f"{path}: too short for an IDX file")
    magic, count, height, width = numpy.frombuffer(data, ">u4", 4)
    if magic != 0x803 or len(data) != 16 + int(count) * int(height) * int(width):
        raise SystemExit(f"{path}: not a whole IDX file of images")
    return numpy.frombuffer(data, "u1", offset=16).reshape(count, height, width).copy()


def batches(images, size):
    """One batch after the other, without end, in the order of the file."""
    if len(images) < size:
        raise SystemExit(f"--batch {size}: there are only {len(images)} images")
    while True:
        for start in range(0, len(images) - size + 1, size):
            yield images[start : start + size]


def report(name, options, parameters, step, images):
    """Times `step`, which trains on a batch and returns when that is done, and prints a line of JSON.

    `parameters` is their number, as a sign that the model is the same: 134,165.
    """
    source = batches(images, options.batch)

    def one_round():
        start = time.perf_counter()
        for _ in range(options.steps):
            step(next(source))
        return options.steps * options.batch / (time.perf_counter() - start)

    one_round()
    speeds = [one_round() for _ in range(options.rounds)]
    line = {
        "name": name,
        "mode": options.mode,
        "threads": options.threads,
        "batch": options.batch,
        "parameters": parameters,
        "images_per_second": {
            "best": round(max(speeds), 1),
            "median": round(statistics.median(speeds), 1),
            "rounds": [round(speed, 1) for speed in speeds],
        },
        # ru_maxrss is in KiB on Linux.
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6, 1),
    }
    print(json.dumps(line), flush=True)
