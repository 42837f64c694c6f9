"""Time the training of several models in the engine and, as `vae export` writes them, in PyTorch, in turns.

usage:  swift build -c release
        python3 Benchmarks/peers/models.py --grey DIR --colour DIR --threads 2

DIR are folders with images for vae-train: grey ones such as MNIST's, and colour ones such as CIFAR-10's.
One process at a time; an epoch of the engine and as many images in PyTorch make a round, and the best one
says what a program can do. PyTorch takes the batches from memory, as channels-last (NHWC) and with products
in bfloat16, and Adam fused. --python is an interpreter with torch and safetensors.
"""

import argparse
import csv
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
MODELS = {
    "default, 28×28": ("grey", []),
    "perceptron 200-200, 28×28": ("grey", ["--filters", "none", "--hidden", "200,200"]),
    "three levels, 32×32 colour": ("colour", ["--filters", "32,64,128", "--batch-size", "128"]),
    "residual, 32×32 colour": (
        "colour",
        ["--filters", "32,64,128", "--residual-blocks", "1", "--group-norm", "8", "--batch-size", "128"],
    ),
    "default, 32×32 colour": ("colour", []),
}
MODES = ["channels-last", "bf16"]


def arguments():
    parser = argparse.ArgumentParser(description="Time several models in the engine and in PyTorch, in turns.")
    parser.add_argument("--grey", help="folder of grey images")
    parser.add_argument("--colour", help="folder of colour images")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--turns", type=int, default=2, help="processes of each program (default: 2)")
    parser.add_argument("--images", type=int, default=6400, help="training images of a round (default: 6,400)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of a process, the first not timed")
    parser.add_argument("--python", default=os.environ.get("VAE_PYTHON_TORCH", sys.executable))
    parser.add_argument("--programs", default=str(HERE.parents[1] / ".build" / "release"))
    # What this program calls itself with.
    parser.add_argument("--child", nargs=5, metavar=("EXPORT", "MODE", "BATCH", "SHAPE", "LIKELIHOOD"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if min(options.threads, options.turns, options.images) < 1 or options.rounds < 2:
        parser.error("--threads, --turns and --images must be 1 or more, --rounds 2 or more")
    if not options.child and not (options.grey or options.colour):
        parser.error("--grey or --colour: which images?")
    return options


def train(options, data, flags, folder):
    """Images a second of the engine's epochs but the first."""
    command = [f"{options.programs}/vae-train", "--data", data, *flags, "--limit", str(options.images)]
    command += ["--epochs", str(options.rounds), "--threads", str(options.threads)]
    subprocess.run([*command, "--no-figures", "--quiet", "--out", folder], check=True)
    with open(f"{folder}/metrics.csv") as file:
        return [float(row["images_per_second"]) for row in csv.DictReader(file)][1:]


def peer(options, folder, mode):
    """Images a second of the same model in PyTorch."""
    export = f"{folder}.export"
    if not os.path.exists(export):
        command = [f"{options.programs}/vae", "export", folder, "--format", "pytorch", "--out", export]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    run = json.loads(pathlib.Path(f"{folder}/config.json").read_text())
    shape = run["model"]["imageShape"]
    sizes = ",".join(str(shape[key]) for key in ("channels", "height", "width"))
    likelihood = run["model"].get("likelihood", "bernoulli")
    child = [export, mode, str(run["training"]["batchSize"]), sizes, likelihood]
    command = [options.python, __file__, "--threads", str(options.threads), "--images", str(options.images)]
    command += ["--rounds", str(options.rounds), "--child", *child]
    environment = dict(os.environ, OMP_NUM_THREADS=str(options.threads))
    out = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return json.loads(out.stdout)


def child(options):
    import time

    export, mode, batch, shape, likelihood = options.child
    sys.path.insert(0, export)
    import torch
    from torch.nn import functional

    from model import load

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    layout = torch.channels_last
    vae = load().train().to(memory_format=layout)
    for parameter in vae.parameters():
        parameter.requires_grad_(True)
    optimizer = torch.optim.Adam(vae.parameters(), lr=1e-4, eps=1e-7, fused=True)
    batch, shape = int(batch), [int(size) for size in shape.split(",")]
    data = torch.rand(batch * 8, *shape).contiguous(memory_format=layout)
    speeds = []
    for _ in range(options.rounds):
        start = time.perf_counter()
        for step in range(options.images // batch):
            images = data[step % 8 * batch : (step % 8 + 1) * batch]
            with torch.autocast("cpu", torch.bfloat16, enabled=mode == "bf16"):
                means, mean, log_variance = vae(images)
            if "bernoulli" in likelihood:
                loss = functional.binary_cross_entropy(means.float(), images, reduction="sum")
            else:
                loss = functional.mse_loss(means.float(), images, reduction="sum") / 2
            divergence = (mean.square() + log_variance.exp() - 1 - log_variance).sum() / 2
            optimizer.zero_grad()
            ((loss + divergence) / batch).backward()
            optimizer.step()
        speeds.append(options.images // batch * batch / (time.perf_counter() - start))
    json.dump(speeds[1:], sys.stdout)


def main():
    options = arguments()
    if options.child:
        return child(options)
    print(f"{options.threads} threads, rounds of {options.images:,} images, {options.turns} turns; images a second, best (median)")
    with tempfile.TemporaryDirectory() as scratch:
        for number, (title, (kind, flags)) in enumerate(MODELS.items()):
            data = getattr(options, kind)
            if not data:
                continue
            speeds = {}
            for turn in range(options.turns):
                folder = f"{scratch}/{number}-{turn}"
                speeds.setdefault("engine", []).extend(train(options, data, flags, folder))
                for mode in MODES:
                    speeds.setdefault(mode, []).extend(peer(options, folder, mode))
            best = {name: max(values) for name, values in speeds.items()}
            median = {name: statistics.median(values) for name, values in speeds.items()}
            words = [f"engine {best['engine']:,.0f} ({median['engine']:,.0f})"]
            for mode in MODES:
                ratios = f"{best['engine'] / best[mode]:.2f}× ({median['engine'] / median[mode]:.2f}×)"
                words.append(f"PyTorch {mode} {best[mode]:,.0f} ({median[mode]:,.0f}), engine to it {ratios}")
            print(f"{title}: " + "; ".join(words), flush=True)


main()
