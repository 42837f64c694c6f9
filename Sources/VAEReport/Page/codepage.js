// The parts of a page about codes.

class CodePage {
  constructor({ model, theme, painter }) {
    Object.assign(this, { model, theme, painter });
    const codes = this.codes = new Codes(model, report.codes);
    const testSet = this.testSet = new CodedTestSet(report.points, codes);
    this.prior = null;
    const swatches = this.swatches = new Swatches({ model, codes, testSet, painter });
    const palette = this.palette = new Palette({ codes, swatches });
    this.context = { model, codes, testSet, painter, theme, swatches, palette, prior: null };
    this.describe();
  }

  describe() {
    const { model, codes, testSet } = this;
    const grid = codes.height > 1 ? `${size([codes.height, codes.width])} codes` : `${count(codes.width)} codes`;
    byId('lede').textContent = `${size([model.height, model.width, model.channels])} images as ${grid} of a book of ${count(codes.size)}, `
      + 'with the encoder and the decoder inside this page.';
    byId('explore-lead').textContent = `${testSet.count ? `An image is a ${codes.height > 1 ? 'grid' : 'row'} of codes, each shown as what it stands for. ` : ''}`
      + 'Choose a code in the book and paint with it: the decoder draws what the codes say.';
    byId('draw-lead').textContent = 'The encoder finds the codes that are nearest to it, and the decoder sees nothing else.';
    byId('console-encode').textContent = 'the numbers of an image’s codes.';
  }

  get offered() {
    const { codes, testSet, palette, swatches } = this;
    return {
      decode: (numbers) => Array.from(codes.decode(Uint16Array.from(numbers))),
      encode: (pixels) => Array.from(codes.encode(Float32Array.from(pixels))),
      codes, testSet, palette, swatches,
    };
  }

  /** The prior and the test images, both packed. */
  async load() {
    if (typeof DecompressionStream === 'undefined') return;
    if (report.codes.hasPrior) this.prior = this.context.prior = new CodePrior(await inflated('prior'), this.codes);
    await this.testSet.unpack(report.points?.images ?? 0);
  }

  ready() {
    const { context, swatches, palette, testSet, prior } = this;
    swatches.average();
    const editor = this.editor = context.editor = new CodeEditor(context);
    palette.fill();
    context.outcome = new CodeOutcome(context);
    this.pad = report.drawings ? new Pad(context) : new DropZone(context);
    this.pad.ready();
    offerCodeSamples(context);
    if (testSet.imageCount) editor.take(0);
    else if (prior) editor.load(prior.draw(), 'A draw of the prior');
    else editor.load(new Uint16Array(this.codes.positions).fill(swatches.ground), 'One code everywhere');
    Object.assign(globalThis.vae, { prior, editor, pad: this.pad });
  }
}

/** Images decoded from draws of the prior of codes; a page without a prior has no place for them. */
function offerCodeSamples({ model, painter, codes, prior, editor }) {
  byId('samples-card').hidden = !prior;
  if (!prior) return;
  const canvas = byId('samples');
  const { columns, rows, gap, context } = sampleSheet(canvas, model, painter);
  let draws = [];
  const draw = () => {
    draws = Array.from({ length: columns * rows }, () => prior.draw());
    draws.forEach((numbers, index) => painter.paintTile(
      context, codes.decode(numbers), (index % columns) * (model.width + gap), Math.floor(index / columns) * (model.height + gap)));
  };
  byId('resample').addEventListener('click', draw);
  canvas.addEventListener('click', (event) => {
    const box = canvas.getBoundingClientRect();
    const place = (at, side, cells) => Math.min(Math.floor((at / side) * cells), cells - 1);
    const column = place(event.clientX - box.left, box.width, columns), row = place(event.clientY - box.top, box.height, rows);
    editor.load(draws[row * columns + column], 'A draw of the prior');
    byId('explore').scrollIntoView();
    editor.frame.focus({ preventScroll: true });
  });
  draw();
}
