"""Writes codes.safetensors: steps of training an autoencoder with a codebook, by PyTorch in float64.

    pip install torch numpy safetensors
    python make_codes.py

The model of `model`, JSON in the metadata, on `input.images` (n, H, W, C): convolutions with TensorFlow's `same` padding, a 1x1
convolution to vectors, the nearest code for each, a 1x1 convolution and transposed ones back. The loss of an image is its binary
cross-entropy plus b * sum (z_e - z_q)^2 with z_q held; the way back goes straight through from z_q to z_e. Adam (1e-3, 1e-7), and
for the codebook N <- g N + (1 - g) n, m <- g m + (1 - g) sum z_e, e = m / (n (N + 1e-5) / (n + K 1e-5)); no code begins again.

Tensors: `parameter.<name>` before the first step, exact in float32, and `updated.<step>.<name>` after each, the codebook as
`latent.codes`, `latent.counts` and `latent.sums`; of the first step `vectors`, `codes` (numbers), `logits`, `gradient.<name>`,
`batch.sums` and `batch.counts`; of each `reconstruction` and `commitment` (STEPS), means over the images. The seed was looked for: in no step
is a vector so near to a second code, or a rectifier so near to 0, that float32 could choose otherwise. Made with PyTorch 2.13, NumPy 2.4 and
safetensors 0.8.
"""
import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
STEPS, BATCH, CODES, SIZE = 4, 6, 5, 3
DECAY, COMMITMENT, SMOOTHING = 0.8, 0.25, 1e-5
GAP = 2e-4
MODEL = {
    "imageShape": {"height": 7, "width": 5, "channels": 2}, "encoderFilters": [4], "decoderFilters": [3],
    "encoderUnits": [], "kernelSize": 3, "latentSize": 12,
    "codebook": {"size": CODES, "dimension": SIZE, "decay": DECAY, "commitment": COMMITMENT, "restart": 0},
}
SHAPES = {
    "encoder.convolution.0": (3, 3, 2, 4), "encoder.vectors": (1, 1, 4, SIZE),
    "decoder.convolution.0": (1, 1, SIZE, 4), "decoder.transposed_convolution.0": (3, 3, 3, 4),
    "decoder.output": (3, 3, 2, 3),
}


