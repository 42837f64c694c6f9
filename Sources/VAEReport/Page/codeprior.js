// The prior of codes: counts of each code given the position and its left and upper neighbour, with shorter contexts for what was seldom
// seen. The same numbers and the same mixture as the engine's CodePrior.

class CodePrior {
  /** @param bytes  the levels as ReportData.packed writes them */
  constructor(bytes, { size, height, width }) {
    Object.assign(this, { size, height, width });
    let at = 0;
    const next = () => {
      let [number, unit] = [0, 1];
      for (;; unit *= 128) {
        const byte = bytes[at++];
        number += (byte & 127) * unit;
        if (byte < 128) return number;
      }
    };
    /** For each level a Map from a context to its codes, ascending, and the counts up to and with each of them. */
    this.levels = [];
    while (at < bytes.length) {
      const level = new Map();
      let context = 0;
      for (let rest = next(); rest > 0; rest--) {
        context += next();
        const count = next();
        const [codes, sums] = [new Uint16Array(count), new Uint32Array(count)];
        for (let i = 0, code = 0, sum = 0; i < count; i++) {
          codes[i] = code += next();
          sums[i] = sum += next();
        }
        level.set(context, { codes, sums });
      }
      this.levels.push(level);
    }
  }

  /** The number of a position's context in a level; `size` stands for a neighbour beyond the border. */
  context(level, position, numbers) {
    if (level === 0) return position;
    const { size, width } = this;
    const left = position % width > 0 ? numbers[position - 1] : size;
    if (this.height === 1) return position * (size + 1) + left;
    const upper = position >= width ? numbers[position - width] : size;
    if (level === 1) return upper;
    const neighbours = left * (size + 1) + upper;
    return level === 2 ? neighbours : position * (size + 1) * (size + 1) + neighbours;
  }

  /** The first index whose value is `value` or more. */
  static place(values, value) {
    let [low, high] = [0, values.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[middle] < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** p(the code at a position | those before it). */
  probability(position, numbers) {
    let probability = 1 / this.size;
    this.levels.forEach((level, number) => {
      const found = level.get(this.context(number, position, numbers));
      if (!found) return;
      const { codes, sums } = found;
      const shorter = number === 0 ? this.size : codes.length;
      const index = CodePrior.place(codes, numbers[position]);
      const seen = codes[index] === numbers[position] ? sums[index] - (index ? sums[index - 1] : 0) : 0;
      probability = (seen + shorter * probability) / (sums.at(-1) + shorter);
    });
    return probability;
  }

  /** −ln p of an image's codes, in nats. */
  nats(numbers) {
    let sum = 0;
    for (let position = 0; position < this.height * this.width; position++) {
      sum -= Math.log(this.probability(position, numbers));
    }
    return sum;
  }

  /** Codes drawn one after the other: from the longest context on, each gives the code or leaves it to the shorter. */
  draw() {
    const numbers = new Uint16Array(this.height * this.width);
    const below = (limit) => Math.floor(Math.random() * limit);
    for (let position = 0; position < numbers.length; position++) numbers[position] = this.drawAt(position, numbers, below);
    return numbers;
  }

  drawAt(position, numbers, below) {
    for (let number = this.levels.length - 1; number >= 0; number--) {
      const found = this.levels[number].get(this.context(number, position, numbers));
      if (!found) continue;
      const { codes, sums } = found;
      const drawn = below(sums.at(-1) + (number === 0 ? this.size : codes.length));
      if (drawn < sums.at(-1)) return codes[CodePrior.place(sums, drawn + 1)];
    }
    return below(this.size);
  }
}
