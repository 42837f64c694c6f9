// Convolutions, transposed convolutions and dense layers in plain JavaScript: images are height × width × channels, and where a
// kernel lies is said by the engine's geometry.

/** For each grid position the pixels under the kernel: what a convolution gathers. */
function convolutionPairs(geometry) {
  const { height, width, gridHeight, gridWidth, kernelHeight, kernelWidth, stride, paddingTop, paddingLeft } = geometry;
  const first = [], source = [], tap = [];
  for (let gridY = 0; gridY < gridHeight; gridY++) {
    for (let gridX = 0; gridX < gridWidth; gridX++) {
      first.push(source.length);
      for (let ky = 0; ky < kernelHeight; ky++) {
        const y = gridY * stride + ky - paddingTop;
        if (y < 0 || y >= height) continue;
        for (let kx = 0; kx < kernelWidth; kx++) {
          const x = gridX * stride + kx - paddingLeft;
          if (x < 0 || x >= width) continue;
          source.push(y * width + x);
          tap.push(ky * kernelWidth + kx);
        }
      }
    }
  }
  first.push(source.length);
  return { first, source, tap };
}

/**
 * For each pixel the grid positions that paint it: what a transposed convolution gathers. This is its sub-pixel form:
 * with stride 2 a pixel's parity decides which taps reach it, about a quarter of all, and no product is with zero.
 */
function transposedPairs(geometry) {
  const { height, width, gridHeight, gridWidth, kernelHeight, kernelWidth, stride, paddingTop, paddingLeft } = geometry;
  const first = [], source = [], tap = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      first.push(source.length);
      for (let ky = 0; ky < kernelHeight; ky++) {
        const gridY = (y + paddingTop - ky) / stride;
        if (!Number.isInteger(gridY) || gridY < 0 || gridY >= gridHeight) continue;
        for (let kx = 0; kx < kernelWidth; kx++) {
          const gridX = (x + paddingLeft - kx) / stride;
          if (!Number.isInteger(gridX) || gridX < 0 || gridX >= gridWidth) continue;
          source.push(gridY * gridWidth + gridX);
          tap.push(ky * kernelWidth + kx);
        }
      }
    }
  }
  first.push(source.length);
  return { first, source, tap };
}

/** (taps, outputs, inputs), as Keras keeps a transposed kernel, to (taps, inputs, outputs). */
function swapChannels(kernel, taps, outputs, inputs) {
  const result = new Float32Array(kernel.length);
  for (let tap = 0; tap < taps; tap++) {
    for (let o = 0; o < outputs; o++) {
      for (let i = 0; i < inputs; i++) {
        result[(tap * inputs + i) * outputs + o] = kernel[(tap * outputs + o) * inputs + i];
      }
    }
  }
  return result;
}

const activations = {
  none: null,
  relu: (x) => (x > 0 ? x : 0),
  'leaky-relu': (x) => (x < 0 ? 0.01 * x : x),
  tanh: Math.tanh,
  silu: (x) => x / (1 + Math.exp(-x)),
};

/** Applies an activation in place. */
function activate(name, values) {
  const activation = known(activations, name, 'activation');
  if (activation) for (let i = 0; i < values.length; i++) values[i] = activation(values[i]);
}

/** A dense layer is one position that gathers one position by one tap. */
const densePairs = { first: [0, 1], source: [0], tap: [0] };

/**
 * A layer in which every output position adds up products of input positions and taps of the kernel. Convolutions,
 * transposed convolutions and dense layers differ only in their pairs of (position, tap).
 */
