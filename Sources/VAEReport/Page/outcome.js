// What a model makes of a picture of the reader's own: its place in latent space, or its codes.

/** What every model shows: what the encoder sees, the reconstruction and the difference. */
class Outcome {
  constructor({ model, painter }) {
    Object.assign(this, { model, painter });
    /** What the picture became; null while there is none. */
    this.z = null;
    this.seen = new Float32Array(model.pixels);
    this.redrawn = new Float32Array(model.pixels);
  }

  /** Nothing is encoded; `invitation` says what would be. */
  empty(invitation) {
    this.z = null;
    for (const name of ['seen', 'redrawn', 'missed']) this.painter.blank(byId(name));
    byId('drawn-loss').textContent = invitation;
    byId('drawn-z').textContent = '';
    byId('visit').disabled = true;
  }

  paint() {
    const { painter } = this;
    painter.paint(byId('seen'), this.seen);
    painter.paint(byId('redrawn'), this.redrawn);
    painter.paintDifference(byId('missed'), this.seen, this.redrawn);
    byId('visit').disabled = false;
    announce(`${byId('drawn-z').textContent}; ${byId('drawn-loss').textContent}`);
  }

  /** Takes the class of a test image, where the model is told one. */
  tell() {}
}

class LatentOutcome extends Outcome {
  constructor(context) {
    super(context);
    const { explorer, scatter, theme, latents } = context;
    Object.assign(this, { explorer, scatter, theme, latents });
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

  tell(label) { this.latents.choose(label); }

  empty(invitation) {
    super.empty(invitation);
    this.place(null);
  }

  /** Encodes pixels of the model's shape, and shows what comes of them. */
  show(pixels) {
    const { model, latents: { label } } = this;
    this.seen.set(pixels);
    const { mean, logVariance } = model.encode(this.seen, label);
    this.z = Float32Array.from(mean);
    const kl = klDivergence(mean, logVariance);
    const sigma = Array.from(logVariance, (value) => Math.exp(value / 2));
    model.decode(this.z, label, this.redrawn);
    const reconstruction = model.reconstructionLoss(this.seen, this.z, label);
    byId('drawn-loss').textContent = lossText({ reconstruction, kl });
    const spread = sigma.slice(0, 4).map((value) => fixed(value)).join(', ');
    byId('drawn-z').textContent = `${latentText(this.z)}, σ = (${spread}${sigma.length > 4 ? ', …' : ''})`;
    this.paint();
    this.place(this.z);
  }

  place(z) {
    this.explorer.drawn = z;
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

class CodeOutcome extends Outcome {
  constructor(context) {
    super(context);
    const { codes, prior, editor } = context;
    Object.assign(this, { codes, prior, editor });
    byId('visit').addEventListener('click', () => {
      if (!this.z) return;
      editor.load(this.z, 'Your picture', this.seen);
      byId('explore').scrollIntoView();
      editor.frame.focus({ preventScroll: true });
    });
  }

  show(pixels) {
    const { codes, prior } = this;
    this.seen.set(pixels);
    this.z = codes.encode(this.seen);
    codes.decode(this.z, this.redrawn);
    const loss = codes.reconstructionLoss(this.seen, this.z);
    const nats = prior?.nats(this.z);
    byId('drawn-loss').textContent = prior
      ? `−ln p ≤ ${fixed(loss + nats)} = ${fixed(loss)} reconstruction + ${fixed(nats)} codes, in nats`
      : `reconstruction ${fixed(loss)} nats`;
    byId('drawn-z').textContent = `${count(codes.positions)} codes, ${count(new Set(this.z).size)} different`;
    this.paint();
  }
}
