// The kinds of layers that a plan may have: what each computes, what it is called, and how NumPy says it. A kind that is not
// here is refused.

/** What `table` says of `name`, which has to be known. */
function known(table, name, what) {
  if (!Object.hasOwn(table, name)) throw new Error(`this page knows no ${what} "${name}"`);
  return table[name];
}

const valuesOf = (shape) => shape.reduce((product, side) => product * side, 1);

/** A layer that fills an array of its own. */
class PlainLayer {
  constructor(outputShape, run) {
    this.output = new Float32Array(valuesOf(outputShape));
    this.fill = run;
  }

  /** Returns the layer's own output array, which the next call overwrites. */
  run(...inputs) {
    this.fill(this.output, ...inputs);
    return this.output;
  }
}

/** Each image's channels in groups, each group brought to mean 0 and variance 1, then scaled and shifted. */
function normaliseGroups(layer, scale, shift, output, input) {
  const channels = scale.length;
  const width = channels / layer.groups;
  for (let group = 0; group < layer.groups; group++) {
    const members = [];
    for (let i = 0; i < input.length; i++) if (Math.floor((i % channels) / width) === group) members.push(i);
    const mean = members.reduce((sum, i) => sum + input[i], 0) / members.length;
    const variance = members.reduce((sum, i) => sum + (input[i] - mean) ** 2, 0) / members.length;
    const factor = 1 / Math.sqrt(variance + layer.epsilon);
    for (const i of members) output[i] = (input[i] - mean) * factor * scale[i % channels] + shift[i % channels];
  }
}

/** Each position's channels repeated along both axes. */
function repeatNearest({ inputShape, outputShape, factor }, output, input) {
  const [height, width, channels] = outputShape;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (Math.floor(y / factor) * inputShape[1] + Math.floor(x / factor)) * channels;
      for (let channel = 0; channel < channels; channel++, at++) output[at] = input[from + channel];
    }
  }
}

/** The nearest of K codes for each position; of equally near ones the first. `numbers` has which. */
class Quantiser extends PlainLayer {
  constructor({ size, dimension }, outputShape, codes) {
    super(outputShape, (output, vectors) => this.quantise(output, vectors));
    Object.assign(this, { size, dimension, codes });
    this.numbers = new Uint16Array(valuesOf(outputShape) / dimension);
    // −½‖e‖², in the precision in which the engine keeps it.
    this.offsets = new Float32Array(size);
    for (let code = 0; code < size; code++) {
      let square = 0;
      for (let i = 0; i < dimension; i++) square += codes[code * dimension + i] ** 2;
      this.offsets[code] = -0.5 * square;
    }
  }

  quantise(output, vectors) {
    const { size, dimension, codes, offsets, numbers } = this;
    for (let position = 0; position < numbers.length; position++) {
      let [nearest, most] = [0, -Infinity];
      for (let code = 0; code < size; code++) {
        let score = offsets[code];
        for (let i = 0; i < dimension; i++) score += vectors[position * dimension + i] * codes[code * dimension + i];
        if (score > most) [nearest, most] = [code, score];
      }
      numbers[position] = nearest;
      for (let i = 0; i < dimension; i++) output[position * dimension + i] = codes[nearest * dimension + i];
    }
  }
}

const withActivation = (activation, expression) =>
  (activation === 'none' ? expression : `${activation.replace('-', '_')}(${expression})`);
const toMaps = (shape) => (shape.length === 3 ? `.reshape(-1, ${shape.join(', ')})` : '');

/**
 * make:   (node, weights) => a layer with run(...inputs); a node has name, layer and outputShape
 * python: (node, inputs) => an expression
 * needs:  the helpers of that expression, by name
 */
