// Puts the page together.

const model = loadModel();
const theme = new Theme(byId('theme'));
const painter = new Painter(model, !report.drawings);
document.body.classList.toggle('long', model.width > 3 * model.height);
document.body.classList.toggle('photographs', !report.drawings);
const page = report.codes ? new CodePage({ model, theme, painter }) : new LatentPage({ model, theme, painter });

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
byId('colophon').textContent = `Made by vae ${report.version}. This page is one file: it loads nothing, and sends nothing.`;

// For the browser's console, and for tests.
globalThis.vae = { report, model, curves, ...page.offered };

page.load().catch(() => {}).finally(() => {
  page.ready();
  showReconstructions(page.context);
  byId('take').disabled = page.testSet.imageCount === 0;
  document.documentElement.dataset.ready = 'true';
});