class GatherLayer {
  /**
   * @param shape  inputPositions, inputs, outputs (channels), activation
   * @param pairs  of each output position, from `first[position]` to `first[position + 1]`: the input position and the tap
   * @param kernel (taps, inputs, outputs), the outputs contiguous
   */
  constructor(shape, pairs, kernel, bias) {
    Object.assign(this, shape);
    this.rectified = shape.activation === 'relu';
    this.first = Int32Array.from(pairs.first);
    this.source = Int32Array.from(pairs.source);
    this.offset = Int32Array.from(pairs.tap, (tap) => tap * this.inputs * this.outputs);
    this.kernel = kernel;
    this.bias = bias;
    this.positions = pairs.first.length - 1;
    this.output = new Float32Array(this.positions * this.outputs);
    // The input without its zeros. Half of a rectified layer is zero and costs nothing below.
    this.start = new Int32Array(this.inputPositions + 1);
    this.row = new Int32Array(this.inputPositions * this.inputs);
    this.value = new Float64Array(this.inputPositions * this.inputs);
  }

  /** Returns the layer's own output array, which the next call overwrites. Allocates nothing. */
  run(input) {
    this.compress(input);
    const eights = this.outputs - (this.outputs % 8);
    for (let position = 0; position < this.positions; position++) {
      for (let channel = 0; channel < eights; channel += 8) this.gatherEight(position, channel);
      for (let channel = eights; channel < this.outputs; channel++) this.gatherOne(position, channel);
    }
    if (!this.rectified) activate(this.activation, this.output);
    return this.output;
  }

  compress(input) {
    const { inputPositions, inputs, outputs, start, row, value } = this;
    let count = 0, at = 0;
    for (let position = 0; position < inputPositions; position++) {
      start[position] = count;
      for (let channel = 0; channel < inputs; channel++, at++) {
        const x = input[at];
        if (x !== 0) {
          row[count] = channel * outputs;
          value[count] = x;
          count++;
        }
      }
    }
    start[inputPositions] = count;
  }

  /** Eight neighbouring channels: their sums stay in registers, and each input is read once for all of them. */
  gatherEight(position, channel) {
    const { first, source, offset, start, row, value, kernel, bias, output } = this;
    let a = bias[channel], b = bias[channel + 1], c = bias[channel + 2], d = bias[channel + 3];
    let e = bias[channel + 4], f = bias[channel + 5], g = bias[channel + 6], h = bias[channel + 7];
    for (let pair = first[position], last = first[position + 1]; pair < last; pair++) {
      const base = offset[pair] + channel;
      for (let i = start[source[pair]], end = start[source[pair] + 1]; i < end; i++) {
        const x = value[i], k = base + row[i];
        a += x * kernel[k];
        b += x * kernel[k + 1];
        c += x * kernel[k + 2];
        d += x * kernel[k + 3];
        e += x * kernel[k + 4];
        f += x * kernel[k + 5];
        g += x * kernel[k + 6];
        h += x * kernel[k + 7];
      }
    }
    const at = position * this.outputs + channel;
    if (this.rectified) {
      output[at] = a > 0 ? a : 0;
      output[at + 1] = b > 0 ? b : 0;
      output[at + 2] = c > 0 ? c : 0;
      output[at + 3] = d > 0 ? d : 0;
      output[at + 4] = e > 0 ? e : 0;
      output[at + 5] = f > 0 ? f : 0;
      output[at + 6] = g > 0 ? g : 0;
      output[at + 7] = h > 0 ? h : 0;
    } else {
      output[at] = a;
      output[at + 1] = b;
      output[at + 2] = c;
      output[at + 3] = d;
      output[at + 4] = e;
      output[at + 5] = f;
      output[at + 6] = g;
      output[at + 7] = h;
    }
  }

  gatherOne(position, channel) {
    const { first, source, offset, start, row, value, kernel } = this;
    let sum = this.bias[channel];
    for (let pair = first[position], last = first[position + 1]; pair < last; pair++) {
      const base = offset[pair] + channel;
      for (let i = start[source[pair]], end = start[source[pair] + 1]; i < end; i++) {
        sum += value[i] * kernel[base + row[i]];
      }
    }
    this.output[position * this.outputs + channel] = this.rectified && sum < 0 ? 0 : sum;
  }
}
