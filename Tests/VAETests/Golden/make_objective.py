"""Writes objective.safetensors: penalties of a divergence and steps of AdamW on clipped gradients, by PyTorch in float64.

    pip install torch numpy safetensors
    python make_objective.py

Penalties: `mean` and `log_variance` (5, 3); `free_bits` and `capacity` (5), of each image, with λ = 0.2 nats and C = 1.1 nats; and
their gradients `<penalty>.mean`, `<penalty>.log_variance` of the sum over the images.

Steps: six tensors `parameter.<i>`, kernels and biases in turn, gradients `gradient.<step>.<i>` of five steps, and `updated.<step>.<i>` after each:
clip_grad_norm_ with 1.5 over all six, then AdamW with 0.01, ε = 1e-7 and a weight decay of 0.5 on the kernels. `norm` (5): before
clipping; some are below 1.5.
"""
import numpy as np
import torch
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)
random = np.random.default_rng(7)
tensors = {}

mean = torch.tensor(random.normal(0, 0.8, (5, 3)), requires_grad=True)
log_variance = torch.tensor(random.normal(-0.3, 0.8, (5, 3)), requires_grad=True)
kl = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance)
penalties = {"free_bits": kl.clamp(min=0.2).sum(1), "capacity": (kl.sum(1) - 1.1).abs()}
tensors["mean"], tensors["log_variance"] = mean.detach(), log_variance.detach()
for name, penalty in penalties.items():
    tensors[name] = penalty.detach()
    for part, values in (("mean", mean), ("log_variance", log_variance)):
        (gradient,) = torch.autograd.grad(penalty.sum(), values, retain_graph=True)
        tensors[f"{name}.{part}"] = gradient
assert 2 < (kl < 0.2).sum() < 13 and 0 < (kl.sum(1) < 1.1).sum() < 5

shapes = [(2, 1), (1,), (2, 1), (1,), (1, 2), (2,)]
parameters = [torch.nn.Parameter(torch.tensor(random.normal(0, 1, shape))) for shape in shapes]
for i, parameter in enumerate(parameters):
    tensors[f"parameter.{i}"] = parameter.detach().clone()
optimizer = torch.optim.AdamW(
    [{"params": parameters[0::2], "weight_decay": 0.5}, {"params": parameters[1::2], "weight_decay": 0}],
    lr=0.01, eps=1e-7)
norms = []
for step, size in enumerate((0.2, 1, 3, 0.3, 2), 1):
    for i, (parameter, shape) in enumerate(zip(parameters, shapes)):
        parameter.grad = torch.tensor(random.normal(0, size, shape))
        tensors[f"gradient.{step}.{i}"] = parameter.grad.clone()
    norms.append(torch.nn.utils.clip_grad_norm_(parameters, 1.5))
    optimizer.step()
    for i, parameter in enumerate(parameters):
        tensors[f"updated.{step}.{i}"] = parameter.detach().clone()
tensors["norm"] = torch.stack(norms).detach()
assert 0 < (tensors["norm"] < 1.5).sum() < 5
save_file({name: values.contiguous() for name, values in tensors.items()}, "objective.safetensors")
