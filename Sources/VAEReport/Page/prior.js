// p(z): N(0, I), or a mixture of Gaussians that was trained with the model.

/** A draw from the standard normal distribution (Box and Muller). */
function normal() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

class Prior {
  /**
   * @param size  dimensions of z
   * @param components  { weights, means, deviations }, one after the other; undefined for N(0, I)
   */
  constructor(size, components) {
    Object.assign(this, { size, components });
    this.mean = new Float64Array(size);
    this.deviation = new Float64Array(size).fill(1);
    if (!components) return;
    const { weights, means, deviations } = components;
    for (let i = 0; i < size; i++) {
      const sum = (value) => weights.reduce((total, weight, k) => total + weight * value(k * size + i), 0);
      this.mean[i] = sum((index) => means[index]);
      this.deviation[i] = Math.sqrt(Math.max(
        sum((index) => deviations[index] ** 2 + means[index] ** 2) - this.mean[i] ** 2, 0));
    }
  }

  get standard() { return !this.components; }

  /** Fills z with a draw. */
  draw(z) {
    if (this.standard) {
      for (let i = 0; i < z.length; i++) z[i] = normal();
      return z;
    }
    const { weights, means, deviations } = this.components;
    let [component, share] = [0, Math.random() - weights[0]];
    while (share >= 0 && component + 1 < weights.length) share -= weights[++component];
    for (let i = 0; i < z.length; i++) {
      const index = component * this.size + i;
      z[i] = means[index] + deviations[index] * normal();
    }
    return z;
  }
}
