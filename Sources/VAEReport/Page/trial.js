// A picture of the reader's own through the encoder: what it sees, where it puts it, and what the decoder makes of that.

/** The results. Where pictures come from is the business of those who extend it: a pad to draw on, or a place for files. */
class Trial {
  constructor({ model, painter, testSet, explorer, scatter, theme, latents }) {
    Object.assign(this, { model, painter, testSet, explorer, scatter, theme, latents });
    this.seen = new Float32Array(model.pixels);
    this.redrawn = new Float32Array(model.pixels);
    this.z = null;
    byId('visit').addEventListener('click', () => {
      if (!this.z) return;
      latents.set(this.z);
      byId('explore').scrollIntoView();
      explorer.frame.focus({ preventScroll: true });
    });
    latents.onClass(() => { if (this.z) this.show(this.seen); });
    theme.onChange(() => this.drawMap());
    scatter.plane.onChange(() => this.drawMap());
    new ResizeObserver(() => this.drawMap()).observe(byId('map'));
  }

  /** Fills the place for pictures from its template, and hands on the image files that are dropped, chosen or pasted. */
  offer(template, zone) {
    byId('try-side').replaceChildren(byId(template).content.cloneNode(true));
    const { testSet } = this;
    byId('take').hidden = testSet.count === 0;
    byId('take').addEventListener('click', () => this.take(Math.floor(Math.random() * testSet.imageCount)));
    byId('clear').addEventListener('click', () => this.clear());
    byId('file').addEventListener('change', (event) => {
      this.open(event.target.files[0]);
      event.target.value = '';
    });
    const mark = (isOver) => byId(zone).classList.toggle('over', isOver);
    const holdsFiles = (transfer) => transfer?.types.includes('Files');
    // Anywhere on the page: beside the zone the browser would leave the page and open the file itself.
    document.addEventListener('dragover', (event) => {
      if (!holdsFiles(event.dataTransfer)) return;
      event.preventDefault();
      mark(true);
    });
    document.addEventListener('dragleave', (event) => { if (!event.relatedTarget) mark(false); });
    const receive = (event, transfer) => {
      if (!holdsFiles(transfer)) return;
      event.preventDefault();
      mark(false);
      byId('draw').scrollIntoView({ block: 'nearest' });
      this.open(transfer.files[0]);
    };
    document.addEventListener('drop', (event) => receive(event, event.dataTransfer));
    document.addEventListener('paste', (event) => receive(event, event.clipboardData));
  }

  /** A file as the browser decodes it, upright and with its own numbers; null, and a word about it, where it can't. */
  async decoded(file) {
    try {
      return await createImageBitmap(file, { colorSpaceConversion: 'none', imageOrientation: 'from-image' });
    } catch {
      byId('given-note').textContent = `${file.name} is not an image that this browser can read.`;
      return null;
    }
  }

  /** Nothing is encoded; `invitation` says what would be. */
  empty(invitation) {
    this.z = null;
    for (const name of ['seen', 'redrawn', 'missed']) this.painter.blank(byId(name));
    byId('drawn-loss').textContent = invitation;
    byId('drawn-z').textContent = '';
    byId('visit').disabled = true;
    this.explorer.drawn = null;
    this.explorer.drawOverlay();
    this.drawMap();
  }

  /** Encodes pixels of the model's shape, and shows what comes of them. */
  show(pixels) {
    const { model, painter, latents: { label } } = this;
    this.seen.set(pixels);
    const { mean, logVariance } = model.encode(this.seen, label);
    this.z = Float32Array.from(mean);
    const kl = klDivergence(mean, logVariance);
    const sigma = Array.from(logVariance, (value) => Math.exp(value / 2));
    model.decode(this.z, label, this.redrawn);
    painter.paint(byId('seen'), this.seen);
    painter.paint(byId('redrawn'), this.redrawn);
    painter.paintDifference(byId('missed'), this.seen, this.redrawn);
    const reconstruction = model.reconstructionLoss(this.seen, this.z, label);
    byId('drawn-loss').textContent = lossText({ reconstruction, kl });
    const spread = sigma.slice(0, 4).map((value) => fixed(value)).join(', ');
    byId('drawn-z').textContent = `${latentText(this.z)}, σ = (${spread}${sigma.length > 4 ? ', …' : ''})`;
    byId('visit').disabled = false;
    announce(`${byId('drawn-z').textContent}; ${byId('drawn-loss').textContent}`);
    this.explorer.drawn = this.z;
    this.explorer.drawOverlay();
    this.drawMap();
  }

  /** The plane in small, with a star where the picture lies. */
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
    map.setAttribute('aria-label', 'The plane in small');
    if (!this.z) return;
    const place = scatter.plane.project(this.z);
    const ink = this.theme.colour('ink'), surface = this.theme.colour('surface');
    paintStar(context, x + scatter.screenX(place[0]) * scale, y + scatter.screenY(place[1]) * scale, ink, surface);
    map.setAttribute(
      'aria-label', `It lies at (${place.map((value) => fixed(value)).join(', ')}) on the plane`);
  }
}
