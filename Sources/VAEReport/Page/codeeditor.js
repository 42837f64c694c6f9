// An image's codes as a mosaic to paint on, decoded as it changes.

class CodeEditor {
  constructor({ model, codes, prior, testSet, painter, swatches, palette, theme }) {
    Object.assign(this, { model, codes, prior, testSet, painter, swatches, palette, theme });
    this.frame = byId('code-grid');
    this.canvas = byId('code-canvas');
    /** Codes without a place in the picture are shown in rows of their own number. */
    const isRow = codes.height === 1;
    this.columns = isRow ? Math.ceil(Math.sqrt(codes.positions)) : codes.width;
    this.rows = isRow ? Math.ceil(codes.positions / this.columns) : codes.height;
    const aspect = (isRow ? this.columns / this.rows : 1) * (model.width / model.height);
    this.canvas.style.aspectRatio = `${aspect}`;
    this.frame.style.maxWidth = `min(100%, ${86 * Math.max(aspect, 0.2)}vh)`;
    this.numbers = new Uint16Array(codes.positions);
    this.start = new Uint16Array(codes.positions);
    this.original = null;
    this.shownIndex = -1;
    this.image = new Float32Array(model.pixels);
    this.own = new Float32Array(model.pixels);
    this.cursor = 0;
    this.update = oncePerFrame(() => this.show());
    this.listen();
    new ResizeObserver(() => this.drawGrid()).observe(this.frame);
    theme.onChange(() => this.drawGrid());
    palette.onChoose(() => this.drawGrid());
  }

  listen() {
    const { frame } = this;
    let painting = false;
    const at = (event) => {
      const box = this.canvas.getBoundingClientRect();
      const column = Math.floor(((event.clientX - box.left) / box.width) * this.columns);
      const row = Math.floor(((event.clientY - box.top) / box.height) * this.rows);
      const position = row * this.columns + column;
      const inside = column >= 0 && row >= 0 && column < this.columns && position < this.codes.positions;
      return inside ? position : -1;
    };
    frame.addEventListener('pointerdown', (event) => {
      const position = at(event);
      if (position < 0 || event.button) return;
      this.cursor = position;
      if (event.shiftKey || event.altKey) {
        this.palette.choose(this.numbers[position]);
        return;
      }
      frame.setPointerCapture(event.pointerId);
      painting = true;
      this.paint(position, this.palette.chosen);
    });
    frame.addEventListener('pointermove', (event) => {
      const events = event.getCoalescedEvents?.() ?? [];
      for (const each of events.length ? events : [event]) {
        const position = at(each);
        if (position < 0 || position === this.cursor) continue;
        this.cursor = position;
        if (painting) this.paint(position, this.palette.chosen);
        else this.drawGrid();
      }
    });
    frame.addEventListener('pointerleave', () => this.drawGrid());
    for (const end of ['pointerup', 'pointercancel']) frame.addEventListener(end, () => { painting = false; });
    frame.addEventListener('focus', () => this.drawGrid());
    frame.addEventListener('blur', () => this.drawGrid());
    frame.addEventListener('keydown', (event) => {
      const { columns, codes: { positions } } = this;
      const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
      if (step) {
        const next = this.cursor + step;
        if (next >= 0 && next < positions) this.cursor = next;
      } else if (event.key === 'Home') this.cursor = 0;
      else if (event.key === 'Enter' || event.key === ' ') this.paint(this.cursor, this.palette.chosen);
      else if (event.key === 'p' || event.key === 'P') this.palette.choose(this.numbers[this.cursor]);
      else return;
      event.preventDefault();
      this.drawGrid();
      const [row, column] = [Math.floor(this.cursor / columns) + 1, this.cursor % columns + 1];
      announce(`Row ${row}, column ${column}: code ${this.numbers[this.cursor]}`);
    });
    byId('code-reset').addEventListener('click', () => {
      this.numbers.set(this.start);
      this.update();
    });
    byId('code-image').hidden = this.testSet.count === 0;
    byId('code-image').addEventListener('click', () => {
      const { imageCount } = this.testSet;
      if (imageCount > 1) this.take((this.shownIndex + 1 + Math.floor(Math.random() * (imageCount - 1))) % imageCount);
    });
    byId('code-draw').hidden = !this.prior;
    byId('code-draw').addEventListener('click', () => this.load(this.prior.draw(), 'A draw of the prior'));
  }

