// Codes in place of z: an image's grid of numbers, its way from the encoder and to the decoder.

class Codes {
  constructor(model, { size, dimension, height, width, counts }) {
    Object.assign(this, { model, size, dimension, height, width, counts: counts ?? null });
    this.positions = height * width;
    const [, latent] = model.encoder;
    this.node = latent;
    this.quantiser = model.layers[latent].layer;
    [this.table] = model.layers[latent].weights;
    this.z = new Float32Array(this.positions * dimension);
  }

  /** The code of each position of an image with pixels in [0, 1]. */
  encode(pixels) {
    this.model.encode(pixels);
    this.model.run([this.node, this.node + 1]);
    return Uint16Array.from(this.quantiser.numbers);
  }

  /** z for numbers of codes, in an array that the next call overwrites. */
  lookUp(numbers) {
    const { dimension, table, z } = this;
    for (let position = 0; position < this.positions; position++) {
      const from = numbers[position] * dimension;
      for (let i = 0; i < dimension; i++) z[position * dimension + i] = table[from + i];
    }
    return z;
  }

  /** The pixel means that codes stand for, in an array that the next call without `into` overwrites. */
  decode(numbers, into) { return this.model.decode(this.lookUp(numbers), undefined, into); }

  /** −ln p(x|z) in nats. */
  reconstructionLoss(pixels, numbers) { return this.model.reconstructionLoss(pixels, this.lookUp(numbers)); }

  /** All codes, the most used by test images first. */
  get byUse() {
    const order = Array.from({ length: this.size }, (_, code) => code);
    const { counts } = this;
    return counts ? order.sort((a, b) => counts[b] - counts[a] || a - b) : order;
  }

  /** How many of the codes test images use, and e to the entropy of how often. */
  get usage() {
    const total = this.counts.reduce((sum, n) => sum + n, 0);
    const entropy = this.counts.reduce((sum, n) => (n ? sum - (n / total) * Math.log(n / total) : sum), 0);
    return { used: this.counts.filter((n) => n > 0).length, perplexity: Math.exp(entropy), total };
  }
}

/** Test images with their codes. Their losses are −ln p(x|codes): what codes cost is no loss of the training. */
class CodedTestSet extends TestSet {
  constructor(points, codes) {
    super(points);
    this.codes = codes;
    this.numbers = new Uint16Array(0);
  }

  async unpack(count) {
    const numbers = await inflated('codes');
    this.numbers = new Uint16Array(numbers.buffer);
    await super.unpack(count);
  }

  codesOf(index) { return this.numbers.subarray(index * this.codes.positions, (index + 1) * this.codes.positions); }

  meanOf(index) { return this.codes.lookUp(this.codesOf(index)); }

  lossOf(index, model) {
    if (this.reconstruction) return this.reconstruction[index];
    const pixels = this.image(index);
    return pixels && model.reconstructionLoss(pixels, this.meanOf(index));
  }
}
