"""A variational autoencoder in PyTorch, as `vae export` writes it.

The model: filters 32-64, 16 hidden units, 2 latent dimensions.
Weights are in model.safetensors beside this file. Needs torch and safetensors.

    from model import load

    vae = load()  # images: (n, 1, 28, 28), values from 0 to 1
    mean, log_variance = vae.encode(images)  # (n, 2) each
    images = vae.decode(mean)
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

WEIGHTS = Path(__file__).with_name("model.safetensors")


class Encoder(nn.Module):
    """From images to the mean and the log-variance of q(z|x)."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution_0 = nn.Conv2d(1, 32, kernel_size=3, stride=2)
        self.convolution_1 = nn.Conv2d(32, 64, kernel_size=3, stride=2)
        self.dense = nn.Linear(3136, 16)
        self.mean = nn.Linear(16, 2)
        self.log_variance = nn.Linear(16, 2)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        x = F.pad(images, (0, 1, 0, 1))
        x = F.relu(self.convolution_0(x))  # (n, 32, 14, 14)
        x = F.pad(x, (0, 1, 0, 1))
        x = F.relu(self.convolution_1(x))  # (n, 64, 7, 7)
        x = torch.flatten(x, 1)  # (n, 3136)
        x = F.relu(self.dense(x))  # (n, 16)
        return self.mean(x), self.log_variance(x)


class Decoder(nn.Module):
    """From z to the means of p(x|z)."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = nn.Linear(2, 3136)
        self.transposed_convolution_0 = nn.ConvTranspose2d(
            64, 64, kernel_size=3, stride=2
        )
        self.transposed_convolution_1 = nn.ConvTranspose2d(
            64, 32, kernel_size=3, stride=2
        )
        self.output = nn.ConvTranspose2d(32, 1, kernel_size=3, padding=1)

    def forward(self, z: Tensor) -> Tensor:
        x = F.relu(self.dense(z))  # (n, 3136)
        x = x.unflatten(1, (64, 7, 7))
        x = F.relu(self.transposed_convolution_0(x)[:, :, :14, :14])  # (n, 64, 14, 14)
        x = F.relu(self.transposed_convolution_1(x)[:, :, :28, :28])  # (n, 32, 28, 28)
        x = self.output(x)  # (n, 1, 28, 28)
        return torch.sigmoid(x)


class VAE(nn.Module):
    """Encoder and decoder."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()
        self.metadata: dict[str, str] = {}

    def encode(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of q(z|x), (n, 2) each, for images (n, 1, 28, 28)."""
        return self.encoder(images)

    def decode(self, z: Tensor) -> Tensor:
        """The means of p(x|z), (n, 1, 28, 28), for points z, (n, 2)."""
        return self.decoder(z)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Reconstructions, means, log-variances; z is drawn in training alone."""
        mean, log_variance = self.encode(images)
        z = mean
        if self.training:
            z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        return self.decode(z), mean, log_variance

    def draw(self, count: int) -> Tensor:
        """Draws of the prior, (count, 2), to decode."""
        parameter = next(self.parameters())
        return torch.randn(count, 2, device=parameter.device)


def load(path: str | Path = WEIGHTS) -> VAE:
    """The model with the weights of a file, for use and not for training."""
    vae = VAE()
    with safe_open(path, framework="pt") as file:
        vae.metadata = file.metadata() or {}
        vae.load_state_dict({name: file.get_tensor(name) for name in file.keys()})
    return vae.eval()


def save(vae: VAE, path: str | Path) -> None:
    """Writes weights for `load`, and for `vae import --layout pytorch`."""
    tensors = {name: tensor.contiguous() for name, tensor in vae.state_dict().items()}
    save_file(tensors, path, metadata=vae.metadata)
