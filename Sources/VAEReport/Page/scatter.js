// The test set on the plane: points coloured by class, each class named at its median, the prior's circles, axes.

function median(values) {
  values.sort((a, b) => a - b);
  return values[values.length >> 1];
}

/** The whole of the plane on a canvas, drawn when something changes and never for a moving pointer. */
class Scatter {
  constructor(canvas, plane, theme) {
    Object.assign(this, { canvas, plane, theme, testSet: plane.testSet });
    this.hidden = new Set();
    /** The classes' names on the plane and where they stand. */
    this.names = [];
    [this.width, this.height] = [0, 0];
  }

  resize(width, height) {
    const ratio = Math.min(devicePixelRatio || 1, 3);
    [this.width, this.height, this.ratio] = [width, height, ratio];
    // Large screens have larger letters.
    this.em = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    const { em } = this;
    this.margin = { left: 46 * em, right: 14 * em, top: 14 * em, bottom: 40 * em };
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.draw();
  }

  /** Fits the points and the prior's 2σ circle into the canvas, with equal scales where both axes are of z. */
  fit() {
    const { plane, margin } = this;
    const bounds = (values, least, most) => {
      for (const value of values) {
        if (value < least) least = value;
        if (value > most) most = value;
      }
      return [least, most];
    };
    const origin = plane.project(new Float32Array(plane.size));
    // A prior that was trained has no circle to show; without points its spread is what there is.
    const around = (axis, centre) => {
      if (plane.prior.standard) return [centre - 2.2, centre + 2.2];
      const [middle, reach] = [plane.middle(axis), plane.axes[axis].principal ? 0.1 : plane.spread(axis)];
      return [middle - reach, middle + reach];
    };
    let [left, right] = bounds(plane.xs, ...around(plane.x, origin[0]));
    let [bottom, top] = plane.flat ? bounds(plane.ys, 0, 0.1) : bounds(plane.ys, ...around(plane.y, origin[1]));
    const room = [this.width - margin.left - margin.right, this.height - margin.top - margin.bottom];
    this.scaleX = room[0] / ((right - left) * 1.06);
    this.scaleY = room[1] / ((top - bottom) * 1.06);
    if (!plane.flat) this.scaleX = this.scaleY = Math.min(this.scaleX, this.scaleY);
    this.centre = [(left + right) / 2, (bottom + top) / 2];
    this.middle = [margin.left + room[0] / 2, margin.top + room[1] / 2];
  }

  screenX(x) { return this.middle[0] + (x - this.centre[0]) * this.scaleX; }

  screenY(y) { return this.middle[1] - (y - this.centre[1]) * this.scaleY; }

  /** The place on the plane at a place on the canvas. */
  place(screenX, screenY) {
    return [
      this.centre[0] + (screenX - this.middle[0]) / this.scaleX,
      this.centre[1] - (screenY - this.middle[1]) / this.scaleY,
    ];
  }

  /** The point that is nearest to a place on the canvas, within `reach` pixels; −1 where there is none. */
  nearest(screenX, screenY, reach) {
    const { plane, testSet, hidden } = this;
    const [x, y] = this.place(screenX, screenY);
    let best = reach * reach, found = -1;
    for (let index = 0; index < testSet.count; index++) {
      const dx = (plane.xs[index] - x) * this.scaleX, dy = (plane.ys[index] - y) * this.scaleY;
      const distance = dx * dx + dy * dy;
      if (distance < best && !(testSet.labels && hidden.has(testSet.labels[index]))) {
        best = distance;
        found = index;
      }
    }
    return found;
  }

  draw() {
    if (!this.width) return;
    this.fit();
    const context = this.canvas.getContext('2d');
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    this.drawAxes(context);
    this.drawPoints(context);
    if (!this.plane.flat && this.plane.prior.standard) this.drawPrior(context);
    this.drawNames(context);
  }

  drawAxes(context) {
    const { theme, margin, width, height } = this;
    const [left, top, right, bottom] = [margin.left, margin.top, width - margin.right, height - margin.bottom];
    context.font = `${12 * this.em}px system-ui, sans-serif`;
    context.lineWidth = 1;
    const ticks = (from, to, room, each) => {
      const step = tickStep(to - from, Math.max(room / 90, 2));
      const digits = Math.max(0, -Math.floor(Math.log10(step)));
      for (let tick = Math.ceil(from / step); tick * step <= to; tick++) each(tick * step, fixed(tick * step, digits));
    };
    const [lowX, highY] = this.place(left, top);
    const [highX, lowY] = this.place(right, bottom);
    context.strokeStyle = theme.colour('grid');
    context.fillStyle = theme.colour('secondary');
    context.textAlign = 'center';
    context.textBaseline = 'top';
    context.beginPath();
    ticks(lowX, highX, right - left, (value, text) => {
      const x = Math.round(this.screenX(value)) + 0.5;
      context.moveTo(x, top);
      context.lineTo(x, bottom);
      context.fillText(text, x, bottom + 5);
    });
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    ticks(lowY, highY, bottom - top, (value, text) => {
      const y = Math.round(this.screenY(value)) + 0.5;
      context.moveTo(left, y);
      context.lineTo(right, y);
      context.fillText(text, left - 6, y);
    });
    context.stroke();
    context.textAlign = 'center';
    context.textBaseline = 'alphabetic';
    context.fillText(this.plane.xLabel, (left + right) / 2, height - 6);
    context.save();
    context.translate(14 * this.em, (top + bottom) / 2);
    context.rotate(-Math.PI / 2);
    context.fillText(this.plane.yLabel, 0, 0);
    context.restore();
  }

