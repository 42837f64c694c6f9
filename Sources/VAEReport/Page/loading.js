// How to use the model elsewhere: programs that run as they are, beside model.safetensors.

const swiftCode = (model) => `import VAE

let model = try VariationalAutoencoder(contentsOf: "model.safetensors")
// (n, ${model.latentSize}) latents to (n, ${model.height}, ${model.width}, ${model.channels}) images, the means of p(x|z)
let images = try model.decode([Float](repeating: 0, count: ${model.latentSize}))
let digits = try model.sample(64)
`;

const pythonTransposed = `

def transposed(x, name, height, width, stride):
    """A transposed convolution to height × width; kernels are [kh, kw, out, in], padding is 'same'."""
    kernel = w[name + ".kernel"]
    side, _, outputs, _ = kernel.shape
    n, rows, columns, _ = x.shape
    top = max((rows - 1) * stride + side - height, 0) // 2
    left = max((columns - 1) * stride + side - width, 0) // 2
    full = (n, max((rows - 1) * stride + side, top + height), max((columns - 1) * stride + side, left + width), outputs)
    y = np.zeros(full, np.float32)
    for i in range(side):
        for j in range(side):
            y[:, i:i + rows * stride:stride, j:j + columns * stride:stride] += x @ kernel[i, j].T
    return y[:, top:top + height, left:left + width] + w[name + ".bias"]
`;

const pythonClimb = `
    levels = [(shape["height"], shape["width"])]
    for _ in sizes["encoderFilters"]:
        levels.append(tuple((side + 1) // 2 for side in levels[-1]))
    x = x.reshape(len(x), *levels[-1], -1)
    for index in range(len(sizes["decoderFilters"])):
        x = activation(transposed(x, f"decoder.transposed_convolution.{index}", *levels[-2 - index], stride=2))
    x = transposed(x, "decoder.output", *levels[0], stride=1)`;

const pythonFlat = `
    x = dense(x, "decoder.output").reshape(-1, shape["height"], shape["width"], shape["channels"])`;

const pythonActivations = {
  relu: 'np.maximum(x, 0)',
  tanh: 'np.tanh(x)',
};

const pythonCode = (model) => {
  const names = model.decoderDense.map(({ name }) => name).filter((name) => name !== 'decoder.output');
  const hidden = names.length ? `
    for name in [${names.map((name) => `"${name}"`).join(', ')}]:
        x = activation(dense(x, name))` : '';
  return `# pip install numpy safetensors
import json
import numpy as np
from safetensors import safe_open

with safe_open("model.safetensors", "np") as file:
    sizes = json.loads(file.metadata()["configuration"])
    w = {name: file.get_tensor(name) for name in file.keys()}


def dense(x, name):
    return x @ w[name + ".kernel"] + w[name + ".bias"]


def activation(x):
    return ${pythonActivations[model.hiddenActivation]}
${model.transposed.length ? pythonTransposed : ''}

def decode(z):
    """(n, latent) to (n, height, width, channels), the means of p(x|z)."""
    shape = sizes["imageShape"]
    x = np.asarray(z, np.float32)${hidden}${model.transposed.length ? pythonClimb : pythonFlat}
    return ${model.likelihood === 'gaussian' ? 'x' : '1 / (1 + np.exp(-x))'}


images = decode(np.zeros((1, sizes["latentSize"])))
print(images.shape, images.min(), images.max())
`;
};