  /** Shows a test image's codes. */
  take(index) {
    const pixels = this.testSet.image(index);
    if (!pixels) return;
    this.load(this.testSet.codesOf(index), `Test image ${count(index)}${this.testSet.labelText(index)}`, pixels);
    this.shownIndex = index;
  }

  /** Shows codes to paint on; `original` is the image that they are of, where there is one. */
  load(numbers, title, original = null) {
    this.numbers.set(numbers);
    this.start.set(numbers);
    this.original = original && Float32Array.from(original);
    byId('code-title').textContent = title;
    byId('nearest').hidden = !original;
    if (original) {
      this.codes.decode(this.start, this.own);
      this.painter.paint(byId('original'), this.original);
      this.painter.paint(byId('reconstruction'), this.own);
    }
    this.update();
  }

  paint(position, code) {
    this.numbers[position] = code;
    this.update();
  }

  /** Decodes what is there now, and says what it costs. */
  show() {
    const { codes, numbers, prior, original, painter } = this;
    codes.decode(numbers, this.image);
    painter.paint(byId('decoded'), this.image);
    const changed = numbers.reduce((sum, code, i) => sum + (code !== this.start[i]), 0);
    byId('position').textContent = `${count(codes.positions)} ${codes.positions === 1 ? 'code' : 'codes'}, `
      + `${changed ? `${count(changed)} changed` : `${count(new Set(numbers).size)} different`}`;
    const nats = prior?.nats(numbers);
    const uniform = codes.positions * Math.log(codes.size);
    byId('code-cost').textContent = prior
      ? `They cost ${fixed(nats, 1)} nats under the prior, ${fixed(uniform, 1)} if all were equally likely.`
      : `They cost ${fixed(uniform, 1)} nats, if all codes are equally likely.`;
    byId('code-reset').disabled = changed === 0;
    if (original) {
      painter.paintDifference(byId('difference'), original, this.image);
      const loss = codes.reconstructionLoss(original, numbers);
      byId('nearest-loss').textContent = prior
        ? `−ln p ≤ ${fixed(loss + nats)} = ${fixed(loss)} reconstruction + ${fixed(nats)} codes, in nats`
        : `reconstruction ${fixed(loss)} nats`;
    }
    this.drawGrid();
  }

  /** The mosaic: a picture of each position's code, a corner on those that are changed, and a frame around the cursor. */
  drawGrid() {
    const { canvas, numbers, swatches, theme, columns, rows } = this;
    const side = canvas.clientWidth;
    if (!side) return;
    const ratio = Math.min(devicePixelRatio || 1, 2);
    const [width, height] = [Math.round(side * ratio), Math.round(canvas.clientHeight * ratio)];
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    const context = canvas.getContext('2d');
    context.clearRect(0, 0, width, height);
    const x = (column) => Math.round((column * width) / columns), y = (row) => Math.round((row * height) / rows);
    const gap = width / columns > 14 * ratio ? ratio : 0;
    context.imageSmoothingEnabled = swatches.painter.smooth;
    const accent = theme.colour('accent'), surface = theme.colour('surface');
    numbers.forEach((code, position) => {
      const [row, column] = [Math.floor(position / columns), position % columns];
      const [left, top] = [x(column), y(row)];
      const [w, h] = [x(column + 1) - left - gap, y(row + 1) - top - gap];
      // Of a code with a place its own position alone, so that the mosaic is the picture.
      if (swatches.hasPlaces) {
        const [across, down] = [swatches.columns, swatches.rows];
        context.drawImage(swatches.canvas(code), across, down, across, down, left, top, w, h);
      } else context.drawImage(swatches.canvas(code, position), left, top, w, h);
      if (code === this.start[position]) return;
      const corner = Math.max(4 * ratio, Math.min(w, h) / 4);
      context.fillStyle = accent;
      context.beginPath();
      context.moveTo(left + w, top);
      context.lineTo(left + w - corner, top);
      context.lineTo(left + w, top + corner);
      context.fill();
    });
    const [row, column] = [Math.floor(this.cursor / columns), this.cursor % columns];
    if (document.activeElement !== this.frame && !this.frame.matches(':hover')) return;
    for (const [colour, inset, line] of [[surface, 1.5, 5], [accent, 1.5, 3]]) {
      context.strokeStyle = colour;
      context.lineWidth = line * ratio;
      context.strokeRect(x(column) + inset * ratio, y(row) + inset * ratio,
        x(column + 1) - x(column) - 2 * inset * ratio - gap, y(row + 1) - y(row) - 2 * inset * ratio - gap);
    }
  }
}
