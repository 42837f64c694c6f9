// Picture files brought to the model's image shape as the engine brings those that it trains on: each pixel the average of the
// area that it covers, or where a side grows a place on the line between two pixels. Where areas lie is reckoned in whole numbers.

/** How the run treats pictures: fit, and red, green and blue under transparent pixels and around padded pictures. */
const treatment = report.treatment ?? { fit: 'crop', background: [255, 255, 255], padding: [0, 0, 0] };

const cssColour = (values) => `rgb(${values.join(' ')})`;

/** Grey of red, green and blue: the luma of ITU-R 601 in the engine's fixed-point numbers. */
const luma = (red, green, blue) => (19595 * red + 38470 * green + 7471 * blue) / 65536;

/**
 * Which part of a source becomes which part of a target, each of them {width, height}. On an axis pixel i of `count`, from pixel
 * `start` of the target on, covers the length step / unit of the source from (origin + i · step) / unit on.
 */
function framing(source, target, fit) {
  // Whether the height limits the scale.
  const isTaller = target.height * source.width < target.width * source.height;
  const whole = (length, start, count) => ({ length, start, count, origin: 0, step: length, unit: count });
  const middle = (length, count, step, unit) => {
    const left = length * unit - count * step;
    // Where nothing is scaled, a whole number of pixels is cut off, or the picture would be blurred.
    const exact = { origin: Math.floor(Math.floor(left / unit) / 2), step: 1, unit: 1 };
    return { length, start: 0, count, ...(step === unit ? exact : { origin: left, step: 2 * step, unit: 2 * unit }) };
  };
  if (fit === 'stretch') {
    return { rows: whole(source.height, 0, target.height), columns: whole(source.width, 0, target.width) };
  }
  if (fit === 'pad') {
    const [room, most] = isTaller ? [target.height, source.height] : [target.width, source.width];
    const centred = (length, side) => {
      const count = Math.min(side, Math.max(1, Math.floor((2 * length * room + most) / (2 * most))));
      return whole(length, Math.floor((side - count) / 2), count);
    };
    return { rows: centred(source.height, target.height), columns: centred(source.width, target.width) };
  }
  return isTaller
    ? { rows: middle(source.height, target.height, source.width, target.width), columns: whole(source.width, 0, target.width) }
    : { rows: whole(source.height, 0, target.height), columns: middle(source.width, target.width, source.height, target.height) };
}

/** The source pixels of each pixel of an axis, from `first` on, and their weights, which add up to 1. */
function taps({ length, count, origin, step, unit }) {
  return Array.from({ length: count }, (_, number) => {
    const start = origin + number * step, end = start + step;
    if (step < unit) {
      // The line between the two nearest centres of source pixels; at the edges the outermost pixel alone.
      const place = Math.max(0, start + end - unit);
      const first = Math.floor(place / (2 * unit));
      if (first >= length - 1) return { first: length - 1, weights: [1] };
      const share = (place % (2 * unit)) / (2 * unit);
      return { first, weights: [1 - share, share] };
    }
    const first = Math.floor(start / unit), last = Math.floor((end - 1) / unit);
    return {
      first,
      weights: Array.from({ length: last - first + 1 }, (_, index) =>
        (Math.min((first + index + 1) * unit, end) - Math.max((first + index) * unit, start)) / step),
    };
  });
}

/**
 * Rows of a picture as red, green, blue and opacity, by their numbers: the columns from `left` on, over a colour, or for null as
 * they are. Strips of it are read at a time, for a photograph as a whole takes more memory than a phone gives a page.
 */
function rowsOf(picture, left, width, ground) {
  const strip = element('canvas', { width, height: Math.max(1, Math.min(picture.height, Math.floor(1e5 / width))) });
  const context = strip.getContext('2d', { willReadFrequently: true });
  let [top, data] = [-1, null];
  return (row) => {
    if (!data || row < top || row >= top + strip.height) {
      top = row;
      context.clearRect(0, 0, width, strip.height);
      if (ground) {
        context.fillStyle = cssColour(ground);
        context.fillRect(0, 0, width, strip.height);
      }
      context.drawImage(picture, -left, -top);
      data = context.getImageData(0, 0, width, strip.height).data;
    }
    return data.subarray(4 * (row - top) * width, 4 * (row - top + 1) * width);
  };
}

/** A picture in the shape of a model, in [0, 1] and rounded to the steps of a byte, as the engine has it. */
function prepared(picture, { width, height, channels }, { fit, background, padding } = treatment) {
  const { rows, columns } = framing(picture, { width, height }, fit);
  const [down, across] = [taps(rows), taps(columns)];
  const left = across[0].first, right = across.at(-1).first + across.at(-1).weights.length;
  const row = rowsOf(picture, left, right - left, channels === 4 ? null : background);
  const finished = (values) =>
    (channels === 3 || channels === 4 ? values.slice(0, channels) : Array(channels).fill(luma(...values)))
      .map((value) => Math.floor(Math.min(value, 255) + 0.5) / 255);
  const result = new Float32Array(width * height * channels);
  const ground = finished([...padding, 255]);
  for (let at = 0; at < result.length; at += channels) result.set(ground, at);
  const sums = new Float64Array(4 * (right - left));
  down.forEach((tap, y) => {
    sums.fill(0);
    tap.weights.forEach((weight, index) => {
      const values = row(tap.first + index);
      for (let i = 0; i < sums.length; i++) sums[i] += weight * values[i];
    });
    across.forEach(({ first, weights }, x) => {
      const pixel = [0, 0, 0, 0];
      weights.forEach((weight, index) => {
        const from = 4 * (first - left + index);
        for (let c = 0; c < 4; c++) pixel[c] += weight * sums[from + c];
      });
      result.set(finished(pixel), ((rows.start + y) * width + columns.start + x) * channels);
    });
  });
  return result;
}
