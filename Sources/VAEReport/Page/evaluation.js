// How good the model is, where it was evaluated: its loss among others, and tables.

function scaleRow({ name, value, place, kind, note }) {
  const fill = element('span');
  // By the object model: the page's policy lets no style attribute pass.
  fill.style.width = `${100 * Math.min(Math.max(place, 0), 1)}%`;
  return element('li', { class: kind },
    element('span', { class: 'name' }, name, ' ', element('small', {}, note)),
    element('span', { class: 'bar', 'aria-hidden': 'true' }, fill),
    element('span', { class: 'value' }, value));
}

/** Text in which flags of a tool, such as --binarize, are code and stay on one line. */
function withFlags(text) {
  return text.split(/(--[a-z-]+)/).map((part, index) => (index % 2 ? element('code', { class: 'flag' }, part) : part));
}

function evaluationTable({ title, columns, rows, remarks }) {
  const card = element('div', { class: 'card' }, element('h3', {}, title));
  if (rows.length) {
    const body = rows.map(({ name, values, isPart }) => {
      const cells = columns.map((_, index) => values[index] ?? '');
      const made = row([name, ...cells]);
      if (isPart) made.classList.add('part');
      return made;
    });
    const table = element('table', {},
      element('caption', { class: 'unseen' }, title),
      element('thead', {}, row(['', ...columns], true)), element('tbody', {}, ...body));
    card.append(element('div', { class: 'evaluation-table' }, table));
  }
  card.append(...remarks.map((remark) => element('p', { class: 'note' }, ...withFlags(remark))));
  return card;
}

/** Fills the section, and leaves it out of the page where nothing was evaluated. */
function showEvaluation(evaluation) {
  if (!evaluation) return;
  byId('evaluation').hidden = false;
  byId('evaluation-link').hidden = false;
  byId('evaluation-lead').textContent = evaluation.lead;
  const { scale, tables } = evaluation;
  if (scale) {
    byId('evaluation-scale').append(
      element('div', { class: 'row spread' }, element('h3', {}, scale.title), element('span', { class: 'note' }, scale.unit)),
      element('ol', { class: 'scale' }, ...scale.marks.map(scaleRow)),
      element('p', { class: 'note' }, scale.remark));
  }
  byId('evaluation-scale').hidden = !scale;
  byId('evaluation-tables').append(...tables.map(evaluationTable));
}
