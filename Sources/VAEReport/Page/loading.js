// How to use the model elsewhere: programs that run as they are, beside model.safetensors.

const swiftCode = (model) => `import VAE

let model = try VariationalAutoencoder(contentsOf: "model.safetensors")
// (n, ${model.latentSize}) latents to (n, ${model.height}, ${model.width}, ${model.channels}) images, the means of p(x|z)
let images = try model.decode([Float](repeating: 0, count: ${model.latentSize}))
let digits = try model.sample(64)
`;

/** The functions that a decoder's lines may use, each after those that it uses itself. */
const pythonHelpers = {
  none: '',
  relu: `
def relu(x):
    return np.maximum(x, 0)
`,
  'leaky-relu': `
def leaky_relu(x):
    return np.where(x < 0, np.float32(0.01) * x, x)
`,
  tanh: `
def tanh(x):
    return np.tanh(x)
`,
  silu: `
def silu(x):
    return x / (1 + np.exp(-x))
`,
  dense: `
def dense(x, name):
    return x.reshape(len(x), -1) @ w[name + ".kernel"] + w[name + ".bias"]
`,
  convolution: `
def convolution(x, name, stride):
    """A convolution; kernels are [kh, kw, in, out], padding is 'same'."""
    kernel = w[name + ".kernel"]
    side, _, _, outputs = kernel.shape
    n, height, width, _ = x.shape
    rows, columns = -(-height // stride), -(-width // stride)
    down, across = (max((rows - 1) * stride + side - height, 0), max((columns - 1) * stride + side - width, 0))
    x = np.pad(x, ((0, 0), (down // 2, side + down), (across // 2, side + across), (0, 0)))
    y = np.zeros((n, rows, columns, outputs), np.float32)
    for i in range(side):
        for j in range(side):
            y += x[:, i:i + rows * stride:stride, j:j + columns * stride:stride] @ kernel[i, j]
    return y + w[name + ".bias"]
`,
  transposed: `
def transposed(x, name, height, width, stride):
    """A transposed convolution to height × width; kernels are [kh, kw, out, in], padding is 'same'."""
    kernel = w[name + ".kernel"]
    side, _, outputs, _ = kernel.shape
    n, rows, columns, _ = x.shape
    top = max((rows - 1) * stride + side - height, 0) // 2
    left = max((columns - 1) * stride + side - width, 0) // 2
    y = np.zeros((n, top + rows * stride + side + height, left + columns * stride + side + width, outputs), np.float32)
    for i in range(side):
        for j in range(side):
            y[:, i:i + rows * stride:stride, j:j + columns * stride:stride] += x @ kernel[i, j].T
    return y[:, top:top + height, left:left + width] + w[name + ".bias"]
`,
  group_normalization: `
def group_normalization(x, name, groups, epsilon):
    grouped = x.reshape(len(x), -1, groups, x.shape[-1] // groups)
    mean, variance = (f(grouped, axis=(1, 3), keepdims=True) for f in (np.mean, np.var))
    normal = ((grouped - mean) / np.sqrt(variance + epsilon)).reshape(x.shape)
    return normal * w[name + ".scale"] + w[name + ".shift"]
`,
};

/** A NumPy program with the decoder written out, a line a node. */
const pythonCode = (model) => {
  const nodes = model.layers.slice(...model.decoder);
  const wanted = new Set(nodes.flatMap(({ node, kind }) => kind.needs(node)));
  const helpers = Object.keys(pythonHelpers).filter((name) => wanted.has(name)).map((name) => pythonHelpers[name])
    .filter((text) => text).join('\n');
  const value = (index) => (index === model.places.z ? 'z' : `x${index - model.places.z}`);
  const lines = nodes.map(({ node, kind }) =>
    `    ${value(node.output)} = ${kind.python(node, node.inputs.map(value))}\n`).join('');
  const shape = `${model.height}, ${model.width}, ${model.channels}`;
  return `# pip install numpy safetensors
import numpy as np
from safetensors import safe_open

with safe_open("model.safetensors", "np") as file:
    w = {name: file.get_tensor(name) for name in file.keys()}

${helpers}

def decode(z):
    """(n, ${model.latentSize}) to (n, ${shape}), the means of p(x|z)."""
    z = np.asarray(z, np.float32)
${lines}    return ${model.p.python(value(model.places.output))}


images = decode(np.zeros((1, ${model.latentSize})))
print(images.shape, images.min(), images.max())
`;
};
