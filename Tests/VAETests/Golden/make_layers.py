"""Write layers.safetensors and strides.safetensors: models that list their layers, from PyTorch in float64.

usage:  pip install torch numpy safetensors
        python Tests/VAETests/Golden/make_layers.py

Each file has the model's configuration as JSON in its metadata, as vae-train --model reads it, the parameters that it starts
from (exact in float32), pixels, noise, and what one pass must compute: mean, log_variance, output, losses and gradients
of their mean over the images. Nothing is shared with the engine: sizes, padding and names are worked out here. Made with
PyTorch 2.13, NumPy 2.4 and safetensors 0.8.
"""

import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file

LAYERS = {
    "imageShape": {"height": 11, "width": 9, "channels": 2}, "kernelSize": 3, "latentSize": 3,
    "hiddenActivation": "leaky-relu",
    "encoder": [
        {"type": "convolution", "filters": 6, "kernelSize": 5, "activation": "none"},
        {"type": "group_normalization", "groups": 3},
        {"type": "activation", "activation": "silu"},
        {"type": "convolution", "filters": 8, "kernelSize": 2, "stride": 2},
        {"type": "residual", "layers": [
            {"type": "convolution", "filters": 8, "activation": "silu"},
            {"type": "convolution", "filters": 8}]},
        {"type": "dense", "units": 10}],
    "decoder": [
        {"type": "dense", "shape": [6, 5, 8]},
        {"type": "group_normalization", "groups": 4},
        {"type": "upsampling", "factor": 2},
        {"type": "convolution", "filters": 5},
        {"type": "residual", "layers": [
            {"type": "transposed_convolution", "filters": 5, "kernelSize": 1, "activation": "tanh"}]}],
}
STRIDES = {
    "imageShape": {"height": 10, "width": 13, "channels": 1}, "kernelSize": 5, "latentSize": 2,
    "hiddenActivation": "silu", "likelihood": "gaussian",
    "encoder": [
        {"type": "residual", "layers": [
            {"type": "convolution", "filters": 4, "stride": 3}, {"type": "convolution", "filters": 7, "kernelSize": 1}]},
        {"type": "convolution", "filters": 6, "kernelSize": 2, "activation": "tanh"},
        {"type": "convolution", "filters": 17, "kernelSize": 4, "stride": 2}],
    "decoder": [
        {"type": "dense", "units": 9},
        {"type": "group_normalization", "groups": 1},
        {"type": "dense", "shape": [2, 3, 16]},
        {"type": "transposed_convolution", "filters": 8, "kernelSize": 4, "stride": 2},
        {"type": "activation", "activation": "tanh"},
        {"type": "transposed_convolution", "filters": 5, "kernelSize": 2, "stride": 3, "activation": "leaky-relu"}],
}
BATCH = 5
# The engine has these constants in float32.
SLOPE = float(np.float32(0.01))
EPSILON = float(np.float32(1e-5))


