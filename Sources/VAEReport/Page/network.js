// The encoder and the decoder, layer by layer as the engine has them. Kernels come as Keras keeps them, and a
// transposed convolution gives back the size that the encoder saw at its level.

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

/** A trained model: its layers in order, and what they compute. */
class Model {
  /**
   * @param configuration  height, width, channels, encoderFilters, decoderFilters, kernelSize, encoderUnits, decoderUnits,
   *                       hiddenActivation, likelihood, latentSize
   * @param tensor         (name) => Float32Array
   */
  constructor(configuration, tensor) {
    Object.assign(this, configuration);
    this.pixels = this.height * this.width * this.channels;
    this.convolutions = [];
    this.transposed = [];
    this.images = new Float32Array(this.pixels);
    const kernelSize = this.kernelSize;
    const taps = kernelSize * kernelSize;
    const weights = (name) => [tensor(`${name}.kernel`), tensor(`${name}.bias`)];
    const hidden = this.hiddenActivation;

    // Down: each convolution halves the map; the maps' sizes are kept for the way up.
    const levels = [];
    let [height, width, channels] = [this.height, this.width, this.channels];
    this.encoderFilters.forEach((filters, level) => {
      const geometry = convolutionGeometry(height, width, kernelSize, 2);
      const name = `encoder.convolution.${level}`;
      this.convolutions.push(new GatherLayer({
        name, kind: 'convolution, stride 2', inputPlaces: height * width, inputs: channels, outputs: filters,
        outputShape: [geometry.gridHeight, geometry.gridWidth, filters], activation: hidden,
      }, convolutionPairs(geometry), ...weights(name)));
      levels.push(geometry);
      [height, width, channels] = [geometry.gridHeight, geometry.gridWidth, filters];
    });
    const flat = height * width * channels;

    const dense = (name, inputs, outputs, activation, outputShape = [outputs]) => new GatherLayer(
      { name, kind: 'dense', inputPlaces: 1, inputs, outputs, outputShape, activation }, densePairs, ...weights(name));
    // Hidden layers one after the other: `name`, or `name.0`, `name.1` and so on where there are several.
    const chain = (name, inputs, units) => units.map((outputs, index) =>
      dense(units.length === 1 ? name : `${name}.${index}`, index ? units[index - 1] : inputs, outputs, hidden));
    this.encoderDense = chain('encoder.dense', flat, this.encoderUnits);
    const top = this.encoderUnits.at(-1) ?? flat;
    this.meanHead = dense('encoder.mean', top, this.latentSize, 'none');
    this.varianceHead = dense('encoder.log_variance', top, this.latentSize, 'none');
    this.decoderDense = chain('decoder.dense', this.latentSize, levels.length ? [...this.decoderUnits, flat] : this.decoderUnits);
    if (levels.length) {
      this.decoderDense.at(-1).outputShape = [height, width, channels];
    } else {
      const inputs = this.decoderUnits.at(-1) ?? this.latentSize;
      this.decoderDense.push(dense('decoder.output', inputs, flat, 'none', [height, width, channels]));
    }

    // Up: each transposed convolution undoes the sizes of one convolution, whatever they were.
    const climb = (name, geometry, outputs, activation) => {
      const [kernel, bias] = weights(name);
      this.transposed.push(new GatherLayer({
        name, kind: `transposed convolution, stride ${geometry.stride}`,
        inputPlaces: geometry.gridHeight * geometry.gridWidth, inputs: channels, outputs,
        outputShape: [geometry.height, geometry.width, outputs], activation,
      }, transposedPairs(geometry), swapChannels(kernel, taps, outputs, channels), bias));
      channels = outputs;
    };
    levels.reverse().forEach((level, index) =>
      climb(`decoder.transposed_convolution.${index}`, level, this.decoderFilters[index], hidden));
    if (levels.length) {
      climb('decoder.output', convolutionGeometry(this.height, this.width, kernelSize, 1), this.channels, 'none');
    }
    /** log σ² of a Gaussian likelihood. */
    this.pixelLogVariance = this.likelihood === 'gaussian' ? tensor('decoder.log_variance')[0] : null;
  }

  get layers() {
    return [
      ...this.convolutions, ...this.encoderDense, this.meanHead, this.varianceHead, ...this.decoderDense, ...this.transposed,
    ];
  }

  /** The mean and log-variance of q(z|x) for pixels in [0, 1]: the layers' own arrays, which the next call overwrites. */
  encode(pixels) {
    let values = pixels;
    for (const layer of this.convolutions) values = layer.run(values);
    for (const layer of this.encoderDense) values = layer.run(values);
    return { mean: this.meanHead.run(values), logVariance: this.varianceHead.run(values) };
  }

  /** The decoder's output for z, logits of Bernoulli means or Gaussian means, in an array that the next call overwrites. */
  output(z) {
    let values = z;
    for (const layer of this.decoderDense) values = layer.run(values);
    for (const layer of this.transposed) values = layer.run(values);
    return values;
  }

  /** The pixel means of p(x|z), in `into`: in [0, 1], or with a Gaussian likelihood about there. */
  decode(z, into = this.images) {
    const output = this.output(z);
    if (this.pixelLogVariance !== null) {
      into.set(output);
    } else {
      for (let i = 0; i < output.length; i++) into[i] = 1 / (1 + Math.exp(-output[i]));
    }
    return into;
  }

  /** −ln p(x|z) in nats of an image in [0, 1]. */
  reconstructionLoss(pixels, z) {
    const output = this.output(z);
    if (this.pixelLogVariance !== null) return gaussianLoss(output, pixels, this.pixelLogVariance);
    return crossEntropy(output, pixels);
  }
}

/** −ln N(x; m, σ²), the sum over pixels. */
function gaussianLoss(means, pixels, logVariance) {
  const precision = Math.exp(-logVariance);
  let sum = 0;
  for (let i = 0; i < means.length; i++) {
    sum += (precision * (pixels[i] - means[i]) ** 2 + logVariance + Math.log(2 * Math.PI)) / 2;
  }
  return sum;
}

/** Binary cross-entropy with logits, the sum over pixels. */
function crossEntropy(logits, pixels) {
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const l = logits[i];
    sum += Math.max(l, 0) - l * pixels[i] + Math.log1p(Math.exp(-Math.abs(l)));
  }
  return sum;
}

/** KL(q(z|x) ‖ N(0, I)) in nats. */
function divergence(mean, logVariance) {
  let sum = 0;
  for (let i = 0; i < mean.length; i++) {
    sum += (mean[i] * mean[i] + Math.expm1(logVariance[i]) - logVariance[i]) / 2;
  }
  return sum;
}
