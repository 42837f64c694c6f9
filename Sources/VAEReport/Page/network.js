// The encoder and the decoder, node by node as the engine's plan has them.

/**
 * p(x|z) by its name: means from the decoder's output, and −ln p(x|z) in nats of an image. `own` are the likelihood's own
 * parameters.
 */
const likelihoods = {
  bernoulli: {
    means: (output, into) => { for (let i = 0; i < output.length; i++) into[i] = 1 / (1 + Math.exp(-output[i])); },
    loss: (output, pixels) => crossEntropy(output, pixels),
    python: (x) => `1 / (1 + np.exp(-${x}))`,
    parameters: [],
  },
  gaussian: gaussian('log σ² of p(x|z)', (p) => Math.exp(p)),
  'gaussian-channel': gaussian('log σ² of each channel', (p) => 1e-6 + Math.exp(p)),
  'gaussian-value': gaussian('log σ² of each value', (p) => 1e-6 + Math.exp(p)),
  'continuous-bernoulli': {
    means: (output, into) => { for (let i = 0; i < output.length; i++) into[i] = continuousMean(output[i]); },
    loss: (output, pixels) => continuousLoss(output, pixels),
    python: (x) => `continuous_bernoulli_mean(${x})`,
    needs: ['continuous-bernoulli'],
    parameters: [],
  },
  laplace: {
    means: (output, into) => into.set(output),
    loss: (output, pixels, [stored]) => laplaceLoss(output, pixels, Math.exp(stored[0])),
    python: (x) => x,
    parameters: [{ name: 'decoder.log_scale', kind: 'log b of p(x|z)' }],
  },
  'logistic-mixture': {
    means: (output, into) => { for (let i = 0; i < into.length; i++) into[i] = mixtureOf(output, i).mean(); },
    loss: (output, pixels) => pixels.reduce((sum, pixel, i) => sum + mixtureOf(output, i).loss(pixel), 0),
    python: (x, { height, width, channels }) => `logistic_mixture_mean(${x}, (${height}, ${width}, ${channels}))`,
    needs: ['logistic-mixture'],
    parameters: [],
  },
  'student-t': {
    means: (output, into) => into.set(output),
    loss: (output, pixels, [stored, [logFreedom]]) => studentLoss(output, pixels, stored, Math.exp(logFreedom)),
    python: (x) => x,
    parameters: [
      { name: 'decoder.log_squared_scale', kind: 'log s² of each value' },
      { name: 'decoder.log_freedom', kind: 'log ν of p(x|z)' },
    ],
  },
};

/** Gaussians whose variances follow from what is stored of them. */
function gaussian(kind, variance) {
  return {
    means: (output, into) => into.set(output),
    loss: (output, pixels, [stored]) => gaussianLoss(output, pixels, Array.from(stored, variance)),
    python: (x) => x,
    parameters: [{ name: 'decoder.log_variance', kind }],
  };
}

/** A trained model: its nodes in order, and what they compute. */
class Model {
  /**
   * @param plan    height, width, channels, latentSize, likelihood; nodes, each with name, kind, title, inputs, output, outputShape,
   *                parameters (names) and layer (sizes and settings); places: the numbers of the values images, mean, logVariance,
   *                z and output, of a conditional model also labels; encoder, decoder (ranges of nodes)
   * @param tensor  (name) => Float32Array
   * @param classes the labels that a conditional model may be told, ascending; none otherwise
   */
  constructor(plan, tensor, classes = []) {
    Object.assign(this, plan);
    this.classes = classes;
    this.labels = new Float32Array(classes.length);
    this.pixels = this.height * this.width * this.channels;
    this.means = new Float32Array(this.pixels);
    this.p = known(likelihoods, this.likelihood, 'likelihood');
    this.own = this.p.parameters.map(({ name }) => tensor(name));
    this.layers = this.nodes.map((node) => {
      const kind = known(kinds, node.kind, 'layer');
      const weights = node.parameters.map(tensor);
      return { node, kind, weights, layer: kind.make(node, weights) };
    });
    this.values = [];
    if (classes.length) this.values[this.places.labels] = this.labels;
  }

  /** Tells the network a class: 1 at its place, 0 elsewhere. A model that knows of none is told nothing. */
  tell(label) {
    if (!this.classes.length) return;
    const place = this.classes.indexOf(label);
    if (place < 0) throw new Error(`the model was not trained on a class ${label}`);
    this.labels.fill(0);
    this.labels[place] = 1;
  }

  /** Runs some nodes, each on the values that it reads. */
  run([first, end]) {
    const { values } = this;
    for (let index = first; index < end; index++) {
      const { node, layer } = this.layers[index];
      values[node.output] = layer.run(...node.inputs.map((input) => values[input]));
    }
  }

  /**
   * The mean and log-variance of q(z|x) for pixels in [0, 1]: the layers' own arrays, which the next call overwrites. Here and below a
   * conditional model is told the class `label`.
   */
  encode(pixels, label) {
    this.tell(label);
    this.values[this.places.images] = pixels;
    this.run(this.encoder);
    return { mean: this.values[this.places.mean], logVariance: this.values[this.places.logVariance] };
  }

  /** The decoder's output for z, in an array that the next call overwrites. */
  output(z, label) {
    this.tell(label);
    this.values[this.places.z] = z;
    this.run(this.decoder);
    return this.values[this.places.output];
  }

