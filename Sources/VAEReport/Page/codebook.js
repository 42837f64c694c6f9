// What each code stands for, as small pictures, and the palette of them.

/** Small pictures of codes, made when they are asked for. */
class Swatches {
  constructor({ model, codes, testSet, painter }) {
    Object.assign(this, { model, codes, testSet });
    const { height, width } = codes;
    /** Whether codes have a place in the picture. */
    this.hasPlaces = height > 1 && width > 1;
    [this.rows, this.columns] = [
      Math.max(1, Math.floor(model.height / height)), Math.max(1, Math.floor(model.width / width))];
    const shape = this.hasPlaces
      ? { height: 3 * this.rows, width: 3 * this.columns, channels: model.channels } : model;
    this.shape = { height: shape.height, width: shape.width, channels: shape.channels };
    this.painter = new Painter(this.shape, painter.smooth);
    this.canvases = new Map();
    this.means = new Map();
    [this.ground] = codes.byUse;
  }

  /**
   * The means of what test images have around the places of the most used codes, three positions high and wide: of so many images
   * that more would change nothing that one sees.
   */
  average() {
    const { codes, testSet, shape, rows, columns, model } = this;
    if (!this.hasPlaces) return;
    const wanted = new Set(codes.byUse.slice(0, 1024));
    const values = shape.height * shape.width * shape.channels;
    const sums = new Map();
    const images = Math.min(testSet.imageCount, Math.max(200, Math.floor(4e7 / (codes.positions * values))));
    for (let index = 0; index < images; index++) {
      const pixels = testSet.image(index);
      const numbers = testSet.codesOf(index);
      numbers.forEach((code, position) => {
        if (!wanted.has(code)) return;
        if (!sums.has(code)) sums.set(code, { sum: new Float32Array(values), count: 0 });
        const entry = sums.get(code);
        entry.count++;
        const top = (Math.floor(position / codes.width) - 1) * rows, left = (position % codes.width - 1) * columns;
        for (let y = Math.max(0, -top); y < Math.min(shape.height, model.height - top); y++) {
          for (let x = Math.max(0, -left); x < Math.min(shape.width, model.width - left); x++) {
            const from = ((top + y) * model.width + left + x) * shape.channels;
            const to = (y * shape.width + x) * shape.channels;
            for (let c = 0; c < shape.channels; c++) entry.sum[to + c] += pixels[from + c];
          }
        }
      });
    }
    for (const [code, { sum, count }] of sums) this.means.set(code, sum.map((value) => value / count));
    this.canvases.clear();
  }

  /** The position in the middle. */
  get middle() { return (this.codes.height >> 1) * this.codes.width + (this.codes.width >> 1); }

  /**
   * A canvas with what a code stands for: that mean, or what the decoder makes of it among the most used code at all other positions. Without
   * places in the picture a code says something else at each position.
   */
  canvas(code, position = this.middle) {
    const key = position * this.codes.size + code;
    if (!this.canvases.has(key)) {
      const canvas = element('canvas');
      this.painter.paint(canvas, this.means.get(code) ?? this.decoded(code, position));
      canvas.removeAttribute('style');
      this.canvases.set(key, canvas);
    }
    return this.canvases.get(key);
  }

  decoded(code, position) {
    const { codes, shape, model, rows, columns } = this;
    const numbers = new Uint16Array(codes.positions).fill(this.ground);
    const [row, column] = [Math.floor(position / codes.width), position % codes.width];
    numbers[position] = code;
    const image = codes.decode(numbers);
    if (!this.hasPlaces) return image;
    const values = new Float32Array(shape.height * shape.width * shape.channels);
    for (let y = 0; y < shape.height; y++) {
      for (let x = 0; x < shape.width; x++) {
        const [fromY, fromX] = [(row - 1) * rows + y, (column - 1) * columns + x];
        if (fromY < 0 || fromX < 0 || fromY >= model.height || fromX >= model.width) continue;
        for (let c = 0; c < shape.channels; c++) {
          values[(y * shape.width + x) * shape.channels + c] = image[(fromY * model.width + fromX) * shape.channels + c];
        }
      }
    }
    return values;
  }
}

/** Codes to choose from, the most used first; all others by their number. */
class Palette {
  constructor({ codes, swatches }) {
    Object.assign(this, { codes, swatches });
    this.frame = byId('palette');
    this.listeners = [];
    this.order = codes.byUse.slice(0, 512);
    this.buttons = new Map();
    const input = byId('code-number');
    input.max = codes.size - 1;
    input.addEventListener('change', () => {
      const code = Math.min(Math.max(Math.round(Number(input.value)) || 0, 0), codes.size - 1);
      this.choose(code);
    });
    this.frame.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const at = this.order.indexOf(this.chosen);
      this.choose(this.order[(at + step + this.order.length) % this.order.length]);
      this.buttons.get(this.chosen)?.focus();
    });
    this.describe();
  }

  describe() {
    const { codes } = this;
    if (!codes.counts) {
      byId('palette-text').textContent = `${count(codes.size)} codes of ${count(codes.dimension)} numbers.`;
      return;
    }
    const { used, perplexity } = codes.usage;
    const shown = this.swatches.hasPlaces ? 'the mean of what test images have around its places'
      : 'what the decoder makes of it at the position in the middle, with the most used code at all others';
    byId('palette-text').textContent = `${count(used)} of ${count(codes.size)} codes used by ${count(report.points.total)} test images, `
      + `perplexity ${fixed(perplexity, 1)}. A code's picture is ${shown}, its percentage its share of all uses.`
      + (this.order.length < codes.size ? ` The ${count(this.order.length)} most used are here, the others go by their number.` : '');
  }

  /** Fills the palette, once test images are there. */
  fill() {
    const { codes, swatches } = this;
    const total = codes.counts?.reduce((sum, n) => sum + n, 0) || 1;
    for (const code of this.order) {
      const share = codes.counts ? (100 * codes.counts[code]) / total : 0;
      const words = codes.counts ? `${share >= 9.95 || share === 0 ? fixed(share, 0) : fixed(share, 1)}%` : String(code);
      const button = element('button', {
        type: 'button', role: 'radio', 'aria-checked': 'false', tabindex: '-1', title: `Code ${code}: ${words}`,
        'aria-label': `Code ${code}${codes.counts ? `, ${words} of all uses` : ''}`,
      }, swatches.canvas(code), element('small', {}, words));
      if (codes.counts?.[code] === 0) button.classList.add('unused');
      button.addEventListener('click', () => this.choose(code));
      this.buttons.set(code, button);
    }
    this.frame.replaceChildren(...this.buttons.values());
    this.choose(this.chosen ?? this.order[Math.min(1, this.order.length - 1)]);
  }

  onChoose(listener) { this.listeners.push(listener); }

  choose(code) {
    const old = this.buttons.get(this.chosen);
    old?.setAttribute('aria-checked', 'false');
    old?.setAttribute('tabindex', '-1');
    this.chosen = code;
    const button = this.buttons.get(code) ?? this.buttons.get(this.order[0]);
    if (this.buttons.has(code)) button.setAttribute('aria-checked', 'true');
    button?.setAttribute('tabindex', '0');
    byId('code-number').value = code;
    this.listeners.forEach((listener) => listener(code));
  }
}