def before(size, stride, kernel):
    """What `same` padding puts before a line, and its output."""
    out = -(-size // stride)
    return max((out - 1) * stride + kernel - size, 0) // 2, out


def convolution(x, kernel, bias, stride):
    """NCHW, with a kernel in Keras's layout."""
    pads = []
    for size, k in ((x.shape[3], kernel.shape[1]), (x.shape[2], kernel.shape[0])):
        first, out = before(size, stride, k)
        pads += [first, max((out - 1) * stride + k - size - first, 0)]
    return F.conv2d(F.pad(x, pads), kernel.permute(3, 2, 0, 1), bias, stride)


def transposed(x, kernel, bias, stride, height, width):
    """The transpose of a `same` convolution from height x width."""
    full = F.conv_transpose2d(x, kernel.permute(3, 2, 0, 1), None, stride)
    top, left = before(height, stride, kernel.shape[0])[0], before(width, stride, kernel.shape[1])[0]
    full = F.pad(full, (0, max(0, left + width - full.shape[3]), 0, max(0, top + height - full.shape[2])))
    return full[:, :, top:top + height, left:left + width] + bias[:, None, None]


def train(seed):
    random = np.random.default_rng(seed)
    exact = lambda values: torch.tensor(np.float32(values).astype(np.float64))
    parameters = {}
    for name, shape in SHAPES.items():
        limit = 1.5 * np.sqrt(6 / (shape[0] * shape[1] * (shape[2] + shape[3])))
        transposes = "transposed" in name or name == "decoder.output"
        parameters[name + ".kernel"] = exact(random.uniform(-limit, limit, shape)).requires_grad_()
        parameters[name + ".bias"] = exact(
            random.uniform(-0.1, 0.1, shape[2] if transposes else shape[3])).requires_grad_()
    codes = exact(random.normal(0, 0.7, (CODES, SIZE)))
    counts = exact(random.uniform(0.5, 20, CODES))
    sums = counts[:, None] * codes
    images = exact(random.integers(0, 256, (BATCH, 7, 5, 2)) / 255)
    tensors = {"input.images": images}
    for name, value in parameters.items():
        tensors["parameter." + name] = value.detach().clone()
    tensors |= {"parameter.latent.codes": codes, "parameter.latent.counts": counts, "parameter.latent.sums": sums}
    adam = torch.optim.Adam(parameters.values(), lr=1e-3, eps=1e-7)
    gap, used, losses = np.inf, set(), []
    for step in range(1, STEPS + 1):
        def relu(x):
            nonlocal gap
            gap = min(gap, x.detach().abs().min().item())
            return F.relu(x)

        p = lambda name: (parameters[name + ".kernel"], parameters[name + ".bias"])
        hidden = relu(convolution(images.permute(0, 3, 1, 2), *p("encoder.convolution.0"), 2))
        vectors = convolution(hidden, *p("encoder.vectors"), 1).permute(0, 2, 3, 1)
        distances = ((vectors.detach()[..., None, :] - codes) ** 2).sum(-1)
        nearest = distances.sort(-1)
        numbers = nearest.indices[..., 0]
        gap = min(gap, (nearest.values[..., 1] - nearest.values[..., 0]).min().item())
        quantised = codes[numbers]
        used |= set(numbers.flatten().tolist())
        commitment = COMMITMENT * ((vectors - quantised) ** 2).sum((1, 2, 3))
        z = vectors + (quantised - vectors).detach()
        below = relu(convolution(z.permute(0, 3, 1, 2), *p("decoder.convolution.0"), 1))
        below = relu(transposed(below, *p("decoder.transposed_convolution.0"), 2, 7, 5))
        logits = transposed(below, *p("decoder.output"), 1, 7, 5).permute(0, 2, 3, 1)
        reconstruction = F.binary_cross_entropy_with_logits(logits, images, reduction="none").sum((1, 2, 3))
        adam.zero_grad()
        (reconstruction + commitment).mean().backward()
        hits = F.one_hot(numbers.flatten(), CODES).double()
        batch_counts, batch_sums = hits.sum(0), hits.T @ vectors.detach().reshape(-1, SIZE)
        losses.append((reconstruction.mean().item(), commitment.mean().item()))
        if step == 1:
            tensors |= {
                "vectors": vectors.detach(), "codes": numbers.double(), "logits": logits.detach(),
                "batch.counts": batch_counts, "batch.sums": batch_sums}
            for name, value in parameters.items():
                tensors["gradient." + name] = value.grad.clone()
        adam.step()
        counts = DECAY * counts + (1 - DECAY) * batch_counts
        sums = DECAY * sums + (1 - DECAY) * batch_sums
        total = counts.sum()
        codes = sums / ((counts + SMOOTHING) / (total + CODES * SMOOTHING) * total)[:, None]
        for name, value in parameters.items():
            tensors[f"updated.{step}.{name}"] = value.detach().clone()
        tensors |= {
            f"updated.{step}.latent.codes": codes, f"updated.{step}.latent.counts": counts,
            f"updated.{step}.latent.sums": sums}
    tensors["reconstruction"], tensors["commitment"] = (torch.tensor(part) for part in zip(*losses))
    return tensors, gap, len(used)


seed = 0
while True:
    tensors, gap, used = train(seed)
    if gap > GAP and used == CODES - 1:
        break
    seed += 1
print(f"seed {seed}: gap {gap:.1e}, {used} of {CODES} codes used")
save_file({name: value.contiguous() for name, value in tensors.items()},
          pathlib.Path(__file__).parent / "codes.safetensors", {"model": json.dumps(MODEL, sort_keys=True)})
