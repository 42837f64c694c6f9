"""Time the training of the same model in Keras on TensorFlow.

usage:  pip install tensorflow-cpu
        python Benchmarks/peers/keras_vae.py --data DIR --threads 2 [--mode compile]

Modes: graph, as `fit` trains; eager, without a graph, for debugging; bf16, a graph with products in
bfloat16; compile, a graph that XLA compiles.
"""

import os

import peer

options = peer.arguments("Keras peer", ["graph", "eager", "bf16", "compile"])
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras  # noqa: E402  (after the environment is set)
import tensorflow as tf  # noqa: E402
from keras import layers  # noqa: E402

LATENT = 2
tf.config.threading.set_intra_op_parallelism_threads(options.threads)
tf.config.threading.set_inter_op_parallelism_threads(options.threads)
keras.utils.set_random_seed(0)
if options.mode == "bf16":
    keras.mixed_precision.set_global_policy("mixed_bfloat16")

encoder_input = keras.Input((28, 28, 1))
x = encoder_input
for filters in (32, 64):
    x = layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu")(x)
x = layers.Dense(16, activation="relu")(layers.Flatten()(x))
# Heads and logits stay in float32: the loss takes exponentials of them.
encoder = keras.Model(
    encoder_input, [layers.Dense(LATENT, dtype="float32")(x), layers.Dense(LATENT, dtype="float32")(x)]
)

decoder_input = keras.Input((LATENT,))
x = layers.Reshape((7, 7, 64))(layers.Dense(7 * 7 * 64, activation="relu")(decoder_input))
for filters in (64, 32):
    x = layers.Conv2DTranspose(filters, 3, strides=2, padding="same", activation="relu")(x)
decoder = keras.Model(
    decoder_input, layers.Conv2DTranspose(1, 3, padding="same", dtype="float32")(x)
)

variables = encoder.trainable_variables + decoder.trainable_variables
optimizer = keras.optimizers.Adam(1e-3)  # Keras's own epsilon is 1e-7
optimizer.build(variables)


def train(batch):
    images = tf.cast(batch, tf.float32)[..., None] / 255
    with tf.GradientTape() as tape:
        mean, log_variance = encoder(images, training=True)
        noise = tf.random.normal(tf.shape(mean))
        logits = decoder(mean + tf.exp(log_variance / 2) * noise, training=True)
        reconstruction = tf.nn.sigmoid_cross_entropy_with_logits(labels=images, logits=logits)
        divergence = (tf.square(mean) + tf.exp(log_variance) - 1 - log_variance) / 2
        total = tf.reduce_sum(reconstruction) + tf.reduce_sum(divergence)
        loss = total / tf.cast(tf.shape(images)[0], tf.float32)
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    return loss


if options.mode != "eager":
    train = tf.function(train, jit_compile=options.mode == "compile", reduce_retracing=True)


def step(batch):
    # A tensor and not an array: a graph would be traced anew for each array.
    float(train(tf.constant(batch)))


name = f"Keras {keras.__version__} on TensorFlow {tf.__version__}"
count = encoder.count_params() + decoder.count_params()
peer.report(name, options, count, step, peer.training_images(options.data))
