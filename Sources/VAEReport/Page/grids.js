// Images in rows and columns: the plane on a grid, test images with their reconstructions, draws from the prior.

/** The point below which a share of the standard normal distribution lies, by bisection of its integral. */
function normalQuantile(probability) {
  // Abramowitz and Stegun 7.1.26, to 1.5e-7: more than a grid of images shows.
  const below = (x) => {
    const t = 1 / (1 + 0.3275911 * Math.abs(x) * Math.SQRT1_2);
    const tail = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
    const half = tail * Math.exp((-x * x) / 2) / 2;
    return x < 0 ? half : 1 - half;
  };
  let [low, high] = [-8, 8];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (below(middle) < probability) low = middle; else high = middle;
  }
  return (low + high) / 2;
}

/** Columns and rows of a grid of images: fewer the long way of long ones, so that the grid comes closer to a square. */
function gridSize(side, { width, height }) {
  const aspect = width / height;
  if (aspect <= 2 && aspect >= 0.5) return { columns: side, rows: side };
  const ratio = Math.sqrt(Math.min(aspect, 1 / aspect));
  const few = Math.max(Math.min(side, 5), Math.round(side * ratio));
  const many = Math.min(2 * side, Math.round(side / ratio));
  return aspect > 1 ? { columns: few, rows: many } : { columns: many, rows: few };
}

/** The plane decoded on a grid of normal quantiles, a few images a frame so that the page stays quick. */
class Manifold {
  constructor({ model, painter, plane, latents, testSet, frame }) {
    Object.assign(this, { model, painter, plane, latents, testSet });
    this.canvas = byId('manifold');
    const side = Math.max(5, Math.min(20, Math.floor(640 / Math.sqrt(model.width * model.height))));
    const size = gridSize(side, model);
    [this.columns, this.rows] = [size.columns, plane.flat ? 1 : size.rows];
    const quantiles = (count) => Array.from({ length: count }, (_, i) => normalQuantile((i + 0.5) / count));
    [this.across, this.up] = [quantiles(this.columns), quantiles(this.rows)];
    this.image = new Float32Array(model.pixels);
    this.run = 0;
    this.visible = false;
    new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting) || this.visible) return;
      this.visible = true;
      this.start();
    }, { rootMargin: '300px' }).observe(this.canvas);
    // Photographs without a gap between them look like one.
    this.gap = painter.smooth ? gapBeside(model) : 0;
    [this.stepX, this.stepY] = [model.width + this.gap, model.height + this.gap];
    this.context = painter.sheet(this.canvas, this.columns * this.stepX - this.gap, this.rows * this.stepY - this.gap);
    plane.onChange(() => this.start());
    latents.onClass(() => this.start());
    this.canvas.addEventListener('click', (event) => {
      const box = this.canvas.getBoundingClientRect();
      const column = Math.min(Math.floor(((event.clientX - box.left) / box.width) * this.columns), this.columns - 1);
      const row = Math.min(Math.floor(((event.clientY - box.top) / box.height) * this.rows), this.rows - 1);
      latents.set(this.latent(column, row));
      byId('explore').scrollIntoView();
      frame.focus({ preventScroll: true });
    });
  }

  latent(column, row) {
    const { plane } = this;
    const x = plane.middle(plane.x) + this.across[column] * plane.spread(plane.x);
    const y = plane.flat ? 0 : plane.middle(plane.y) + this.up[this.rows - 1 - row] * plane.spread(plane.y);
    // Around the middle of the cloud on principal axes, around the origin on dimensions of z.
    return plane.moved(plane.axes[plane.x].origin, x, y);
  }

  start() {
    if (!this.visible) return;
    const run = ++this.run;
    const { plane, columns, rows, model, context, latents } = this;
    const shown = model.classes.length ? `Of ${this.testSet.classText(latents.label)}: ` : '';
    byId('manifold-text').textContent = `${shown}${columns} × ${rows} places at normal quantiles, ${plane.xLabel} across`
      + `${plane.flat ? '' : ` and ${plane.yLabel} up`}. Click one to go there.`;
    let next = 0;
    const step = () => {
      if (run !== this.run) return;
      const end = performance.now() + 10;
      while (next < columns * rows && performance.now() < end) {
        const [column, row] = [next % columns, Math.floor(next / columns)];
        model.decode(this.latent(column, row), latents.label, this.image);
        this.painter.paintTile(context, this.image, column * this.stepX, row * this.stepY);
        next++;
      }
      if (next < columns * rows) requestAnimationFrame(step);
      else this.canvas.dataset.state = 'done';
    };
    this.canvas.dataset.state = 'drawing';
    requestAnimationFrame(step);
  }
}