const kinds = {
  convolution: {
    make: ({ layer, outputShape }, [kernel, bias]) => new GatherLayer({
      inputPositions: layer.geometry.height * layer.geometry.width, inputs: layer.geometry.channels,
      outputs: layer.filters, activation: layer.activation,
    }, convolutionPairs(layer.geometry), kernel, bias),
    python: ({ name, layer }, [x]) =>
      withActivation(layer.activation, `convolution(${x}, "${name}", stride=${layer.geometry.stride})`),
    needs: ({ layer }) => ['convolution', layer.activation],
  },
  transposed_convolution: {
    make: ({ layer }, [kernel, bias]) => {
      const { geometry, inputs } = layer;
      const taps = geometry.kernelHeight * geometry.kernelWidth;
      return new GatherLayer({
        inputPositions: geometry.gridHeight * geometry.gridWidth, inputs, outputs: geometry.channels,
        activation: layer.activation,
      }, transposedPairs(geometry), swapChannels(kernel, taps, geometry.channels, inputs), bias);
    },
    python: ({ name, layer: { geometry, activation } }, [x]) => withActivation(
      activation, `transposed(${x}, "${name}", ${geometry.height}, ${geometry.width}, stride=${geometry.stride})`),
    needs: ({ layer }) => ['transposed', layer.activation],
  },
  dense: {
    make: ({ layer }, [kernel, bias]) => new GatherLayer({
      inputPositions: 1, inputs: layer.inputs, outputs: valuesOf(layer.outputShape), activation: layer.activation,
    }, densePairs, kernel, bias),
    python: ({ name, layer, outputShape }, [x]) =>
      withActivation(layer.activation, `dense(${x}, "${name}")`) + toMaps(outputShape),
    needs: ({ layer }) => ['dense', layer.activation],
  },
  activation: {
    make: ({ layer, outputShape }) => new PlainLayer(outputShape, (output, input) => {
      output.set(input);
      activate(layer.activation, output);
    }),
    python: ({ layer }, [x]) => withActivation(layer.activation, x),
    needs: ({ layer }) => [layer.activation],
  },
  addition: {
    make: ({ outputShape }) => new PlainLayer(outputShape, (output, a, b) => {
      for (let i = 0; i < output.length; i++) output[i] = a[i] + b[i];
    }),
    python: (_, [a, b]) => `${a} + ${b}`,
    needs: () => [],
  },
  concatenation: {
    make: ({ layer, outputShape }) => new PlainLayer(outputShape, (output, first, second) => {
      output.set(first);
      output.set(second, layer.sizes[0]);
    }),
    python: (_, [a, b]) => `np.concatenate([${a}.reshape(len(${a}), -1), ${b}], 1)`,
    needs: () => [],
  },
  group_normalization: {
    make: ({ layer, outputShape }, [scale, shift]) =>
      new PlainLayer(outputShape, (output, input) => normaliseGroups(layer, scale, shift, output, input)),
    python: ({ name, layer }, [x]) => `group_normalization(${x}, "${name}", ${layer.groups}, ${layer.epsilon})`,
    needs: () => ['group_normalization'],
  },
  upsampling: {
    make: ({ layer, outputShape }) =>
      new PlainLayer(outputShape, (output, input) => repeatNearest(layer, output, input)),
    python: ({ layer, outputShape: [height, width] }, [x]) =>
      `${x}.repeat(${layer.factor}, 1).repeat(${layer.factor}, 2)[:, :${height}, :${width}]`,
    needs: () => [],
  },
  quantisation: {
    make: ({ layer, outputShape }, [codes]) => new Quantiser(layer, outputShape, codes),
    python: () => { throw new Error('codes are found by the encoder, and the program has the decoder alone'); },
    needs: () => [],
  },
  reparameterisation: {
    make: ({ outputShape }) => new PlainLayer(outputShape, (output, mean, logVariance, noise) => {
      for (let i = 0; i < output.length; i++) output[i] = mean[i] + Math.exp(logVariance[i] / 2) * noise[i];
    }),
    python: (_, [mean, logVariance, noise]) => `${mean} + np.exp(${logVariance} / 2) * ${noise}`,
    needs: () => [],
  },
};

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
  'continuous-bernoulli': `
def continuous_bernoulli_mean(x):
    near = np.abs(x) < 0.1
    far = np.where(near, 1, x)
    return np.where(near, 0.5 + x * (1 / 12 - x * x / 720), -1 / np.expm1(-far) - 1 / far)
`,
  'logistic-mixture': `
def logistic_mixture_mean(x, shape):
    x = x.reshape(len(x), *shape, 3, 5).astype(np.float64)
    weight = np.exp(x[..., 0, :] - x[..., 0, :].max(-1, keepdims=True))
    middle = x[..., 1, :] + 0.4 * np.arange(5) - 0.8
    scale = np.exp(np.maximum(x[..., 2, :] - np.log(5), -7))
    level = sum(0.5 + 0.5 * np.tanh((middle - (2 * k + 1) / 255 + 1) / scale / 2) for k in range(255))
    return (weight * level).sum(-1) / weight.sum(-1) / 255
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
