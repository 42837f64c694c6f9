// Puts the page together.

const model = loadModel();
const testSet = new TestSet(report.points);
const theme = new Theme(byId('theme'));
const painter = new Painter(model, !report.drawings);
document.body.classList.toggle('long', model.width > 3 * model.height);
document.body.classList.toggle('photographs', !report.drawings);
/** A conditional model begins with the class of the first test image, which is the first to be seen. */
const latents = new Latents(model, testSet.labelOf(0) ?? model.classes[0]);
const prior = new Prior(model.latentSize, report.prior);
const plane = new Plane(model, testSet, prior);
const scatter = new Scatter(byId('points'), plane, theme);
const journey = new Journey({ model, latents, painter, testSet });
const explorer = new Explorer({
  frame: byId('plane'), overlay: byId('overlay'), scatter, plane, latents, journey, theme, testSet,
});
const context = { model, prior, latents, testSet, painter, plane, scatter, explorer, theme, journey, frame: byId('plane') };

const detail = new Detail(context);
const sliders = new Sliders(context);
/** Drawings can be drawn; photographs come as files. */
const pad = report.drawings ? new Pad(context) : new DropZone(context);
const manifold = new Manifold(context);
offerConditions(context);
offerPlanes(plane);
offerClasses(scatter, theme, explorer);
offerSamples(context);

const curves = new Curves(report.history);
const parameters = showLayers(model);
showEpochs(report.history, curves);
showFacts(report.facts);
showEvaluation(report.evaluation);
showKeyFigures(report.history, parameters);
byId('swift-code').textContent = swiftCode(model);
byId('python-code').textContent = pythonCode(model);
byId('summary').textContent = summaryJSON(parameters);
for (const name of ['swift-code', 'python-code', 'summary']) addCopyButton(byId(name));

const shape = size([model.height, model.width, model.channels]);
const dimensions = `${count(model.latentSize)} latent ${model.latentSize === 1 ? 'dimension' : 'dimensions'}`;
byId('lede').textContent = `${shape} images in ${dimensions}, with the encoder and the decoder inside this page.`;
const shownPoints = testSet.count < testSet.total
  ? `the first ${count(testSet.count)} of ${count(testSet.total)}` : `all ${count(testSet.total)}`;
byId('explore-lead').textContent = (testSet.count
  ? `Each point is the mean of q(z|x) of a test image; ${shownPoints} are here. ` : '')
  + 'Move over the plane, and the decoder draws what lies there. Click two places to travel between them, or drag a path.'
  + (model.classes.length ? ' The model is told the class of what it encodes and decodes, and z is what the class leaves open: choose one, and move.' : '');
byId('draw-lead').textContent = 'The encoder places it on the plane, and the decoder draws what it would have been.';
if (model.classes.length) {
  byId('console-note').append(' A label behind them, ', element('code', {}, `vae.decode([…], ${model.classes.at(-1)})`), ', stands for the chosen class.');
}
byId('colophon').textContent = `Made by vae ${report.version}. This page is one file: it loads nothing, and sends nothing.`;

latents.update();
// For the browser's console, and for tests. Pixels are height × width × channels, in [0, 1].
globalThis.vae = {
  decode: (z, label = latents.label) => Array.from(model.decode(Float32Array.from(z), label)),
  encode: (pixels, label = latents.label) => {
    const { mean, logVariance } = model.encode(Float32Array.from(pixels), label);
    return { mean: Array.from(mean), logVariance: Array.from(logVariance) };
  },
  report, model, prior, testSet, latents, plane, scatter, explorer, journey, pad, curves, manifold,
};

testSet.unpack(report.points?.images ?? 0).catch(() => {}).finally(() => {
  showReconstructions(context);
  byId('take').disabled = testSet.imageCount === 0;
  if (testSet.count) {
    // What is shown already is shown again, now with its original.
    const index = Math.max(explorer.hovered, 0);
    detail.shown = explorer.hovered = -1;
    explorer.visit(index);
  }
  document.documentElement.dataset.ready = 'true';
});
