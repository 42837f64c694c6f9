"""Trains the vector-quantised autoencoder of `vae-train --codes 128` on MNIST in PyTorch, and measures it on the test images.

    python Benchmarks/peers/torch_codes.py FOLDER [--epochs 10] [--codes 128] [--code-size 32] [--threads 2] [--seed 0]

FOLDER has MNIST's four IDX files. The same layers, Glorot kernels, Adam, batches, losses, running means and new beginnings of codes;
other random numbers. Prints an epoch a line: nats per test image of reconstruction and commitment, codes used and perplexity.
"""
import argparse
import gzip
import pathlib
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--codes", type=int, default=128)
parser.add_argument("--code-size", type=int, default=32)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--seed", type=int, default=0)
options = parser.parse_args()
DECAY, COMMITMENT, RESTART, SMOOTHING, BATCH = 0.99, 0.25, 0.05, 1e-5, 128
torch.manual_seed(options.seed)
torch.set_num_threads(options.threads)


def images(part):
    path = next(options.folder.glob(f"{part}-images*"))
    data = (gzip.open if path.suffix == ".gz" else open)(path, "rb").read()
    return torch.from_numpy(np.frombuffer(data, np.uint8, offset=16).reshape(-1, 1, 28, 28).copy())


class Same(nn.Module):
    """A 3x3 convolution of stride 2 with TensorFlow's `same` padding, or its transpose."""

    def __init__(self, inputs, outputs, transposes=False):
        super().__init__()
        self.transposes = transposes
        self.layer = (nn.ConvTranspose2d if transposes else nn.Conv2d)(inputs, outputs, 3, 2)

    def forward(self, x):
        if not self.transposes:
            return self.layer(F.pad(x, (0, 1, 0, 1)))
        return self.layer(x)[:, :, :-1, :-1]


encoder = nn.Sequential(
    Same(1, 32), nn.ReLU(), Same(32, 64), nn.ReLU(), nn.Conv2d(64, options.code_size, 1))
decoder = nn.Sequential(
    nn.Conv2d(options.code_size, 64, 1), nn.ReLU(), Same(64, 64, True), nn.ReLU(), Same(64, 32, True), nn.ReLU(),
    nn.ConvTranspose2d(32, 1, 3, padding=1))
for layer in [*encoder.modules(), *decoder.modules()]:
    if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
codes = torch.empty(options.codes, options.code_size)
nn.init.xavier_uniform_(codes)
counts = torch.ones(options.codes)
sums = codes.clone()
adam = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], 1e-3, eps=1e-7)
train, test = images("train"), images("t10k")


def quantise(x):
    vectors = encoder(x).permute(0, 2, 3, 1)
    with torch.no_grad():
        flat = vectors.reshape(-1, options.code_size)
        numbers = (flat @ codes.T - 0.5 * (codes**2).sum(1)).argmax(1)
    return vectors, flat, numbers, codes[numbers].view(vectors.shape)


def losses(x, vectors, quantised):
    z = vectors + (quantised - vectors).detach()
    logits = decoder(z.permute(0, 3, 1, 2))
    return (F.binary_cross_entropy_with_logits(logits, x, reduction="sum"),
            COMMITMENT * ((vectors - quantised) ** 2).sum())


first = True
for epoch in range(1, options.epochs + 1):
    start = time.monotonic()
    for batch in torch.randperm(len(train)).split(BATCH):
        x = train[batch].float() / 255
        vectors, flat, numbers, quantised = quantise(x)
        reconstruction, commitment = losses(x, vectors, quantised)
        adam.zero_grad()
        ((reconstruction + commitment) / len(x)).backward()
        adam.step()
        with torch.no_grad():
            hits = F.one_hot(numbers, options.codes).float()
            counts = DECAY * counts + (1 - DECAY) * hits.sum(0)
            sums = DECAY * sums + (1 - DECAY) * hits.T @ flat
            total = counts.sum()
            codes = sums / ((counts + SMOOTHING) / (total + options.codes * SMOOTHING) * total)[:, None]
            mean = total / options.codes
            dead = torch.ones_like(counts, dtype=torch.bool) if first else counts < RESTART * mean
            first = False
            if dead.any():
                drawn = flat[torch.randint(len(flat), (int(dead.sum()),))]
                codes[dead], counts[dead], sums[dead] = drawn, mean, mean * drawn
    seconds = time.monotonic() - start
    found, parts = torch.zeros(options.codes), [0.0, 0.0]
    with torch.no_grad():
        for x in test.split(500):
            x = x.float() / 255
            vectors, flat, numbers, quantised = quantise(x)
            parts = [a + b.item() for a, b in zip(parts, losses(x, vectors, quantised))]
            found += torch.bincount(numbers, minlength=options.codes)
    p = found[found > 0] / found.sum()
    print(f"epoch {epoch}: test reconstruction {parts[0] / len(test):.2f}, commitment {parts[1] / len(test):.2f}, "
          f"{int((found > 0).sum())} of {options.codes} codes, perplexity {(-(p * p.log()).sum()).exp():.1f}, "
          f"{len(train) / seconds:,.0f} images/s", flush=True)