class Model:
    """A configuration, walked with PyTorch's own layers."""

    def __init__(self, configuration, seed):
        self.configuration = configuration
        self.random = np.random.Generator(np.random.PCG64(seed))
        self.weights = {}
        self.closest = math.inf  # the smallest |x| that a leaky rectifier was given

    def weight(self, name, shape):
        """A parameter, made when it is first asked for: about Glorot's size, scales about 1, exact in float32."""
        if name not in self.weights:
            spread = math.sqrt(3 / max(math.prod(shape[:-1]), 1)) if len(shape) > 1 else 0.3
            values = self.random.uniform(-spread, spread, shape) + (1 if name.endswith(".scale") else 0)
            values = torch.tensor(values.astype(np.float32).astype(np.float64), requires_grad=True)
            self.weights[name] = values
        return self.weights[name]

    def activate(self, x, name):
        if name == "leaky-relu":
            self.closest = min(self.closest, x.detach().abs().min().item())
            return F.leaky_relu(x, SLOPE)
        return {"none": lambda x: x, "relu": F.relu, "tanh": torch.tanh, "silu": F.silu}[name](x)

    def activation(self, layer):
        return layer.get("activation", self.configuration["hiddenActivation"])

    def convolution(self, x, name, filters, kernel, stride):
        weight = self.weight(f"{name}.kernel", (kernel, kernel, x.shape[3], filters))
        pads = []
        for size in (x.shape[2], x.shape[1]):
            total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            pads += [total // 2, total - total // 2]
        y = F.conv2d(F.pad(x.permute(0, 3, 1, 2), pads), weight.permute(3, 2, 0, 1), stride=stride)
        return y.permute(0, 2, 3, 1) + self.weight(f"{name}.bias", (filters,))

    def transposed(self, x, name, filters, kernel, stride, size):
        """The gradient of a convolution with respect to images of `size`, by PyTorch's own derivative."""
        weight = self.weight(f"{name}.kernel", (kernel, kernel, filters, x.shape[3]))
        pads = []
        for side in (size[1], size[0]):
            total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
            pads += [total // 2, total - total // 2]
        padded = (size[0] + pads[2] + pads[3], size[1] + pads[0] + pads[1])
        full = torch.nn.grad.conv2d_input(
            (x.shape[0], filters, *padded), weight.permute(3, 2, 0, 1), x.permute(0, 3, 1, 2), stride=stride)
        y = full[:, :, pads[2]:pads[2] + size[0], pads[0]:pads[0] + size[1]]
        return y.permute(0, 2, 3, 1) + self.weight(f"{name}.bias", (filters,))

    def dense(self, x, name, shape):
        x = x.reshape(len(x), -1)
        units = math.prod(shape)
        weight = self.weight(f"{name}.kernel", (x.shape[1], units))
        return (x @ weight + self.weight(f"{name}.bias", (units,))).reshape(len(x), *shape)

    def step_up(self, x, factor):
        """The sizes that a matching convolution was given, or the multiple."""
        for index in reversed(range(len(self.levels))):
            if all(-(-side // factor) == here for side, here in zip(self.levels[index], x.shape[1:3])):
                size = self.levels[index]
                del self.levels[index:]
                return size
        return x.shape[1] * factor, x.shape[2] * factor

    def chain(self, x, layers, scope):
        numbers = {}
        for layer in layers:
            kind = layer["type"]
            number = numbers.get(kind, 0)
            numbers[kind] = number + 1
            alone = kind == "dense" and sum(other["type"] == kind for other in layers) == 1
            name = f"{scope}.{kind}" if alone else f"{scope}.{kind}.{number}"
            kernel, stride = layer.get("kernelSize", self.configuration["kernelSize"]), layer.get("stride", 1)
            if kind == "convolution":
                if stride > 1:
                    self.levels.append(tuple(x.shape[1:3]))
                x = self.activate(self.convolution(x, name, layer["filters"], kernel, stride), self.activation(layer))
            elif kind == "transposed_convolution":
                size = self.step_up(x, stride) if stride > 1 else tuple(x.shape[1:3])
                x = self.activate(self.transposed(x, name, layer["filters"], kernel, stride, size), self.activation(layer))
            elif kind == "dense":
                x = self.activate(self.dense(x, name, layer.get("shape", [layer.get("units")])), self.activation(layer))
            elif kind == "group_normalization":
                channels = x.shape[-1]
                scale, shift = (self.weight(f"{name}.{part}", (channels,)) for part in ("scale", "shift"))
                x = F.group_norm(x.movedim(-1, 1), layer["groups"], scale, shift, eps=EPSILON).movedim(1, -1)
            elif kind == "activation":
                x = self.activate(x, layer["activation"])
            elif kind == "upsampling":
                height, width = self.step_up(x, layer["factor"])
                x = F.interpolate(x.permute(0, 3, 1, 2), scale_factor=layer["factor"], mode="nearest")
                x = x[:, :, :height, :width].permute(0, 2, 3, 1)
            elif kind == "residual":
                branch = self.chain(x, layer["layers"], name)
                if branch.shape != x.shape:
                    stride = -(-x.shape[1] // branch.shape[1])
                    x = self.convolution(x, f"{name}.shortcut", branch.shape[3], 1, stride)
                x = x + branch
        return x

    def run(self, images, noise):
        self.levels = []
        latent, shape = self.configuration["latentSize"], self.configuration["imageShape"]
        top = self.chain(images, self.configuration["encoder"], "encoder")
        mean = self.dense(top, "encoder.mean", [latent])
        log_variance = self.dense(top, "encoder.log_variance", [latent])
        z = mean + torch.exp(log_variance / 2) * noise
        x = self.chain(z, self.configuration["decoder"], "decoder")
        size = (shape["height"], shape["width"])
        output = self.transposed(x, "decoder.output", shape["channels"], self.configuration["kernelSize"], 1, size)
        if self.configuration.get("likelihood") == "gaussian":
            variance = self.weight("decoder.log_variance", (1,))
            losses = ((images - output) ** 2 * torch.exp(-variance) + variance + math.log(2 * math.pi)) / 2
        else:
            losses = F.binary_cross_entropy_with_logits(output, images, reduction="none")
        kl = (mean**2 + torch.exp(log_variance) - 1 - log_variance).sum(1) / 2
        return mean, log_variance, z, output, losses.flatten(1).sum(1), kl


def write(name, configuration, seed):
    model = Model(configuration, seed)
    shape = [configuration["imageShape"][side] for side in ("height", "width", "channels")]
    random = np.random.Generator(np.random.PCG64(seed + 1))
    pixels = random.integers(0, 256, (BATCH, *shape)).astype(np.uint8)
    # As the engine scales them: rounded to float32.
    images = torch.tensor((pixels.astype(np.float32) / np.float32(255)).astype(np.float64))
    noise = torch.tensor(random.standard_normal((BATCH, configuration["latentSize"])).astype(np.float32).astype(np.float64))
    mean, log_variance, z, output, reconstruction, kl = model.run(images, noise)
    (reconstruction + kl).mean().backward()
    tensors = {
        "input.images": images, "input.noise": noise, "mean": mean, "log_variance": log_variance, "z": z,
        "output": output, "loss.reconstruction": reconstruction, "loss.kl": kl,
    }
    for weight, values in model.weights.items():
        tensors[f"parameter.{weight}"] = values
        tensors[f"gradient.{weight}"] = values.grad
    arrays = {key: np.ascontiguousarray(value.detach().numpy()) for key, value in tensors.items()}
    path = pathlib.Path(__file__).with_name(f"{name}.safetensors")
    order = json.dumps(list(model.weights))
    save_file(arrays, path, metadata={"configuration": json.dumps(configuration), "parameters": order})
    print(f"{name}: {sum(v.numel() for v in model.weights.values()):,} parameters, rectifiers no nearer to 0 than {model.closest:.1e}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    write("layers", LAYERS, 14)
    write("strides", STRIDES, 40)
