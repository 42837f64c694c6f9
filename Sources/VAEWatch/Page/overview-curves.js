// The losses of all runs by epoch: a line for each group, and a band from the least to the largest of its runs.

const panels = [['Loss', 0], ['Reconstruction', 1], ['KL divergence', 2]];

/** The numbers of one loss: for each group its epochs, ascending, with what its runs have after them. */
function bands(overview, part) {
  const hasTest = overview.runs.every((run) => run.history.every((epoch) => epoch.test));
  return overview.groups.map((group, index) => {
    const byEpoch = new Map();
    for (const run of overview.runs.filter((one) => one.group === index)) {
      for (const epoch of run.history) {
        const value = (hasTest ? epoch.test : epoch.train)[part];
        if (!Number.isFinite(value)) continue;
        byEpoch.set(epoch.epoch, [...(byEpoch.get(epoch.epoch) ?? []), value]);
      }
    }
    return [...byEpoch].sort(([a], [b]) => a - b).map(([epoch, values]) => ({
      epoch,
      least: Math.min(...values),
      largest: Math.max(...values),
      mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    }));
  });
}

/** The range of an axis. The first tenth of ten epochs or more falls so far that it would press the rest flat: it may leave the axis, but for
 *  where a run has come to. */
function lossRange(groups) {
  const points = groups.flat();
  const epochs = points.map(({ epoch }) => epoch);
  const [first, last] = [Math.min(...epochs), Math.max(...epochs)];
  const shown = [...points.filter(({ epoch }) => last - first < 9 || epoch >= first + (last - first) / 10),
    ...groups.filter((band) => band.length).map((band) => band.at(-1))];
  let low = Math.min(...shown.map(({ least }) => least));
  let high = Math.max(...shown.map(({ largest }) => largest));
  if (!(high > low)) [low, high] = [low - 0.5, high + 0.5];
  const pad = (high - low) * 0.06;
  return [low >= 0 ? Math.max(0, low - pad) : low - pad, high + pad];
}

class OverviewCurves {
  constructor() {
    this.frame = byId('curves');
    this.frame.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step || !this.epochs?.length) return;
      event.preventDefault();
      this.choose(this.chosen + step);
      announce(byId('curve-values').textContent);
    });
  }

  show(overview) {
    this.overview = overview;
    const all = overview.runs.flatMap((run) => run.history.map(({ epoch }) => epoch));
    this.epochs = [...new Set(all)].sort((a, b) => a - b);
    this.frame.hidden = !this.epochs.length;
    byId('curve-values').hidden = !this.epochs.length;
    if (!this.epochs.length) return;
    const wasLast = this.chosen === undefined || this.chosen >= this.last;
    this.last = this.epochs.length - 1;
    this.rules = [];
    this.frame.replaceChildren(...panels.map(([name, part]) => this.panel(name, part)));
    this.choose(wasLast ? this.last : this.chosen);
  }

  panel(name, part) {
    const { overview, epochs } = this;
    const groups = bands(overview, part);
    const [width, height, left, right, top, bottom] = [380, 250, 46, 12, 34, 40];
    const svg = vector('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': this.summary(name, groups) });
    svg.append(vector('text', { class: 'name', x: left, y: 18 }, name));
    if (!groups.some((band) => band.length)) return svg;
    const [low, high] = lossRange(groups);
    const [first, last] = [epochs[0], epochs.at(-1)];
    const x = (epoch) => left + (width - left - right) * (first === last ? 0.5 : (epoch - first) / (last - first));
    const y = (value) => top + (height - top - bottom) * (1 - Math.max(-0.2, Math.min(1.2, (value - low) / (high - low))));
    const step = tickStep(high - low, 4);
    const digits = Math.max(0, -Math.floor(Math.log10(step)));
    for (let tick = Math.ceil(low / step); tick * step <= high; tick++) {
      const at = y(tick * step);
      svg.append(vector('line', { class: 'grid', x1: left, x2: width - right, y1: at, y2: at }));
      svg.append(vector('text', { x: left - 7, y: at + 4, 'text-anchor': 'end' }, fixed(tick * step, digits)));
    }
    const epochStep = Math.max(1, tickStep(Math.max(last - first, 1), 6));
    for (let tick = Math.ceil(first / epochStep) * epochStep; tick <= last; tick += epochStep) {
      svg.append(vector('text', { x: x(tick), y: height - bottom + 17, 'text-anchor': 'middle' }, String(tick)));
    }
    svg.append(vector('text', { x: (left + width - right) / 2, y: height - 5, 'text-anchor': 'middle' }, 'epoch'));
    const clip = vector('clipPath', { id: `clip-${part}` }, vector('rect', { x: left, y: top, width: width - left - right, height: height - top - bottom }));
    const drawn = vector('g', { 'clip-path': `url(#clip-${part})` });
    const at = (value) => (epoch) => `${x(epoch.epoch).toFixed(1)} ${y(epoch[value]).toFixed(1)}`;
    groups.forEach((band, index) => {
      if (!band.some(({ least, largest }) => least < largest)) return;
      const outline = [...band.map(at('largest')), ...[...band].reverse().map(at('least'))];
      const path = vector('path', { class: 'band', d: `M${outline.join('L')}Z` });
      path.style.fill = `var(--class-${overview.groups[index].colour})`;
      drawn.append(path);
    });
    groups.forEach((band, index) => {
      if (!band.length) return;
      const colour = `var(--class-${overview.groups[index].colour})`;
      const path = vector('path', { class: 'line', d: `M${band.map(at('mean')).join('L')}` });
      path.style.stroke = colour;
      drawn.append(path);
      const end = vector('circle', { cx: x(band.at(-1).epoch), cy: y(band.at(-1).mean), r: 3 });
      end.style.fill = colour;
      drawn.append(end);
    });
    const rule = vector('line', { class: 'rule', y1: top, y2: height - bottom });
    svg.append(clip, drawn, rule);
    this.rules.push((epoch) => { rule.setAttribute('x1', x(epoch)); rule.setAttribute('x2', x(epoch)); });
    svg.addEventListener('pointermove', (event) => {
      const box = svg.getBoundingClientRect();
      const share = (((event.clientX - box.left) / box.width) * width - left) / (width - left - right);
      const wanted = first + share * (last - first);
      this.choose(epochs.reduce((best, epoch, index) => (Math.abs(epoch - wanted) < Math.abs(epochs[best] - wanted) ? index : best), 0));
    });
    return svg;
  }

  summary(name, groups) {
    const texts = groups.map((band, index) => (band.length
      ? `${this.overview.groups[index].name} from ${fixed(band[0].mean)} to ${fixed(band.at(-1).mean)}` : ''));
    return `${name} by epoch: ${texts.filter(Boolean).join(', ') || 'none yet'} nats`;
  }

  choose(index) {
    this.chosen = Math.min(Math.max(index, 0), this.last);
    const epoch = this.epochs[this.chosen];
    this.rules.forEach((show) => show(epoch));
    const parts = bands(this.overview, 0).flatMap((band, group) => {
      const found = band.find((one) => one.epoch === epoch);
      return found ? [swatch(this.overview.groups[group].colour), `${this.overview.groups[group].name} ${fixed(found.mean)}   `] : [];
    });
    byId('curve-values').replaceChildren(`Loss after epoch ${epoch}: `, ...parts);
  }
}
