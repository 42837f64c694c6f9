"""Time the training of the same model in PyTorch.

usage:  pip install torch numpy
        python Benchmarks/peers/torch_vae.py --data DIR --threads 2 [--mode channels-last]

Modes: eager; channels-last, which stores images as NHWC; bf16, which is channels-last with products in
bfloat16; compile, which is torch.compile and needs a C++ compiler.
"""

import peer

options = peer.arguments("PyTorch peer", ["eager", "channels-last", "bf16", "compile"])

import torch  # noqa: E402  (after OMP_NUM_THREADS is set)
from torch import nn  # noqa: E402
from torch.nn.functional import binary_cross_entropy_with_logits, relu  # noqa: E402

LATENT = 2
torch.set_num_threads(options.threads)
torch.manual_seed(0)


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.ModuleList([nn.Conv2d(1, 32, 3, 2, 1), nn.Conv2d(32, 64, 3, 2, 1)])
        self.hidden = nn.Linear(7 * 7 * 64, 16)
        self.mean = nn.Linear(16, LATENT)
        self.log_variance = nn.Linear(16, LATENT)
        self.seed = nn.Linear(LATENT, 7 * 7 * 64)
        self.up = nn.ModuleList(
            [
                nn.ConvTranspose2d(64, 64, 3, 2, 1, output_padding=1),
                nn.ConvTranspose2d(64, 32, 3, 2, 1, output_padding=1),
            ]
        )
        self.logits = nn.ConvTranspose2d(32, 1, 3, 1, 1)
        for layer in self.modules():
            if hasattr(layer, "weight"):
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)

    def forward(self, images, noise):
        """The loss in nats per image: reconstruction + KL, means over the batch."""
        x = images
        for layer in self.down:
            x = relu(layer(x))
        x = relu(self.hidden(x.flatten(1)))
        mean, log_variance = self.mean(x), self.log_variance(x)
        x = mean + (log_variance / 2).exp() * noise
        x = relu(self.seed(x)).unflatten(1, (64, 7, 7))
        for layer in self.up:
            x = relu(layer(x))
        reconstruction = binary_cross_entropy_with_logits(self.logits(x), images, reduction="sum")
        divergence = (mean.square() + log_variance.exp() - 1 - log_variance).sum() / 2
        return (reconstruction + divergence) / len(images)


layout = torch.channels_last if options.mode in ("channels-last", "bf16") else torch.contiguous_format
model = Autoencoder().to(memory_format=layout)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
loss_of = torch.compile(model) if options.mode == "compile" else model


def step(batch):
    images = torch.from_numpy(batch)[:, None].float().div_(255).contiguous(memory_format=layout)
    with torch.autocast("cpu", torch.bfloat16, enabled=options.mode == "bf16"):
        loss = loss_of(images, torch.randn(len(batch), LATENT))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


count = sum(parameter.numel() for parameter in model.parameters())
peer.report(f"PyTorch {torch.__version__}", options, count, step, peer.training_images(options.data))
