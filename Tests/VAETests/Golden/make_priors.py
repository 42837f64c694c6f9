"""Writes priors.safetensors: losses and gradients under priors that are trained, by PyTorch's autograd in float64.

    pip install torch numpy safetensors
    python make_priors.py

Fully connected models of 2x3 values, 4 hidden units (tanh) on either side and 2 latents, Bernoulli, whose configurations are the metadata
`mixture` and `vamp` (JSON): a mixture of 3 Gaussians with parameters of their own, `prior.logits`, `prior.mean` and `prior.log_variance`, and one
of the posteriors of 4 pseudo-inputs, `prior.pseudo_inputs` (Tomczak and Welling 2018). `images` (5, 6), `noise` (3, 5, 2): three draws of each
image. Of each prior `<prior>.parameter.<name>`, and of two losses

    elbo    reconstruction + 0.7 KL with one draw, the first of `noise`: KL = -ln p(z) - H(q(z|x))
    bound   -ln (1/3 sum w) over the three draws, w = p(x|z) p(z) / q(z|x) (Burda et al. 2016)

`<prior>.<loss>.loss`, the mean over the images, and `<prior>.<loss>.gradient.<name>`. The density of a mixture is that of
torch.distributions, so that its formula is written here a second time by others. Made with PyTorch 2.13, NumPy 2.4 and safetensors 0.8.
"""
import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
COMPONENTS = {"mixture": 3, "vamp": 4}
SHAPES = {
    "encoder.dense": (6, 4), "encoder.mean": (4, 2), "encoder.log_variance": (4, 2), "decoder.dense": (2, 4),
    "decoder.output": (4, 6),
}
OWN = {
    "mixture": {"prior.logits": (3,), "prior.mean": (3, 2), "prior.log_variance": (3, 2)},
    "vamp": {"prior.pseudo_inputs": (4, 2, 3, 1)},
}


def configuration(prior):
    return {
        "imageShape": {"height": 2, "width": 3, "channels": 1}, "encoderFilters": [], "decoderFilters": [],
        "encoderUnits": [4], "decoderUnits": [4], "hiddenActivation": "tanh", "kernelSize": 3, "latentSize": 2,
        "prior": {"kind": prior, "components": COMPONENTS[prior]},
    }


def affine(w, name, x):
    return x @ w[f"{name}.kernel"] + w[f"{name}.bias"]


def encode(w, x):
    hidden = torch.tanh(affine(w, "encoder.dense", x))
    return affine(w, "encoder.mean", hidden), affine(w, "encoder.log_variance", hidden)


def density(prior, w):
    """p(z)."""
    if prior == "mixture":
        logits, mean, log_variance = w["prior.logits"], w["prior.mean"], w["prior.log_variance"]
    else:
        mean, log_variance = encode(w, w["prior.pseudo_inputs"].flatten(1))
        logits = torch.zeros(len(mean))
    return MixtureSameFamily(Categorical(logits=logits), Independent(Normal(mean, (log_variance / 2).exp()), 1))


def losses(prior, w, images, noise):
    mean, log_variance = encode(w, images)
    posterior = Independent(Normal(mean, (log_variance / 2).exp()), 1)
    z = mean + (log_variance / 2).exp() * noise
    logits = affine(w, "decoder.output", torch.tanh(affine(w, "decoder.dense", z)))
    reconstruction = F.binary_cross_entropy_with_logits(logits, images.expand_as(logits), reduction="none").sum(-1)
    log_prior = density(prior, w).log_prob(z)
    weights = log_prior - reconstruction - posterior.log_prob(z)
    return {
        "elbo": (reconstruction[0] + 0.7 * (-log_prior[0] - posterior.entropy())).mean(),
        "bound": -(torch.logsumexp(weights, 0) - np.log(len(noise))).mean(),
    }


random = np.random.default_rng(23)
images = torch.tensor(random.integers(0, 256, (5, 6)) / 255)
noise = torch.tensor(random.normal(0, 1, (3, 5, 2)))
tensors = {"images": images, "noise": noise}
for prior in COMPONENTS:
    w = {}
    for name, shape in SHAPES.items():
        w[f"{name}.kernel"] = torch.tensor(random.normal(0, 0.7, shape), requires_grad=True)
        w[f"{name}.bias"] = torch.tensor(random.normal(0, 0.3, shape[1]), requires_grad=True)
    for name, shape in OWN[prior].items():
        values = random.uniform(0, 1, shape) if prior == "vamp" else random.normal(0, 0.8, shape)
        w[name] = torch.tensor(values, requires_grad=True)
    for name, value in w.items():
        tensors[f"{prior}.parameter.{name}"] = value.detach()
    for loss, value in losses(prior, w, images, noise).items():
        tensors[f"{prior}.{loss}.loss"] = value.detach().reshape(1)
        for name, slope in zip(w, torch.autograd.grad(value, list(w.values()), retain_graph=True)):
            # A component that no image is near would be checked by rounding alone.
            assert slope.abs().max() > 0.05, (prior, loss, name)
            tensors[f"{prior}.{loss}.gradient.{name}"] = slope
path = pathlib.Path(__file__).parent / "priors.safetensors"
metadata = {prior: json.dumps(configuration(prior)) for prior in COMPONENTS}
save_file({name: values.contiguous() for name, values in tensors.items()}, path, metadata)
print(f"{path.name}: {len(tensors)} tensors, {path.stat().st_size:,} bytes")