/** Input, reconstruction and difference of some test images, as three rows. */
function reconstructionStrip({ model, painter, testSet }, indices) {
  const gap = gapBeside(model);
  const canvas = element('canvas', { class: 'sheet', role: 'img' });
  const context = painter.sheet(canvas, indices.length * (model.width + gap) - gap, 3 * (model.height + gap) - gap);
  const stage = element('canvas');
  const image = new Float32Array(model.pixels);
  indices.forEach((index, column) => {
    const x = column * (model.width + gap);
    const pixels = testSet.image(index);
    model.decode(testSet.meanOf(index), testSet.labelOf(index), image);
    if (pixels) painter.paintTile(context, pixels, x, 0);
    painter.paintTile(context, image, x, model.height + gap);
    if (!pixels) return;
    painter.paintDifference(stage, pixels, image);
    painter.drawTile(context, stage, x, 2 * (model.height + gap));
  });
  const shown = indices.map((index) => testSet.lossOf(index, model)).filter(Number.isFinite).map((loss) => fixed(loss, 1));
  canvas.setAttribute('aria-label', `Rows of inputs, reconstructions and differences; losses ${shown.join(', ')} nats`);
  return { canvas, range: shown.length > 1 ? `${shown[0]} to ${shown.at(-1)} nats` : `${shown[0]} nats` };
}

/** The entropy of an image's shades, in nats: what a Bernoulli model can't help of its loss. */
function shadesEntropy(pixels) {
  let sum = 0;
  for (const x of pixels) if (x > 0 && x < 1) sum -= x * Math.log(x) + (1 - x) * Math.log(1 - x);
  return sum;
}

/** The best, the median and the worst by loss, of a Bernoulli model less the entropy of the shades, where the losses are known, else the first of some or all classes. */
function showReconstructions(context) {
  const { testSet } = context;
  const known = testSet.imageCount;
  byId('reconstructions-card').hidden = known === 0;
  if (!known) return;
  const rows = byId('reconstruction-rows');
  const { width, height } = context.model;
  const wanted = Math.min(width > 3 * height ? 2 : height > 3 * width ? 24 : 8, known);
  const add = (title, indices) => {
    const { canvas, range } = reconstructionStrip(context, indices);
    rows.append(element('div', { class: 'strip' }, element('h4', {}, `${title}: ${range}`), canvas));
  };
  if (testSet.isMeasured) {
    const floors = Array.from({ length: known }, (_, index) => (
      context.model.likelihood === 'bernoulli' ? shadesEntropy(testSet.image(index) ?? []) : 0));
    const excess = floors.map((floor, index) => testSet.lossOf(index, context.model) - floor);
    const order = Array.from({ length: known }, (_, index) => index).sort((a, b) => excess[a] - excess[b]);
    const middle = Math.max(0, (known >> 1) - (wanted >> 1));
    add('Best', order.slice(0, wanted));
    add('Median', order.slice(middle, middle + wanted));
    add('Worst', order.slice(-wanted));
    byId('reconstructions-text').textContent = 'Inputs, reconstructions and differences, '
      + `by ${report.codes ? '−ln p(x|codes)' : 'loss'}${floors.some((floor) => floor > 0) ? ' less the entropy of the shades' : ''} `
      + `over ${testSet.imagesPhrase}.`;
  } else {
    const { indices, title } = testSet.examples(wanted);
    if (indices.length) add(title, indices);
    else add('The first', Array.from({ length: wanted }, (_, index) => index));
    byId('reconstructions-text').textContent = 'Inputs, reconstructions and differences.';
  }
}

/** A sheet for draws: its context, and how many images go on it with which gaps. */
function sampleSheet(canvas, { width, height }, painter) {
  const columns = Math.max(width > 3 * height ? 2 : 4, Math.min(height > 2 * width ? 40 : 10, Math.floor(320 / width)));
  const rows = Math.max(2, Math.min(width > 2 * height ? 16 : 4, Math.floor((columns * width * 0.4) / height)));
  const gap = painter.smooth ? gapBeside({ width, height }) : 0;
  const context = painter.sheet(canvas, columns * (width + gap) - gap, rows * (height + gap) - gap);
  return { columns, rows, gap, context };
}

/** Images decoded from draws of the prior. */
function offerSamples({ model, painter, latents, prior }) {
  const { width, height } = model;
  const { columns, rows, gap, context } = sampleSheet(byId('samples'), model, painter);
  const draws = Array.from({ length: columns * rows }, () => new Float32Array(model.latentSize));
  const paint = () => draws.forEach((z, index) => painter.paintTile(
    context, model.decode(z, latents.label), (index % columns) * (width + gap), Math.floor(index / columns) * (height + gap)));
  const draw = () => {
    draws.forEach((z) => prior.draw(z));
    paint();
  };
  byId('resample').addEventListener('click', draw);
  // The same draws as another class, so that all which changes is what the class changes.
  latents.onClass(paint);
  requestAnimationFrame(draw);
}
