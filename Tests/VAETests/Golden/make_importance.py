"""Writes importance.safetensors: the importance-weighted bound and both its gradients, by PyTorch's autograd in float64.

    pip install torch numpy safetensors
    python make_importance.py

A fully connected model of 6 values, 4 hidden units (tanh) on either side and 2 latents, Bernoulli. `images` (3, 6), `noise` (5, 3, 2): five
draws of each image; ten tensors `parameter.<i>`, kernels and biases in turn: encoder, mean, log-variance, decoder, output. `bound` and
`reconstruction` (3): -ln (1/5 Σ w), and the mean of -ln p(x|z) by the shares of the weights. `plain.<i>`: the gradient of the mean bound as autograd finds it (Burda et al. 2016);
`double.<i>`: that of the surrogate of Tucker et al. 2018, equation 8, for the encoder's six tensors; those of the decoder have the plain one.
"""
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)
random = np.random.default_rng(11)
shapes = [(6, 4), (4,), (4, 2), (2,), (4, 2), (2,), (2, 4), (4,), (4, 6), (6,)]
parameters = [torch.tensor(random.normal(0, 0.8, shape), requires_grad=True) for shape in shapes]
images = torch.tensor(random.uniform(0, 1, (3, 6)))
noise = torch.tensor(random.normal(0, 1, (5, 3, 2)))


def normal(z, mean, log_variance):
    return -0.5 * ((z - mean) ** 2 / log_variance.exp() + log_variance + np.log(2 * np.pi)).sum(-1)


def log_weights(stops_posterior):
    a, b, m, mb, v, vb, d, db, o, ob = parameters
    hidden = torch.tanh(images @ a + b)
    mean, log_variance = hidden @ m + mb, hidden @ v + vb
    z = mean + (0.5 * log_variance).exp() * noise
    logits = torch.tanh(z @ d + db) @ o + ob
    reconstruction = F.binary_cross_entropy_with_logits(logits, images.expand_as(logits), reduction="none").sum(-1)
    if stops_posterior:
        mean, log_variance = mean.detach(), log_variance.detach()
    prior = normal(z, torch.zeros(2), torch.zeros(2))
    return prior - reconstruction - normal(z, mean, log_variance), reconstruction


tensors = {"images": images, "noise": noise}
weights, reconstruction = log_weights(False)
bound = -(torch.logsumexp(weights, 0) - np.log(5))
mean = (torch.softmax(weights, 0) * reconstruction).sum(0)
tensors["bound"], tensors["reconstruction"] = bound.detach(), mean.detach()
plain = torch.autograd.grad(bound.mean(), parameters)
weights, _ = log_weights(True)
shares = torch.softmax(weights, 0).detach()
assert shares.max() < 0.9 and shares.min() > 1e-3
surrogate = -(shares**2 * weights).sum(0).mean()
double = torch.autograd.grad(surrogate, parameters)
for i, parameter in enumerate(parameters):
    tensors[f"parameter.{i}"] = parameter.detach()
    tensors[f"plain.{i}"] = plain[i]
    if i < 6:
        tensors[f"double.{i}"] = double[i]
save_file({name: values.contiguous() for name, values in tensors.items()}, "importance.safetensors")
