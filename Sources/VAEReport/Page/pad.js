// Drawing, or a file, through the encoder: what it sees, where it puts it, and what the decoder makes of that.

class Pad {
  constructor({ model, painter, testSet, explorer, scatter, theme, latents }) {
    Object.assign(this, { model, painter, testSet, explorer, scatter, theme });
    this.canvas = byId('pad');
    // Square pads suit square images; others are drawn in their own proportions, with pixels enough across the narrowest.
    const [longer, shorter] = [Math.max(model.width, model.height), Math.min(model.width, model.height)];
    const scale = Math.min(Math.max(336 / longer, 48 / shorter), 2400 / longer);
    const side = (pixels) => Math.max(1, Math.round(pixels * scale));
    resizeSheet(this.canvas, side(model.width), side(model.height), 21);
    this.context = this.canvas.getContext('2d', { willReadFrequently: true });
    this.seen = new Float32Array(model.pixels);
    this.redrawn = new Float32Array(model.pixels);
    this.z = null;
    /** What is encoded: pixels of the model's shape as they are, else what is on a canvas. */
    this.given = null;
    this.source = this.canvas;
    this.update = oncePerFrame(() => this.encode());
    this.listen();
    byId('pen-choice').hidden = model.channels !== 3 && model.channels !== 4;
    byId('take').hidden = testSet.count === 0;
    byId('visit').addEventListener('click', () => {
      if (!this.z) return;
      latents.set(this.z);
      byId('explore').scrollIntoView();
      explorer.frame.focus({ preventScroll: true });
    });
    theme.onChange(() => this.drawMap());
    scatter.plane.onChange(() => this.drawMap());
    new ResizeObserver(() => this.drawMap()).observe(byId('map'));
    this.clear();
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      // A drawing follows what was drawn; a file or a test image makes way for it.
      if (this.given || this.source !== canvas || !this.last) this.wipe();
      this.last = this.spot(event);
      this.drawing = true;
      this.line(this.last);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (!this.drawing) return;
      const events = event.getCoalescedEvents?.() ?? [];
      for (const each of events.length ? events : [event]) this.line(this.spot(each));
    });
    for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, () => { this.drawing = false; });
    byId('clear').addEventListener('click', () => this.clear());
    byId('framed').addEventListener('change', this.update);
    byId('inverted').addEventListener('change', this.update);
    byId('take').addEventListener('click', () => this.take(Math.floor(Math.random() * this.testSet.imageCount)));
    byId('file').addEventListener('change', (event) => {
      this.open(event.target.files[0]);
      event.target.value = '';
    });
    const zone = byId('draw');
    zone.addEventListener('dragover', (event) => {
      event.preventDefault();
      canvas.classList.add('over');
    });
    zone.addEventListener('dragleave', () => canvas.classList.remove('over'));
    zone.addEventListener('drop', (event) => {
      event.preventDefault();
      canvas.classList.remove('over');
      this.open(event.dataTransfer.files[0]);
    });
  }

  spot(event) {
    const box = this.canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * this.canvas.width,
      ((event.clientY - box.top) / box.height) * this.canvas.height,
    ];
  }

  /** White on black, as MNIST has it, in a pen about as wide as its pens. */
  line([x, y]) {
    const { context, last } = this;
    context.lineCap = context.lineJoin = 'round';
    context.lineWidth = Math.min(this.canvas.width, this.canvas.height) / 11;
    context.strokeStyle = byId('pen').value;
    context.beginPath();
    context.moveTo(...last);
    context.lineTo(x, y);
    context.stroke();
    this.last = [x, y];
    this.update();
  }

  wipe() {
    this.given = null;
    this.source = this.canvas;
    this.context.fillStyle = '#000';
    this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    byId('framed').checked = true;
    byId('inverted').checked = false;
  }

  clear() {
    this.wipe();
    this.last = null;
    this.z = null;
    for (const name of ['seen', 'redrawn', 'missed']) this.painter.blank(byId(name));
    byId('drawn-loss').textContent = 'Draw on the black square, or drop an image file on it.';
    byId('drawn-z').textContent = '';
    byId('visit').disabled = true;
    byId('pad-note').textContent = 'Drawings are framed as MNIST frames its digits: '
      + 'scaled to 20 of 28 pixels on the longer side, centred by mass.';
    this.explorer.drawn = null;
    this.explorer.drawOverlay();
    this.drawMap();
  }

  /** Takes a test image as it is. */
  take(index) {
    const pixels = this.testSet.image(index);
    if (!pixels) return;
    this.given = Float32Array.from(pixels);
    byId('pad-note').textContent = `Test image ${count(index)}, pixel for pixel.`;
    this.showGiven();
    byId('framed').checked = byId('inverted').checked = false;
    this.update();
  }

  /** Reads an image file of any size. */
  async open(file) {
    if (!file) return;
    let picture;
    try {
      picture = await createImageBitmap(file);
    } catch {
      byId('pad-note').textContent = `${file.name} is not an image that this browser can read.`;
      return;
    }
    const { model, canvas, context } = this;
    this.wipe();
    const exact = picture.width === model.width && picture.height === model.height;
    // Far more pixels than the model's would only take time.
    const shrink = Math.min(1, Math.max(512, model.width, model.height) / Math.max(picture.width, picture.height));
    const stage = element('canvas', {
      width: Math.max(1, Math.round(picture.width * shrink)), height: Math.max(1, Math.round(picture.height * shrink)),
    });
    const paper = stage.getContext('2d', { willReadFrequently: true });
    paper.imageSmoothingQuality = 'high';
    paper.drawImage(picture, 0, 0, stage.width, stage.height);
    this.source = stage;
    const scale = Math.min(canvas.width / stage.width, canvas.height / stage.height);
    const [width, height] = [stage.width * scale, stage.height * scale];
    context.imageSmoothingEnabled = !exact;
    context.drawImage(stage, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
    this.last = [0, 0];
    byId('framed').checked = false;
    // Dark ink on paper: models of digits know white on black.
    const light = model.channels === 1 && !exact && isLight(paper);
    byId('inverted').checked = light;
    const treatment = exact ? 'pixel for pixel' : `fitted into ${model.width} × ${model.height}`;
    byId('pad-note').textContent = `${file.name}, ${picture.width} × ${picture.height}, ${treatment}`
      + `${light ? ', inverted as its ground is light' : ''}.`;
    this.update();
  }

  showGiven() {
    this.context.imageSmoothingEnabled = false;
    this.painter.paintTile(this.context, this.given, 0, 0, this.canvas.width, this.canvas.height);
    this.last = [0, 0];
  }

  /** The pad's content in the model's shape, or null when it is empty. */
  pixels() {
    const { model } = this;
    const inverted = byId('inverted').checked;
    const toFrame = byId('framed').checked;
    if (this.given && !toFrame) return inverted ? this.given.map((value) => 1 - value) : this.given;
    const source = sourceOf(this.source, model.channels, inverted);
    return (toFrame ? framed : fitted)(source, model.width, model.height);
  }

  encode() {
    const pixels = this.last && this.pixels();
    if (!pixels) return;
    const { model, painter } = this;
    this.seen.set(pixels);
    const { mean, logVariance } = model.encode(this.seen);
    this.z = Float32Array.from(mean);
    const kl = klDivergence(mean, logVariance);
    const sigma = Array.from(logVariance, (value) => Math.exp(value / 2));
    model.decode(this.z, this.redrawn);
    painter.paint(byId('seen'), this.seen);
    painter.paint(byId('redrawn'), this.redrawn);
    painter.paintDifference(byId('missed'), this.seen, this.redrawn);
    byId('drawn-loss').textContent = lossText({ reconstruction: model.reconstructionLoss(this.seen, this.z), kl });
    const spread = sigma.slice(0, 4).map((value) => fixed(value)).join(', ');
    byId('drawn-z').textContent = `${latentText(this.z)}, σ = (${spread}${sigma.length > 4 ? ', …' : ''})`;
    byId('visit').disabled = false;
    announce(`${byId('drawn-z').textContent}; ${byId('drawn-loss').textContent}`);
    this.explorer.drawn = this.z;
    this.explorer.drawOverlay();
    this.drawMap();
  }

  /** The plane in small, with a star where the drawing lies. */
  drawMap() {
    const { scatter } = this;
    const map = byId('map');
    const side = map.clientWidth;
    if (!side || !scatter.width) return;
    const ratio = scatter.ratio;
    map.width = map.height = Math.round(side * ratio);
    const context = map.getContext('2d');
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const scale = side / Math.max(scatter.width, scatter.height);
    const [x, y] = [(side - scatter.width * scale) / 2, (side - scatter.height * scale) / 2];
    context.fillStyle = this.theme.colour('surface');
    context.fillRect(0, 0, side, side);
    context.imageSmoothingQuality = 'high';
    context.drawImage(scatter.canvas, x, y, scatter.width * scale, scatter.height * scale);
    if (!this.z) return;
    const place = scatter.plane.project(this.z);
    const ink = this.theme.colour('ink'), surface = this.theme.colour('surface');
    paintStar(context, x + scatter.screenX(place[0]) * scale, y + scatter.screenY(place[1]) * scale, ink, surface);
    map.setAttribute('aria-label', `The drawing lies at (${place.map((value) => fixed(value)).join(', ')}) on the plane`);
  }
}

/** Whether most corners of a picture are light. */
function isLight(context) {
  const { width, height } = context.canvas;
  const corners = [[0, 0], [width - 1, 0], [0, height - 1], [width - 1, height - 1]];
  return corners.filter(([x, y]) => context.getImageData(x, y, 1, 1).data[1] > 150).length >= 3;
}
