// What classes look like: a colour each for up to twenty, beyond them a colour and a mark.

const colourCount = 20;
/** Of the first ten colours those first that are easiest to tell apart. Ten classes, digits as likely as not, keep their order. */
const clearest = [3, 8, 5, 1, 7, 4, 9, 6, 2, 0];

/** The colour's number and the mark of the class of a rank among all classes. */
function classLook(rank, classes) {
  const colour = rank % colourCount;
  return {
    colour: classes === clearest.length ? colour : clearest[colour] ?? colour,
    mark: marks[Math.floor(rank / colourCount) % marks.length],
  };
}

/** Corners around a circle of radius `reach`. */
function corners(number, start, reach) {
  return Array.from({ length: number }, (_, index) => {
    const angle = start + (2 * Math.PI * index) / number;
    return [reach * Math.cos(angle), reach * Math.sin(angle)];
  });
}

/** Strokes through the middle, each from one of the corners to the opposite one. */
function spokes(ends, start) {
  const reached = corners(ends, start, 1.3);
  return reached.slice(0, ends / 2).map((corner, index) => [corner, reached[index + ends / 2]]);
}

/** Lines from corner to corner in units of a dot's radius; none for circles. A width is that of an outline. */
const marks = (() => {
  const square = [corners(4, Math.PI / 4, 1.3)], diamond = [corners(4, 0, 1.4)];
  const up = [corners(3, -Math.PI / 2, 1.5)], down = [corners(3, Math.PI / 2, 1.5)];
  return [
    { lines: [] }, { lines: square }, { lines: up }, { lines: diamond }, { lines: down },
    { lines: spokes(4, Math.PI / 4), width: 0.6 }, { lines: spokes(4, 0), width: 0.6 }, { lines: [], width: 0.5 },
    { lines: square, width: 0.5 }, { lines: up, width: 0.5 }, { lines: diamond, width: 0.5 },
    { lines: down, width: 0.5 }, { lines: spokes(6, Math.PI / 2), width: 0.6 },
  ];
})();

/** Adds a mark to the path of a canvas's context, or to a `Path2D`. */
function addMark(path, { lines }, x, y, radius) {
  if (!lines.length) {
    path.moveTo(x + radius, y);
    path.arc(x, y, radius, 0, 2 * Math.PI);
  }
  for (const line of lines) {
    line.forEach(([dx, dy], index) => path[index ? 'lineTo' : 'moveTo'](x + radius * dx, y + radius * dy));
    if (line.length > 2) path.closePath();
  }
}

/** Paints what `addMark` added, in a colour. */
function paintMarks(context, { width }, radius, colour) {
  if (width) {
    context.strokeStyle = colour;
    context.lineWidth = Math.max(1, width * radius);
    context.stroke();
  } else {
    context.fillStyle = colour;
    context.fill();
  }
}

/** A mark as a small picture beside a class's name, and a function that colours it. */
function markPicture({ lines, width }) {
  const shape = lines.length
    ? vector('path', {
      d: lines.map((line) => `M${line.map(([x, y]) => `${(7 + 4.6 * x).toFixed(2)} ${(7 + 4.6 * y).toFixed(2)}`).join('L')}${line.length > 2 ? 'Z' : ''}`).join(''),
    })
    : vector('circle', { cx: 7, cy: 7, r: width ? 4.8 : 5.5 });
  if (width) shape.setAttribute('stroke-width', 4.6 * width);
  const picture = vector('svg', { width: 14, height: 14, 'aria-hidden': 'true' }, shape);
  return [picture, (colour) => {
    shape.setAttribute('fill', width ? 'none' : colour);
    if (width) shape.setAttribute('stroke', colour);
  }];
}
