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
   * @param configuration  height, width, channels, encoderFilters, decoderFilters, kernelSize, hiddenUnits, latentSize
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

    // Down: each convolution halves the map; the maps' sizes are kept for the way up.
    const levels = [];
    let [height, width, channels] = [this.height, this.width, this.channels];
    this.encoderFilters.forEach((filters, level) => {
      const geometry = convolutionGeometry(height, width, kernelSize, 2);
      const name = `encoder.convolution.${level}`;
      this.convolutions.push(new GatherLayer({
        name, kind: 'convolution, stride 2', inputPlaces: height * width, inputs: channels, outputs: filters,
        outputShape: [geometry.gridHeight, geometry.gridWidth, filters], rectified: true,
      }, convolutionPairs(geometry), ...weights(name)));
      levels.push(geometry);
      [height, width, channels] = [geometry.gridHeight, geometry.gridWidth, filters];
    });
    const flat = height * width * channels;

    const dense = (name, inputs, outputs, rectified, outputShape = [outputs]) => new GatherLayer(
      { name, kind: 'dense', inputPlaces: 1, inputs, outputs, outputShape, rectified }, densePairs, ...weights(name));
    this.hidden = dense('encoder.dense', flat, this.hiddenUnits, true);
    this.meanHead = dense('encoder.mean', this.hiddenUnits, this.latentSize, false);
    this.varianceHead = dense('encoder.log_variance', this.hiddenUnits, this.latentSize, false);
    this.expansion = dense('decoder.dense', this.latentSize, flat, true, [height, width, channels]);

    // Up: each transposed convolution undoes the sizes of one convolution, whatever they were.
    const climb = (name, geometry, outputs, rectified) => {
      const [kernel, bias] = weights(name);
      this.transposed.push(new GatherLayer({
        name, kind: `transposed convolution, stride ${geometry.stride}`,
        inputPlaces: geometry.gridHeight * geometry.gridWidth, inputs: channels, outputs,
        outputShape: [geometry.height, geometry.width, outputs], rectified,
      }, transposedPairs(geometry), swapChannels(kernel, taps, outputs, channels), bias));
      channels = outputs;
    };
    levels.reverse().forEach((level, index) =>
      climb(`decoder.transposed_convolution.${index}`, level, this.decoderFilters[index], true));
    climb('decoder.output', convolutionGeometry(this.height, this.width, kernelSize, 1), this.channels, false);
  }

  get layers() {
    return [...this.convolutions, this.hidden, this.meanHead, this.varianceHead, this.expansion, ...this.transposed];
  }

  /** The mean and log-variance of q(z|x) for pixels in [0, 1]: the layers' own arrays, which the next call overwrites. */
  encode(pixels) {
    let values = pixels;
    for (const layer of this.convolutions) values = layer.run(values);
    values = this.hidden.run(values);
    return { mean: this.meanHead.run(values), logVariance: this.varianceHead.run(values) };
  }

  /** The decoder's logits for z, in an array that the next call overwrites. */
  logits(z) {
    let values = this.expansion.run(z);
    for (const layer of this.transposed) values = layer.run(values);
    return values;
  }

  /** The decoder's pixel means for z, in [0, 1], in `into`. */
  decode(z, into = this.images) {
    const logits = this.logits(z);
    for (let i = 0; i < logits.length; i++) into[i] = 1 / (1 + Math.exp(-logits[i]));
    return into;
  }

  /** Binary cross-entropy in nats of an image in [0, 1] against the decoder's means for z. */
  reconstructionLoss(pixels, z) {
    const logits = this.logits(z);
    let sum = 0;
    for (let i = 0; i < logits.length; i++) {
      const l = logits[i];
      sum += Math.max(l, 0) - l * pixels[i] + Math.log1p(Math.exp(-Math.abs(l)));
    }
    return sum;
  }
}

/** KL(q(z|x) ‖ N(0, I)) in nats. */
function divergence(mean, logVariance) {
  let sum = 0;
  for (let i = 0; i < mean.length; i++) {
    sum += (mean[i] * mean[i] + Math.expm1(logVariance[i]) - logVariance[i]) / 2;
  }
  return sum;
}
