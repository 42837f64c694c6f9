"""Time how fast a folder of pictures is decoded, cropped and shrunk: this engine, Pillow and torchvision, in turns.

usage:  swift build -c release --product vae-train
        pip install torch torchvision pillow numpy
        python3 Benchmarks/peers/decoding.py photographs --image-size 64 --workers 2

Each program is a process of its own, from the folder's name to all images in memory as bytes; the start of Python and
the import of its packages do not count. Each crops to the middle and averages over areas: Pillow with BOX and reduced
decoding (draft), torchvision as ImageFolder with Resize and CenterCrop in a DataLoader. The best of several turns
says what a program can do.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
NAMES = (".png", ".jpg", ".jpeg", ".webp")


def arguments():
    parser = argparse.ArgumentParser(description="Time decoding of a folder of pictures.")
    parser.add_argument("folder")
    parser.add_argument("--image-size", type=int, default=64)
    parser.add_argument("--workers", type=int, default=2, help="processes of Pillow and torchvision (default: 2)")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--train", default=str(HERE.parents[1] / ".build" / "release" / "vae-train"))
    parser.add_argument("--peer", choices=["pillow", "torchvision"], help=argparse.SUPPRESS)
    return parser.parse_args()


def pictures(folder):
    return sorted(path for path in pathlib.Path(folder).rglob("*") if path.suffix.lower() in NAMES)


def shrunk(job):
    """One picture as bytes: cropped to the middle, shrunk by averaging."""
    from PIL import Image, ImageOps

    path, side = job
    with Image.open(path) as picture:
        picture.draft("RGB", (2 * side, 2 * side))
        picture = ImageOps.exif_transpose(picture.convert("RGB"))
        return ImageOps.fit(picture, (side, side), Image.Resampling.BOX).tobytes()


def pillow(options):
    """(images, seconds) with a pool of processes."""
    import multiprocessing

    import PIL.Image  # noqa: F401: imported before the clock starts

    with multiprocessing.Pool(options.workers) as pool:
        pool.map(abs, range(options.workers))
        start = time.monotonic()
        jobs = [(path, options.image_size) for path in pictures(options.folder)]
        images = pool.map(shrunk, jobs, chunksize=32)
        return len(images), time.monotonic() - start


def torchvision(options):
    """(images, seconds) with a DataLoader."""
    import torch
    from torchvision import datasets, transforms

    torch.set_num_threads(1)
    side = options.image_size
    steps = transforms.Compose(
        [transforms.Resize(side), transforms.CenterCrop(side), transforms.PILToTensor()])
    start = time.monotonic()
    loader = torch.utils.data.DataLoader(
        datasets.ImageFolder(options.folder, steps), batch_size=128, num_workers=options.workers)
    images = torch.cat([batch for batch, _ in loader])
    return len(images), time.monotonic() - start


def speed(program, options):
    """Images a second of one process."""
    if program == "vae":
        command = [options.train, "--data", options.folder, "--image-size", str(options.image_size),
                   "--dry-run", "--no-cache", "--quiet"]
        start = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return len(pictures(options.folder)) / (time.monotonic() - start)
    command = [sys.executable, __file__, *sys.argv[1:], "--peer", program]
    count, seconds = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return count / seconds


def main():
    options = arguments()
    if options.peer:
        print(json.dumps({"pillow": pillow, "torchvision": torchvision}[options.peer](options)))
        return
    if not os.access(options.train, os.X_OK):
        raise SystemExit(f"{options.train} is not there: swift build -c release --product vae-train")
    speeds = {"vae": [], "pillow": [], "torchvision": []}
    for turn in range(options.turns):
        order = list(speeds) if turn % 2 == 0 else list(speeds)[::-1]
        for program in order:
            speeds[program].append(speed(program, options))
    ours = speeds["vae"]
    print(f"{'':12} {'best':>8} {'median':>8}  images/s, {len(pictures(options.folder)):,} pictures")
    for program, found in speeds.items():
        ratios = f"{max(ours) / max(found):.2f}x  {statistics.median(ours) / statistics.median(found):.2f}x"
        print(f"{program:12} {max(found):8,.0f} {statistics.median(found):8,.0f}  {ratios if program != 'vae' else ''}")


if __name__ == "__main__":
    main()
