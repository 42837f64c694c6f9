// Loss curves, with the values of the epoch under the pointer.

const withPenalty = (losses) => ({ ...losses, penalty: losses.total - losses.reconstruction });

class Curves {
  constructor(history) {
    this.history = report.codes ? history.map((epoch) => ({
      ...epoch, train: withPenalty(epoch.train), test: epoch.test && withPenalty(epoch.test),
    })) : history;
    this.chosen = history.length - 1;
    this.frame = byId('curves');
    this.panels = [];
    this.listeners = [];
    if (!history.length) {
      byId('training-lead').textContent = 'No epoch is finished yet.';
      this.frame.hidden = true;
      return;
    }
    this.hasTest = history.some((epoch) => epoch.test);
    byId('training-lead').textContent = `${count(history.length)} ${history.length === 1 ? 'epoch' : 'epochs'}. `
      + `Losses in nats per image, and loss = reconstruction + ${report.codes ? 'commitment' : report.hasPenalty ? 'penalty' : `${klFactor}KL`}. Point at a curve for its values.`;
    // What codes cost under a uniform prior is a constant, and no curve.
    const last = report.codes ? ['Commitment', 'penalty'] : ['KL divergence', 'kl'];
    for (const [name, part] of [['Loss', 'total'], ['Reconstruction', 'reconstruction'], last]) this.addPanel(name, part);
    this.frame.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      this.choose(this.chosen + step);
      announce(byId('curve-values').textContent);
    });
    this.choose(this.chosen);
  }

  onChoose(listener) {
    this.listeners.push(listener);
    if (this.history.length) listener(this.chosen);
  }

  addPanel(name, part) {
    const { history } = this;
    const [width, height, left, right, top, bottom] = [380, 240, 46, 12, 34, 26];
    const numbers = history.flatMap(({ train, test }) => [train[part], test?.[part]]).filter(Number.isFinite);
    let [low, high] = numbers.reduce(([least, most], x) => [Math.min(least, x), Math.max(most, x)], [Infinity, -Infinity]);
    if (!(high > low)) [low, high] = [low - 0.5, high + 0.5];
    const pad = (high - low) * 0.06;
    [low, high] = [low - pad, high + pad];
    const x = (index) => left + ((width - left - right) * (history.length === 1 ? 0.5 : index / (history.length - 1)));
    const y = (value) => top + (height - top - bottom) * (1 - (value - low) / (high - low));
    const svg = vector('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': this.summary(name, part) });
    svg.append(vector('text', { class: 'name', x: left, y: 18 }, name));
    const step = tickStep(high - low, 4);
    const digits = Math.max(0, -Math.floor(Math.log10(step)));
    for (let tick = Math.ceil(low / step); tick * step <= high; tick++) {
      const place = y(tick * step);
      svg.append(vector('line', { class: 'grid', x1: left, x2: width - right, y1: place, y2: place }));
      svg.append(vector('text', { x: left - 7, y: place + 4, 'text-anchor': 'end' }, fixed(tick * step, digits)));
    }
    const epochStep = Math.max(1, tickStep(Math.max(history.length - 1, 1), 6));
    history.forEach(({ epoch }, index) => {
      if (index % epochStep && index !== history.length - 1) return;
      // The last epoch is always named; one too near to it is not.
      if (index !== history.length - 1 && history.length - 1 - index < epochStep * 0.6) return;
      svg.append(vector('text', { x: x(index), y: height - 8, 'text-anchor': 'middle' }, String(epoch)));
    });
    const rule = vector('line', { class: 'rule', y1: top, y2: height - bottom });
    svg.append(rule);
    const dots = [];
    for (const kind of this.hasTest ? ['train', 'test'] : ['train']) {
      const points = history.map((epoch, index) => [x(index), y(epoch[kind]?.[part])])
        .filter(([, at]) => Number.isFinite(at));
      const path = points.map(([px, py], index) => `${index ? 'L' : 'M'}${px.toFixed(1)} ${py.toFixed(1)}`).join('');
      svg.append(vector('path', { class: `${kind} ${kind}-line`, d: path }));
      const dot = vector('circle', { class: kind, r: 4 });
      svg.append(dot);
      dots.push([kind, dot]);
    }
    svg.addEventListener('pointermove', (event) => {
      const box = svg.getBoundingClientRect();
      const at = ((event.clientX - box.left) / box.width) * width;
      this.choose(Math.round(((at - left) / (width - left - right)) * (history.length - 1)));
    });
    this.panels.push((index) => {
      rule.setAttribute('x1', x(index));
      rule.setAttribute('x2', x(index));
      for (const [kind, dot] of dots) {
        const value = history[index][kind]?.[part];
        dot.setAttribute('visibility', Number.isFinite(value) ? 'visible' : 'hidden');
        if (!Number.isFinite(value)) continue;
        dot.setAttribute('cx', x(index));
        dot.setAttribute('cy', y(value));
      }
    });
    this.frame.append(svg);
  }

  summary(name, part) {
    const [first, last] = [this.history[0], this.history.at(-1)];
    const change = (kind) => `${kind} from ${fixed(first[kind][part])} to ${fixed(last[kind][part])}`;
    return `${name} by epoch: training ${change('train')}${first.test && last.test ? `, ${change('test')}` : ''} nats`;
  }

  choose(index) {
    this.chosen = Math.min(Math.max(index, 0), this.history.length - 1);
    const { epoch, train, test } = this.history[this.chosen];
    this.panels.forEach((show) => show(this.chosen));
    const parts = (kind, name, losses) => [
      element('span', { class: `key ${kind}` }),
      `${name} ${fixed(losses.total)} = ${fixed(losses.reconstruction)} + ` + (report.hasPenalty
        ? `${fixed(losses.total - losses.reconstruction)}${report.codes ? '' : ` (KL ${fixed(losses.kl)})`}` : `${klFactor}${fixed(losses.kl)}`),
    ];
    byId('curve-values').replaceChildren(
      `Epoch ${epoch}: `, ...parts('train', 'training', train), ...(test ? ['   ', ...parts('test', 'test', test)] : []));
    this.listeners.forEach((listener) => listener(this.chosen));
  }
}