  /** The prior's 1σ and 2σ circles. */
  drawPrior(context) {
    const [x, y] = this.plane.project(new Float32Array(this.plane.size));
    context.strokeStyle = this.theme.colour('control');
    context.setLineDash([4, 4]);
    for (const radius of [1, 2]) {
      context.beginPath();
      context.arc(this.screenX(x), this.screenY(y), radius * this.scaleX, 0, 2 * Math.PI);
      context.stroke();
    }
    context.setLineDash([]);
    context.fillStyle = this.theme.colour('ink');
    context.strokeStyle = this.theme.colour('surface');
    context.lineWidth = 3;
    context.textAlign = 'left';
    context.textBaseline = 'bottom';
    for (const radius of [1, 2]) {
      const reach = radius * this.scaleX * Math.SQRT1_2;
      context.strokeText(`${radius}σ`, this.screenX(x) + reach + 3, this.screenY(y) - reach - 3);
      context.fillText(`${radius}σ`, this.screenX(x) + reach + 3, this.screenY(y) - reach - 3);
    }
  }

  drawPoints(context) {
    const { plane, testSet, theme } = this;
    const area = this.width * this.height;
    // Smaller and fainter where there are many, so that a crowd still shows its shape.
    const radius = Math.min(3.2, Math.max(1.1, Math.sqrt(area / Math.max(testSet.count, 1)) * 0.26));
    context.globalAlpha = testSet.count > 3000 ? 0.62 : 0.8;
    // Class by class, so that the colour changes ten times and not ten thousand.
    for (const label of testSet.labels ? testSet.classes : [-1]) {
      if (this.hidden.has(label)) continue;
      const { mark } = testSet.looks.get(label) ?? { mark: marks[0] };
      context.beginPath();
      for (let index = 0; index < testSet.count; index++) {
        if (label >= 0 && testSet.labels[index] !== label) continue;
        addMark(context, mark, this.screenX(plane.xs[index]), this.screenY(plane.ys[index]), radius);
      }
      paintMarks(context, mark, radius, label < 0 ? theme.colour('train') : theme.classColour(testSet.looks.get(label)));
    }
    context.globalAlpha = 1;
  }

  /** Each class's name at its cluster's median, moved a little where two would overlap; none where they would hide the points. */
  drawNames(context) {
    const { plane, testSet, theme, hidden, margin } = this;
    this.names = [];
    if (!testSet.labels || testSet.classes.length > 60) return;
    const shown = testSet.classes.filter((label) => !hidden.has(label));
    const isWordy = testSet.classes.some((label) => testSet.className(label).length > 2);
    const points = (isWordy || testSet.classes.length > 20 ? 13 : 17) * this.em;
    context.font = `600 ${points}px system-ui, sans-serif`;
    const names = [];
    for (const label of shown) {
      const members = [];
      for (let index = 0; index < testSet.count; index++) if (testSet.labels[index] === label) members.push(index);
      // A class of the test set none of whose points the page shows.
      if (!members.length) continue;
      const text = testSet.className(label);
      names.push({
        text,
        x: this.screenX(median(members.map((index) => plane.xs[index]))),
        y: this.screenY(median(members.map((index) => plane.ys[index]))),
        halfWidth: context.measureText(text).width / 2 + 3, halfHeight: points * 0.6,
      });
    }
    const area = names.reduce((sum, { halfWidth, halfHeight }) => sum + 4 * halfWidth * halfHeight, 0);
    if (area > (this.width * this.height) / 10) return;
    spread(names, { left: margin.left, top: margin.top, right: this.width - margin.right, bottom: this.height - margin.bottom });
    this.names = names;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    context.lineWidth = 4;
    context.strokeStyle = theme.colour('surface');
    context.fillStyle = theme.colour('ink');
    for (const { text, x, y } of names) {
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    }
  }
}

/** Moves boxes apart, within bounds, until no two overlap, or as far as sixty small steps lead. */
function spread(boxes, { left, top, right, bottom }) {
  const within = (value, low, high) => Math.min(Math.max(value, low), Math.max(low, high));
  for (let step = 0; step < 60; step++) {
    let moved = false;
    boxes.forEach((a, index) => {
      for (const b of boxes.slice(index + 1)) {
        const overlapX = a.halfWidth + b.halfWidth - Math.abs(a.x - b.x);
        const overlapY = a.halfHeight + b.halfHeight - Math.abs(a.y - b.y);
        if (overlapX <= 0.5 || overlapY <= 0.5) continue;
        moved = true;
        // The shorter way out, half each; the later class gives way to the right or below.
        const [axis, overlap] = overlapX < overlapY ? ['x', overlapX] : ['y', overlapY];
        const way = (overlap / 2) * (a[axis] <= b[axis] ? 1 : -1);
        a[axis] -= way;
        b[axis] += way;
      }
    });
    for (const box of boxes) {
      box.x = within(box.x, left + box.halfWidth, right - box.halfWidth);
      box.y = within(box.y, top + box.halfHeight, bottom - box.halfHeight);
    }
    if (!moved) break;
  }
}
