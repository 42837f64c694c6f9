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
      inputPlaces: layer.geometry.height * layer.geometry.width, inputs: layer.geometry.channels,
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
        inputPlaces: geometry.gridHeight * geometry.gridWidth, inputs, outputs: geometry.channels,
        activation: layer.activation,
      }, transposedPairs(geometry), swapChannels(kernel, taps, geometry.channels, inputs), bias);
    },
    python: ({ name, layer: { geometry, activation } }, [x]) => withActivation(
      activation, `transposed(${x}, "${name}", ${geometry.height}, ${geometry.width}, stride=${geometry.stride})`),
    needs: ({ layer }) => ['transposed', layer.activation],
  },
  dense: {
    make: ({ layer }, [kernel, bias]) => new GatherLayer({
      inputPlaces: 1, inputs: layer.inputs, outputs: valuesOf(layer.outputShape), activation: layer.activation,
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
  reparameterisation: {
    make: ({ outputShape }) => new PlainLayer(outputShape, (output, mean, logVariance, noise) => {
      for (let i = 0; i < output.length; i++) output[i] = mean[i] + Math.exp(logVariance[i] / 2) * noise[i];
    }),
    python: (_, [mean, logVariance, noise]) => `${mean} + np.exp(${logVariance} / 2) * ${noise}`,
    needs: () => [],
  },
};
