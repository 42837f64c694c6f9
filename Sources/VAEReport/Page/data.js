// What the page holds: the report's JSON, and arrays of numbers in base64 beside it.

const report = JSON.parse(document.getElementById('report').textContent);

/** The bytes of an array of the page; none when the page does not have it. */
function arrayBytes(name) {
  const element = document.getElementById(`array-${name}`);
  if (!element) return new Uint8Array(0);
  const text = atob(element.textContent);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  // The text is not needed again, and megabytes of it are.
  element.remove();
  return bytes;
}

/** The bytes of an array that is a zlib stream. Browsers from before 2023 have no such reader. */
async function inflated(name) {
  const packed = new Blob([arrayBytes(name)]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** Sixteen-bit steps of each column's range, back to numbers: (rows, columns). */
function dequantised(name, range) {
  const steps = new Uint16Array(arrayBytes(name).buffer);
  const columns = range.low.length;
  const values = new Float32Array(steps.length);
  for (let i = 0; i < steps.length; i++) {
    const column = i % columns;
    values[i] = range.low[column] + (range.high[column] - range.low[column]) * (steps[i] / 65535);
  }
  return values;
}

/** The model that the page holds. */
function loadModel() {
  const floats = new Float32Array(arrayBytes('weights').buffer);
  const tensors = new Map();
  let at = 0;
  for (const { name, shape } of report.weights) {
    const count = shape.reduce((product, size) => product * size, 1);
    tensors.set(name, floats.subarray(at, at + count));
    at += count;
  }
  return new Model(report.model, (name) => tensors.get(name), report.configuration.classes);
}

/** The test images: where the model puts each, and the pixels of those that the page holds. */
class TestSet {
  constructor(points) {
    this.total = points?.total ?? 0;
    this.count = points?.count ?? 0;
    this.size = report.model.latentSize;
    this.pixels = report.model.height * report.model.width * report.model.channels;
    this.axes = points?.axes ?? null;
    /** Images with pixels; none until they are unpacked. */
    this.imageCount = 0;
    this.mean = points?.mean ? dequantised('mean', points.mean) : new Float32Array(0);
    this.logVariance = points?.logVariance ? dequantised('log-variance', points.logVariance) : new Float32Array(0);
    /** Labels are any whole numbers; the page's array has their ranks. */
    this.labels = points?.labelled
      ? Float64Array.from(new Uint32Array(arrayBytes('labels').buffer), (rank) => points.classes[rank]) : null;
    this.reconstruction = points?.losses ? dequantised('reconstruction', points.losses.reconstruction) : null;
    this.kl = points?.losses?.kl ? dequantised('kl', points.losses.kl) : null;
    this.classes = this.labels ? points.classes : [];
    /** What each class looks like, by its label. */
    this.looks = new Map(this.classes.map((label, rank) => [label, classLook(rank, this.classes.length)]));
    this.buffer = new Float32Array(this.pixels);
  }

  /** Unpacks the images. Browsers from before 2023 can't, and show no originals. */
  async unpack(count) {
    if (!count || typeof DecompressionStream === 'undefined') return;
    this.bytes = await inflated('images');
    this.imageCount = Math.min(count, this.bytes.length / this.pixels);
  }

  /** How many of the test images the page has the pixels of, for a line about those. */
  get imagesPhrase() {
    const { imageCount, total } = this;
    return imageCount < total
      ? `the first ${count(imageCount)} of ${count(total)} test images, whose pixels are in this page` : `all ${count(total)} test images`;
  }

  /** A class's name: its number, where it has no other. */
  className(label) { return report.classNames[label] ?? String(label); }

  /** Some images of the page, spread over the classes, and what they are. */
  examples(most) {
    const known = this.labels ? this.labels.subarray(0, this.imageCount) : [];
    const present = this.classes.filter((label) => known.includes(label));
    const shown = Math.min(present.length, most);
    const indices = Array.from({ length: shown }, (_, place) =>
      known.indexOf(present[Math.floor((place * present.length) / shown)]));
    const all = this.classes.length;
    const which = shown < all ? `${shown} of the ${all} classes` : `each ${report.labelName}`;
    return { indices, title: `The first of ${which}` };
  }

  /** "digit 7", or "cat" where the class has a name. */
  classText(label) {
    const name = this.className(label);
    return report.classNames[label] === undefined ? `${report.labelName} ${name}` : name;
  }

  /** ", digit 7" for an image with a label, ", cat" where the class has a name. */
  labelText(index) { return this.labels ? `, ${this.classText(this.labels[index])}` : ''; }

  /** The label of an image; undefined where there are none. */
  labelOf(index) { return this.labels?.[index]; }

  meanOf(index) { return this.mean.subarray(index * this.size, (index + 1) * this.size); }

  logVarianceOf(index) { return this.logVariance.subarray(index * this.size, (index + 1) * this.size); }

  /** The pixels of an image in [0, 1], in an array that the next call overwrites; null when the page has none. */
  image(index) {
    if (index >= this.imageCount) return null;
    const start = index * this.pixels;
    for (let i = 0; i < this.pixels; i++) this.buffer[i] = this.bytes[start + i] / 255;
    return this.buffer;
  }

  /** Reconstruction and KL of an image in nats, at z = μ: as the engine measured them, else as the page does. */
  loss(index, model) {
    if (this.kl) return { reconstruction: this.reconstruction[index], kl: this.kl[index] };
    const pixels = this.image(index);
    const mean = this.meanOf(index);
    return pixels && {
      reconstruction: model.reconstructionLoss(pixels, mean, this.labelOf(index)),
      kl: klDivergence(mean, this.logVarianceOf(index)),
    };
  }

  /** Whether the losses of all images are known, and need not be measured. */
  get isMeasured() { return this.reconstruction !== null; }

  /** The loss of an image as one number, in nats. */
  lossOf(index, model) {
    const loss = this.loss(index, model);
    return loss && totalLoss(loss);
  }
}
