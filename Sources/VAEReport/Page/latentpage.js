// The parts of a page about a Gaussian latent space.

class LatentPage {
  constructor({ model, theme, painter }) {
    this.model = model;
    const testSet = this.testSet = new TestSet(report.points);
    /** A conditional model begins with the class of the first test image, which is the first to be seen. */
    const latents = this.latents = new Latents(model, testSet.labelOf(0) ?? model.classes[0]);
    const prior = this.prior = new Prior(model.latentSize, report.prior);
    const plane = this.plane = new Plane(model, testSet, prior);
    const scatter = this.scatter = new Scatter(byId('points'), plane, theme);
    const journey = this.journey = new Journey({ model, latents, painter, testSet });
    const explorer = this.explorer = new Explorer({
      frame: byId('plane'), overlay: byId('overlay'), scatter, plane, latents, journey, theme, testSet,
    });
    const context = this.context = {
      model, prior, latents, testSet, painter, plane, scatter, explorer, theme, journey, frame: byId('plane'),
    };
    this.detail = new Detail(context);
    this.sliders = new Sliders(context);
    context.outcome = new LatentOutcome(context);
    /** Drawings can be drawn; photographs come as files. */
    this.pad = report.drawings ? new Pad(context) : new DropZone(context);
    this.manifold = new Manifold(context);
    offerConditions(context);
    offerPlanes(plane);
    offerClasses(scatter, theme, explorer);
    offerSamples(context);
    this.describe();
    latents.update();
  }

  describe() {
    const { model, testSet } = this;
    const shape = size([model.height, model.width, model.channels]);
    const dimensions = `${count(model.latentSize)} latent ${model.latentSize === 1 ? 'dimension' : 'dimensions'}`;
    byId('lede').textContent = `${shape} images in ${dimensions}, with the encoder and the decoder inside this page.`;
    const shownPoints = testSet.count < testSet.total
      ? `the first ${count(testSet.count)} of ${count(testSet.total)}` : `all ${count(testSet.total)}`;
    const images = report.points?.images ?? 0;
    const shownImages = images < testSet.count ? `, and the pixels of the first ${count(images)}` : '';
    byId('explore-lead').textContent = (testSet.count
      ? `Each point is the mean of q(z|x) of a test image; ${shownPoints} are here${shownImages}. ` : '')
      + 'Move over the plane, and the decoder draws what lies there. Click two places to travel between them, or drag a path.'
      + (model.classes.length ? ' The model is told the class of what it encodes and decodes, and z is what the class leaves open: choose one, and move.' : '');
    byId('draw-lead').textContent = 'The encoder places it on the plane, and the decoder draws what it would have been.';
    if (model.classes.length) {
      byId('console-note').append(' A label behind them, ', element('code', {}, `vae.decode([…], ${model.classes.at(-1)})`), ', stands for the chosen class.');
    }
  }

  /** For the browser's console, and for tests. Pixels are height × width × channels, in [0, 1]. */
  get offered() {
    const { model, prior, testSet, latents, plane, scatter, explorer, journey, pad, manifold } = this;
    return {
      decode: (z, label = latents.label) => Array.from(model.decode(Float32Array.from(z), label)),
      encode: (pixels, label = latents.label) => {
        const { mean, logVariance } = model.encode(Float32Array.from(pixels), label);
        return { mean: Array.from(mean), logVariance: Array.from(logVariance) };
      },
      prior, testSet, latents, plane, scatter, explorer, journey, pad, manifold,
    };
  }

  load() { return this.testSet.unpack(report.points?.images ?? 0); }

  /** What waits for test images. */
  ready() {
    const { testSet, explorer, detail, pad } = this;
    pad.ready();
    if (!testSet.count) return;
    // What is shown already is shown again, now with its original.
    const index = Math.max(explorer.hovered, 0);
    detail.shown = explorer.hovered = -1;
    explorer.visit(index);
  }
}
