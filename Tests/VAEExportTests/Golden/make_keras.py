"""Makes keras.npz and keras-losses.npz: the VAE of Keras's examples, trained there.

    make_keras.py TRAIN-IMAGES-IDX3-UBYTE

The model is that of https://keras.io/examples/generative/vae/ with the layers, losses and training step as
they stand there, and smaller layers, so that its weights are a small file: filters 4 and 8, 8 units. It is
trained for six epochs on the first 4,096 images. Made with keras 3.15.1 on tensorflow-cpu 2.21.0.
"""

import gzip
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

keras.utils.set_random_seed(1)
latent_dim = 2


class Sampling(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs):
        z_mean, z_log_var = inputs
        epsilon = keras.random.normal(ops.shape(z_mean), seed=self.seed_generator)
        return z_mean + ops.exp(0.5 * z_log_var) * epsilon


encoder_inputs = keras.Input(shape=(28, 28, 1))
x = layers.Conv2D(4, 3, activation="relu", strides=2, padding="same")(encoder_inputs)
x = layers.Conv2D(8, 3, activation="relu", strides=2, padding="same")(x)
x = layers.Flatten()(x)
x = layers.Dense(8, activation="relu")(x)
z_mean = layers.Dense(latent_dim, name="z_mean")(x)
z_log_var = layers.Dense(latent_dim, name="z_log_var")(x)
z = Sampling()([z_mean, z_log_var])
encoder = keras.Model(encoder_inputs, [z_mean, z_log_var, z], name="encoder")

latent_inputs = keras.Input(shape=(latent_dim,))
x = layers.Dense(7 * 7 * 8, activation="relu")(latent_inputs)
x = layers.Reshape((7, 7, 8))(x)
x = layers.Conv2DTranspose(8, 3, activation="relu", strides=2, padding="same")(x)
x = layers.Conv2DTranspose(4, 3, activation="relu", strides=2, padding="same")(x)
decoder_outputs = layers.Conv2DTranspose(1, 3, activation="sigmoid", padding="same")(x)
decoder = keras.Model(latent_inputs, decoder_outputs, name="decoder")


def losses(data, z, z_mean, z_log_var):
    reconstruction = ops.sum(
        keras.losses.binary_crossentropy(data, decoder(z)), axis=(1, 2)
    )
    kl = -0.5 * (1 + z_log_var - ops.square(z_mean) - ops.exp(z_log_var))
    return reconstruction, ops.sum(kl, axis=1)


class VAE(keras.Model):
    def train_step(self, data):
        with tf.GradientTape() as tape:
            z_mean, z_log_var, z = encoder(data)
            reconstruction, kl = losses(data, z, z_mean, z_log_var)
            total = ops.mean(reconstruction) + ops.mean(kl)
        weights = encoder.trainable_weights + decoder.trainable_weights
        self.optimizer.apply(tape.gradient(total, weights), weights)
        return {"total": total}


opener = gzip.open if sys.argv[1].endswith(".gz") else open
with opener(sys.argv[1]) as file:
    bytes = np.frombuffer(file.read(16 + 4096 * 784), "uint8", offset=16)
bytes = bytes.reshape(-1, 28, 28, 1)
images = bytes.astype("float32") / 255

vae = VAE()
vae.compile(optimizer=keras.optimizers.Adam(0.003))
vae.fit(images, epochs=6, batch_size=128, verbose=2)

# The line that a user writes.
np.savez("keras.npz", *encoder.get_weights(), *decoder.get_weights())

# Losses at z = μ, of eight images.
sample = images[:8]
z_mean, z_log_var, _ = encoder(sample)
reconstruction, kl = losses(sample, z_mean, z_mean, z_log_var)
np.savez(
    "keras-losses.npz",
    images=bytes[:8, :, :, 0],
    z_mean=z_mean,
    z_log_var=z_log_var,
    reconstruction=reconstruction,
    kl=kl,
)
print(ops.mean(reconstruction), ops.mean(kl))
