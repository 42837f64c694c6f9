"""Runs exported models and compares what they give with what the engine gave.

    frameworks.py pytorch|keras FOLDER

Each folder in FOLDER holds an export, model.py and model.safetensors, and expected.safetensors: what
went in, with images as (n, height, width, channels), and what the engine made of it. For each a line says
the largest differences of what encoder and decoder give, and of an image's losses at the mean of z where they
are there, relative to 1 or to the largest value where that is more. The weights that the program writes again go to saved.safetensors.
"""

import importlib.util
import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
from safetensors.numpy import load_file

program, root = sys.argv[1], Path(sys.argv[2])


def load_module(folder):
    specification = importlib.util.spec_from_file_location(f"model_{folder.name}", folder / "model.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def difference(found, expected):
    found = np.asarray(found)
    assert found.shape == expected.shape, f"{found.shape} for {expected.shape}"
    scale = max(1.0, float(np.abs(expected).max()))
    return float(np.abs(found.astype("f8") - expected).max()) / scale


def losses(images, reconstructions, mean, log_variance):
    """Binary cross-entropy and KL divergence of each image, in nats, as in Keras's example."""
    x, p = (np.asarray(values, "f8").reshape(len(values), -1) for values in (images, reconstructions))
    mean, log_variance = (np.asarray(values, "f8") for values in (mean, log_variance))
    entropy = -(x * np.log(p) + (1 - x) * np.log1p(-p)).sum(axis=1)
    divergence = -0.5 * (1 + log_variance - mean**2 - np.exp(log_variance)).sum(axis=1)
    return np.stack([entropy, divergence], axis=1)


def refuses(call, *arguments):
    """Whether a class that a model does not know is refused."""
    try:
        call(*arguments)
    except ValueError:
        return True
    return False


def run_pytorch(module, expected, folder):
    import torch

    images = torch.tensor(expected["images"])
    is_table = images.ndim == 2
    if not is_table:
        images = images.movedim(-1, 1).contiguous()
    classes = [torch.tensor(expected["classes"])] if "classes" in expected else []
    vae = module.load(folder / "model.safetensors")
    with torch.no_grad():
        encoded = vae.encode(images, *classes)
        z = torch.tensor(expected["codes" if "codes" in expected else "z"])
        decoded = vae.decode(z, *classes)
        reconstructed = vae(images, *classes)[0]
        assert not classes or refuses(vae.decode, z, classes[0] + 100)
        if "codes" not in expected:
            assert vae.draw(3).shape == (3, z.shape[1])
    if not is_table:
        decoded, reconstructed = (values.movedim(1, -1) for values in (decoded, reconstructed))
    module.save(vae, folder / "saved.safetensors")
    return encoded if isinstance(encoded, tuple) else (encoded,), decoded, reconstructed


def run_keras(module, expected, folder):
    classes = [expected["classes"]] if "classes" in expected else []
    vae = module.load(folder / "model.safetensors")
    encoded = vae.encode(expected["images"], *classes)
    z = expected["codes" if "codes" in expected else "z"]
    decoded = vae.decode(z, *classes)
    encoded = encoded if isinstance(encoded, (tuple, list)) else (encoded,)
    reconstructed = vae.decode(encoded[0], *classes)
    assert not classes or refuses(vae.decode, z, classes[0] + 100)
    module.save(vae, folder / "saved.safetensors")
    return encoded, decoded, reconstructed


runs = {"pytorch": run_pytorch, "keras": run_keras}
for folder in sorted(path for path in root.iterdir() if path.is_dir()):
    expected = load_file(folder / "expected.safetensors")
    encoded, decoded, reconstructed = runs[program](load_module(folder), expected, folder)
    names = ["codes"] if "codes" in expected else ["mean", "log_variance"]
    differences = [
        max(difference(*pair) for pair in zip(encoded, (expected[name] for name in names))),
        difference(decoded, expected["decoded"]),
    ]
    if "losses" in expected:
        differences.append(difference(losses(expected["images"], reconstructed, *encoded), expected["losses"]))
    print(f"case {folder.name}", *(f"{value:.3g}" for value in differences))