  /** The pixel means of p(x|z), in `into`: in [0, 1], or with a Gaussian likelihood about there. */
  decode(z, label, into = this.means) {
    this.p.means(this.output(z, label), into);
    return into;
  }

  /** −ln p(x|z) in nats of an image in [0, 1]. */
  reconstructionLoss(pixels, z, label) { return this.p.loss(this.output(z, label), pixels, this.own); }
}

/** −ln N(x; m, σ²), the sum over pixels: of one variance, or one for each channel or value. */
function gaussianLoss(means, pixels, variances) {
  let sum = 0;
  for (let i = 0; i < means.length; i++) {
    const variance = variances[i % variances.length];
    sum += ((pixels[i] - means[i]) ** 2 / variance + Math.log(2 * Math.PI * variance)) / 2;
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

/** The mean of a continuous Bernoulli density of a logit; near 0 by its series. */
function continuousMean(l) {
  if (Math.abs(l) < 0.1) return 0.5 + l * (1 / 12 - l * l * (1 / 720 - l * l / 30240));
  return -1 / Math.expm1(-l) - 1 / l;
}

/** −ln p of continuous Bernoulli densities of logits, the sum over pixels. */
function continuousLoss(logits, pixels) {
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const l = logits[i], size = Math.abs(l);
    sum += Math.max(l, 0) - l * pixels[i] + (size > 0 ? Math.log(-Math.expm1(-size) / size) : 0);
  }
  return sum;
}

/** −ln p of Laplace densities of a scale about their medians, the sum over pixels. */
function laplaceLoss(medians, pixels, scale) {
  let sum = medians.length * Math.log(2 * scale);
  for (let i = 0; i < medians.length; i++) sum += Math.abs(pixels[i] - medians[i]) / scale;
  return sum;
}

/** −ln p of Student t densities of ν degrees of freedom about their middles, the sum over pixels. */
function studentLoss(middles, pixels, stored, v) {
  let sum = middles.length * (Math.log(v * Math.PI) / 2 + logGamma(v / 2) - logGamma((v + 1) / 2));
  for (let i = 0; i < middles.length; i++) {
    const scale = 1e-6 + Math.exp(stored[i]);
    sum += ((v + 1) * Math.log1p((pixels[i] - middles[i]) ** 2 / scale / v) + Math.log(scale)) / 2;
  }
  return sum;
}

/** ln Γ(x) for x > 0, by Stirling's series. */
function logGamma(x) {
  let product = 1;
  for (; x < 10; x++) product *= x;
  const q = 1 / (x * x);
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 - Math.log(product)
    + (1 / 12 - q * (1 / 360 - q * (1 / 1260 - q / 1680))) / x;
}

/** The discretised mixture of five logistic distributions of value `i`: its mean, and −ln P of a level of 255. */
function mixtureOf(output, i) {
  const at = (part, j) => output[15 * i + 5 * part + j];
  const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  const most = Math.max(...[0, 1, 2, 3, 4].map((j) => at(0, j)));
  const parts = [0, 1, 2, 3, 4].map((j) => ({
    weight: Math.exp(at(0, j) - most),
    middle: at(1, j) + 0.4 * j - 0.8,
    scale: Math.exp(Math.max(at(2, j) - Math.log(5), -7)),
  }));
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  // In steps between levels: the sum of σ over the places between them, as an integral where the scale is a step or more.
  const meanLevel = ({ middle, scale }) => {
    const m = Math.min(Math.max((middle + 1) * 127.5, -100), 400), s = scale * 127.5;
    const sigma = (x) => 1 / (1 + Math.exp(-x));
    if (s >= 1) {
      const low = (middle + 1) / scale, high = (middle - 1) / scale;
      const slope = (x) => sigma(x) * sigma(-x) / s;
      return s * (softplus(low) - softplus(high)) + (slope(high) - slope(low)) / 24;
    }
    const first = Math.floor(m) - 20;
    let sum = Math.min(Math.max(first, 0), 255);
    for (let k = Math.max(first, 0); k < Math.min(first + 40, 255); k++) sum += sigma((m - k - 0.5) / s);
    return sum;
  };
  return {
    mean: () => parts.reduce((sum, part) => sum + part.weight * meanLevel(part), 0) / total / 255,
    loss: (pixel) => {
      const level = Math.min(Math.max(Math.round(255 * pixel), 0), 255), y = level / 127.5 - 1;
      const logs = parts.map(({ weight, middle, scale }) => {
        const a = (y + 1 / 255 - middle) / scale, b = (y - 1 / 255 - middle) / scale;
        const inside = level > 0 && level < 255 ? Math.log(-Math.expm1(b - a)) : 0;
        return Math.log(weight) + inside - (level < 255 ? softplus(-a) : 0) - (level > 0 ? softplus(b) : 0);
      });
      const largest = Math.max(...logs);
      return Math.log(total) - largest - Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0));
    },
  };
}

/** KL(q(z|x) ‖ N(0, I)) in nats. */
function klDivergence(mean, logVariance) {
  let sum = 0;
  for (let i = 0; i < mean.length; i++) {
    sum += (mean[i] * mean[i] + Math.expm1(logVariance[i]) - logVariance[i]) / 2;
  }
  return sum;
}
