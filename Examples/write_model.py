"""Writes a model that vae reads, without vae: an example of Documentation/ModelFormat.md, and its test.

    python3 write_model.py FOLDER

The folder gets model.safetensors, a model of random weights, and as NumPy computes them images.npy, mean.npy and log_variance.npy, the encoder's, z.npy, and
decoded.npy, the decoder's means. It takes NumPy alone.
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np

# Odd sizes and an even kernel: what `same` padding adds is not the same on both sides.
CONFIGURATION = {
    "imageShape": {"height": 13, "width": 10, "channels": 3},
    "encoderFilters": [5, 7],
    "decoderFilters": [6, 4],
    "kernelSize": 4,
    "hiddenUnits": 9,
    "latentSize": 3,
}


def grid(size, stride):
    """Positions of a kernel along a side: rounded up."""
    return -(-size // stride)


def before(size, kernel, stride):
    """Rows or columns of zeros before a side, the smaller half of what is needed."""
    return max((grid(size, stride) - 1) * stride + kernel - size, 0) // 2


def places(size, kernel, stride):
    """(position, tap, place) of all that a kernel touches along a side, the zeros left out."""
    first = before(size, kernel, stride)
    return [
        (position, tap, position * stride + tap - first)
        for position in range(grid(size, stride))
        for tap in range(kernel)
        if 0 <= position * stride + tap - first < size
    ]


def convolution(x, kernel, bias, stride):
    """(n, height, width, in) to (n, ⌈height / stride⌉, ⌈width / stride⌉, out); the kernel is (rows, columns, in, out)."""
    n, height, width, _ = x.shape
    rows, columns, _, filters = kernel.shape
    y = np.zeros((n, grid(height, stride), grid(width, stride), filters)) + bias
    for i, row, down in places(height, rows, stride):
        for j, column, across in places(width, columns, stride):
            y[:, i, j] += x[:, down, across] @ kernel[row, column]
    return y


def transposed_convolution(x, kernel, bias, stride, height, width):
    """(n, ⌈height / stride⌉, ⌈width / stride⌉, in) to (n, height, width, out); the kernel is (rows, columns, out, in)."""
    rows, columns, filters, _ = kernel.shape
    y = np.zeros((len(x), height, width, filters)) + bias
    for i, row, down in places(height, rows, stride):
        for j, column, across in places(width, columns, stride):
            y[:, down, across] += x[:, i, j] @ kernel[row, column].T
    return y


def dense(x, kernel, bias):
    """All values of an image, row by row and channels innermost, to units; the kernel is (in, out)."""
    return x.reshape(len(x), -1) @ kernel + bias


def relu(x):
    return np.maximum(x, 0)


def sides():
    """Heights and widths from the image down: each level's convolution has stride 2."""
    shape = CONFIGURATION["imageShape"]
    sizes = [(shape["height"], shape["width"])]
    for _ in CONFIGURATION["encoderFilters"]:
        sizes.append(tuple(grid(side, 2) for side in sizes[-1]))
    return sizes


def shapes():
    """The shape of each tensor, by its name."""
    c = CONFIGURATION
    size, latent, units = c["kernelSize"], c["latentSize"], c["hiddenUnits"]
    height, width = sides()[-1]
    maps = height * width * c["encoderFilters"][-1]
    found = {}

    def layer(name, kernel, outputs):
        found[f"{name}.kernel"], found[f"{name}.bias"] = kernel, [outputs]

    channels = c["imageShape"]["channels"]
    for number, filters in enumerate(c["encoderFilters"]):
        layer(f"encoder.convolution.{number}", [size, size, channels, filters], filters)
        channels = filters
    layer("encoder.dense", [maps, units], units)
    layer("encoder.mean", [units, latent], latent)
    layer("encoder.log_variance", [units, latent], latent)
    layer("decoder.dense", [latent, maps], maps)
    for number, filters in enumerate(c["decoderFilters"]):
        layer(f"decoder.transposed_convolution.{number}", [size, size, filters, channels], filters)
        channels = filters
    outputs = c["imageShape"]["channels"]
    layer("decoder.output", [size, size, outputs, channels], outputs)
    return found


def encode(w, images):
    x = images
    for number in range(len(CONFIGURATION["encoderFilters"])):
        name = f"encoder.convolution.{number}"
        x = relu(convolution(x, w[f"{name}.kernel"], w[f"{name}.bias"], 2))
    x = relu(dense(x, w["encoder.dense.kernel"], w["encoder.dense.bias"]))
    return [dense(x, w[f"encoder.{head}.kernel"], w[f"encoder.{head}.bias"]) for head in ("mean", "log_variance")]


def decode(w, z):
    levels = sides()
    height, width = levels[-1]
    x = relu(dense(z, w["decoder.dense.kernel"], w["decoder.dense.bias"])).reshape(len(z), height, width, -1)
    for number in range(len(CONFIGURATION["decoderFilters"])):
        name = f"decoder.transposed_convolution.{number}"
        x = relu(transposed_convolution(x, w[f"{name}.kernel"], w[f"{name}.bias"], 2, *levels[-2 - number]))
    logits = transposed_convolution(x, w["decoder.output.kernel"], w["decoder.output.bias"], 1, *levels[0])
    return 1 / (1 + np.exp(-logits))


def write(path, weights, metadata):
    """A safetensors file: the length of a JSON header, the header, and the numbers, little-endian."""
    header, start = {"__metadata__": metadata}, 0
    for name, values in weights.items():
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [start, start + values.nbytes]}
        start += values.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for values in weights.values():
            file.write(values.astype("<f4").tobytes())


def main():
    folder = Path(sys.argv[1])
    random = np.random.default_rng(7)
    weights = {
        name: (random.standard_normal(shape) / max(1, np.prod(shape[:-1])) ** 0.5).astype(np.float32)
        for name, shape in shapes().items()
    }
    metadata = {"format": "vae-1", "configuration": json.dumps(CONFIGURATION)}
    write(folder / "model.safetensors", weights, metadata)

    # In double precision: vae computes in single.
    w = {name: values.astype(np.float64) for name, values in weights.items()}
    shape = CONFIGURATION["imageShape"]
    images = random.integers(0, 256, (6, shape["height"], shape["width"], shape["channels"]), np.uint8)
    mean, log_variance = encode(w, images / 255)
    z = random.standard_normal((4, CONFIGURATION["latentSize"])).astype(np.float32)
    for name, values in {
        "images": images,
        "mean": mean.astype(np.float32),
        "log_variance": log_variance.astype(np.float32),
        "z": z,
        "decoded": decode(w, z.astype(np.float64)).astype(np.float32),
    }.items():
        np.save(folder / f"{name}.npy", values)


if __name__ == "__main__":
    main()
