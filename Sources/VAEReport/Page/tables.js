// Tables and lists: epochs, layers, what the run was made of, and all of it as JSON.

function row(cells, heading = false) {
  return element('tr', {}, ...cells.map((cell, index) =>
    element(heading || index === 0 ? 'th' : 'td', heading ? { scope: 'col' } : index === 0 ? { scope: 'row' } : {}, cell)));
}

function showEpochs(history, curves) {
  const table = byId('epochs');
  const last = (part) => fixed(report.codes ? part.total - part.reconstruction : part.kl);
  const losses = (part) => (part ? [fixed(part.total), fixed(part.reconstruction), last(part)] : ['–', '–', '–']);
  const name = report.codes ? 'commitment' : 'KL';
  const head = ['Epoch', 'Training', 'reconstruction', name, 'Test', 'reconstruction', name, 'seconds', 'images/s'];
  const rows = history.map((epoch) => row([
    String(epoch.epoch), ...losses(epoch.train), ...losses(epoch.test), fixed(epoch.seconds, 1),
    count(epoch.imagesPerSecond),
  ]));
  table.append(element('caption', {}, 'Epochs'), element('thead', {}, row(head, true)), element('tbody', {}, ...rows));
  let chosen = null;
  curves.onChoose((index) => {
    chosen?.classList.remove('chosen');
    chosen = rows[index];
    chosen?.classList.add('chosen');
  });
}

function showLayers(model) {
  const shapes = new Map(report.weights.map(({ name, shape }) => [name, shape]));
  const layers = model.layers.map(({ node, weights }) => ({
    name: node.name, kind: node.title, outputShape: node.outputShape, shape: shapes.get(`${node.name}.kernel`),
    parameters: weights.reduce((sum, values) => sum + values.length, 0),
  }));
  for (const { name, kind } of model.p.parameters) {
    const shape = shapes.get(name);
    layers.push({ name, kind, outputShape: shape, shape, parameters: valuesOf(shape) });
  }
  const rows = layers.map(({ name, kind, outputShape, shape, parameters }) =>
    row([name, kind, size(outputShape), shape ? size(shape) : '', count(parameters)]));
  const total = layers.reduce((sum, layer) => sum + layer.parameters, 0);
  byId('layers').append(
    element('caption', {}, `Layers, from an image of ${size([model.height, model.width, model.channels])}`),
    element('thead', {}, row(['Name', 'Kind', 'Output', 'Kernel', 'Parameters'], true)),
    element('tbody', {}, ...rows),
    element('tfoot', {}, row(['All layers', '', '', '', count(total)])));
  return total;
}

function showFacts(facts) {
  for (const { title, rows } of facts) {
    const list = element('dl');
    for (const { name, value } of rows) list.append(element('dt', {}, name), element('dd', {}, value));
    byId('facts').append(element('div', { class: 'card' }, element('h3', {}, title), list));
  }
}

/** The numbers over the fold. */
function showKeyFigures(history, parameters) {
  const last = history.at(-1);
  const figures = [];
  if (last) {
    const measured = last.test ?? last.train;
    figures.push([last.test ? 'Test loss' : 'Training loss', fixed(measured.total), 'nats per image']);
    figures.push(['Reconstruction', fixed(measured.reconstruction), 'nats']);
    if (report.codes) figures.push(['Codes', count(report.codes.height * report.codes.width), `of ${count(report.codes.size)} an image`]);
    else figures.push(['KL divergence', fixed(measured.kl), 'nats']);
    figures.push(['Epochs', count(history.length), `${fixed(last.seconds, 1)} s the last`]);
    figures.push(['Speed', count(last.imagesPerSecond), 'images/s']);
  }
  figures.push(['Parameters', count(parameters), '']);
  for (const [name, value, unit] of figures) {
    const definition = element('dd', {}, value, ' ', element('small', {}, unit));
    byId('key-figures').append(element('div', {}, element('dt', {}, name), definition));
  }
}

function summaryJSON(parameters) {
  const facts = Object.fromEntries(report.facts.map(({ title, rows }) =>
    [title.toLowerCase(), Object.fromEntries(rows.map(({ name, value }) => [name, value]))]));
  const { title, version, configuration, history } = report;
  return JSON.stringify({ title, version, parameters, model: configuration, ...facts, history }, null, 2);
}
