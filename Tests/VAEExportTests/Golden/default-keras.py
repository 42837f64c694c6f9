"""A variational autoencoder in Keras 3, as `vae export` writes it.

The model: filters 32-64, 16 hidden units, 2 latent dimensions.
Weights are in model.safetensors beside this file. Needs keras, numpy and safetensors.

    from model import load

    vae = load()  # images: (n, 28, 28, 1), values from 0 to 1
    mean, log_variance = vae.encode(images)  # (n, 2) each
    images = vae.decode(mean)

vae.encoder and vae.decoder are models of Keras, to train on or to build into others.
"""

from pathlib import Path

import keras
import numpy as np
from keras import layers
from safetensors import safe_open
from safetensors.numpy import save_file

WEIGHTS = Path(__file__).with_name("model.safetensors")
# What the tensors in the file are called where Keras has another name.
NAMES = {"gamma": "scale", "beta": "shift", "embeddings": "codes"}


def build_encoder() -> keras.Model:
    """From images to the mean and the log-variance of q(z|x)."""
    images = keras.Input((28, 28, 1), name="images")
    x = layers.Conv2D(
        32,
        3,
        strides=2,
        padding="same",
        activation="relu",
        name="encoder.convolution.0",
    )(images)
    x = layers.Conv2D(
        64,
        3,
        strides=2,
        padding="same",
        activation="relu",
        name="encoder.convolution.1",
    )(x)
    x = layers.Flatten()(x)
    x = layers.Dense(16, activation="relu", name="encoder.dense")(x)
    mean = layers.Dense(2, name="encoder.mean")(x)
    log_variance = layers.Dense(2, name="encoder.log_variance")(x)
    return keras.Model(images, [mean, log_variance], name="encoder")


def build_decoder() -> keras.Model:
    """From z to the means of p(x|z)."""
    z = keras.Input((2,), name="z")
    x = layers.Dense(3136, activation="relu", name="decoder.dense")(z)
    x = layers.Reshape((7, 7, 64))(x)
    x = layers.Conv2DTranspose(
        64,
        3,
        strides=2,
        padding="same",
        activation="relu",
        name="decoder.transposed_convolution.0",
    )(x)
    x = layers.Conv2DTranspose(
        32,
        3,
        strides=2,
        padding="same",
        activation="relu",
        name="decoder.transposed_convolution.1",
    )(x)
    x = layers.Conv2DTranspose(1, 3, padding="same", name="decoder.output")(x)
    x = layers.Activation("sigmoid")(x)
    return keras.Model(z, x, name="decoder")


class VAE:
    """Encoder and decoder, for arrays of NumPy."""

    def __init__(self):
        self.encoder = build_encoder()
        self.decoder = build_decoder()
        self.tensors = {}
        self.metadata = {}

    def encode(self, images):
        """Mean and log-variance of q(z|x), (n, 2) each, for images (n, 28, 28, 1)."""
        return self.encoder.predict(images, verbose=0)

    def decode(self, z):
        """The means of p(x|z), (n, 28, 28, 1), for points z, (n, 2)."""
        return self.decoder.predict(z, verbose=0)


def named_weights(vae):
    """Every variable of both models with its name in the file."""
    for layer in vae.encoder.layers + vae.decoder.layers:
        for variable in layer.weights:
            yield f"{layer.name}.{NAMES.get(variable.name, variable.name)}", variable


def load(path=WEIGHTS):
    """The model with the weights of a file."""
    vae = VAE()
    with safe_open(path, framework="np") as file:
        vae.metadata = file.metadata() or {}
        vae.tensors = {name: file.get_tensor(name) for name in file.keys()}
    for name, variable in named_weights(vae):
        variable.assign(vae.tensors[name])
    return vae


def save(vae, path):
    """Writes weights for `load`, and for `vae import --layout keras`."""
    tensors = dict(vae.tensors)
    for name, variable in named_weights(vae):
        tensors[name] = np.ascontiguousarray(variable.numpy())
    save_file(tensors, path, metadata=vae.metadata)
