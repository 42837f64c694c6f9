// The one z that the whole page looks at, and the plane through latent space on which it is shown.

/** The current z, and the class that a conditional model is told. However often they change, they are decoded once a frame. */
class Latents {
  /** @param label  the class to begin with; undefined for a model that knows of none */
  constructor(model, label) {
    this.model = model;
    this.label = label;
    this.classListeners = [];
    this.z = new Float32Array(model.latentSize);
    this.image = new Float32Array(model.pixels);
    this.listeners = [];
    /** What the last decoding took, in milliseconds. */
    this.milliseconds = 0;
    this.update = oncePerFrame(() => {
      const start = performance.now();
      model.decode(this.z, this.label, this.image);
      this.milliseconds = performance.now() - start;
      this.listeners.forEach((listener) => listener());
    });
  }

  /** Called after each decoding. */
  onFrame(listener) { this.listeners.push(listener); }

  set(z) {
    this.z.set(z);
    this.update();
  }

  /** Called when another class is chosen. */
  onClass(listener) { this.classListeners.push(listener); }

  /** Chooses the class that everything is decoded as from now on; z stays. */
  choose(label) {
    if (!this.model.classes.length || label === this.label) return;
    this.label = label;
    this.classListeners.forEach((listener) => listener());
    this.update();
  }

  setComponent(index, value) {
    this.z[index] = value;
    this.update();
  }
}

/**
 * Two axes of latent space. An axis is a unit vector and an origin: a dimension of z, or a principal axis of the test set.
 * With one dimension the second axis is the width of q(z|x), which points have and decoded places do not.
 */
class Plane {
  constructor(model, testSet, prior) {
    Object.assign(this, { testSet, prior });
    this.size = model.latentSize;
    this.listeners = [];
    this.axes = [];
    testSet.axes?.vectors.forEach((axis, index) => this.axes.push({
      label: `principal axis ${index + 1} (${Math.round(100 * testSet.axes.shares[index])}% of the variance)`,
      vector: Float64Array.from(axis), origin: Float64Array.from(testSet.axes.mean), principal: true,
    }));
    for (let index = 0; index < this.size; index++) {
      const unit = new Float64Array(this.size);
      unit[index] = 1;
      this.axes.push({ label: axisName(index), vector: unit, origin: new Float64Array(this.size), principal: false });
    }
    this.flat = this.size === 1;
    this.xs = new Float32Array(testSet.count);
    this.ys = new Float32Array(testSet.count);
    this.choose(0, this.flat ? 0 : 1);
  }

  onChange(listener) { this.listeners.push(listener); }

  /** Shows the axes with these indices; the same one twice is no plane, and the other moves on. */
  choose(x, y) {
    if (x === y && !this.flat) y = (x + 1) % this.axes.length;
    [this.x, this.y] = [x, y];
    const { testSet } = this;
    for (let index = 0; index < testSet.count; index++) {
      const mean = testSet.meanOf(index);
      this.xs[index] = this.along(this.axes[x], mean);
      this.ys[index] = this.flat ? Math.exp(testSet.logVariance[index] / 2) : this.along(this.axes[y], mean);
    }
    // Two axes of one kind are at right angles; one of each kind may not be.
    this.cosine = this.flat ? 0 : dot(this.axes[x].vector, this.axes[y].vector);
    this.listeners.forEach((listener) => listener());
  }

  get xLabel() { return this.axes[this.x].label; }

  get yLabel() { return this.flat ? 'posterior standard deviation' : this.axes[this.y].label; }

  along(axis, z) {
    let sum = 0;
    for (let i = 0; i < this.size; i++) sum += (z[i] - axis.origin[i]) * axis.vector[i];
    return sum;
  }

  /** Where z lies on the plane. */
  project(z) {
    return [this.along(this.axes[this.x], z), this.flat ? 0 : this.along(this.axes[this.y], z)];
  }

  /** z moved within the plane to (x, y); what lies across the plane stays. */
  moved(z, x, y) {
    const result = Float32Array.from(z);
    const [fromX, fromY] = this.project(z);
    const { vector: a } = this.axes[this.x];
    if (this.flat) {
      result[0] += (x - fromX) * a[0];
      return result;
    }
    const { vector: b } = this.axes[this.y];
    const scale = 1 / Math.max(1 - this.cosine * this.cosine, 1e-6);
    const alongA = (x - fromX - this.cosine * (y - fromY)) * scale;
    const alongB = (y - fromY - this.cosine * (x - fromX)) * scale;
    for (let i = 0; i < this.size; i++) result[i] += alongA * a[i] + alongB * b[i];
    return result;
  }

  /** The dimension of z that an axis is. */
  dimension(axis) { return this.axes[axis].vector.indexOf(1); }

  /** The middle of what images are drawn over: the prior's mean, and of the test set that of its cloud. */
  middle(axis) { return this.axes[axis].principal ? 0 : this.prior.mean[this.dimension(axis)]; }

  /** The spread to draw images over: the prior's along a dimension of z, the test set's along a principal axis. */
  spread(axis) {
    if (!this.axes[axis].principal) return this.prior.deviation[this.dimension(axis)];
    const values = axis === this.x ? this.xs : this.ys;
    let squares = 0;
    for (const value of values) squares += value * value;
    return Math.sqrt(squares / Math.max(values.length, 1)) || 1;
  }
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
