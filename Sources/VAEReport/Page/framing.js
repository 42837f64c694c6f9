// A drawing, or a file on the pad, brought to the model's image shape.

/**
 * The mean of the source under each target pixel (a box filter, which leaves nothing out however much it shrinks).
 * @param source  {values, width, height, channels} in [0, 1]
 * @param place   {scale, x, y}: a source place p lies at p · scale + (x, y) of the target
 */
function resampled(source, width, height, { scale, x, y }) {
  const { channels } = source;
  const result = new Float32Array(width * height * channels);
  // The source places that a target pixel covers, and how much of each.
  const cover = (pixel, offset, limit) => {
    const from = Math.max((pixel - offset) / scale, 0), to = Math.min((pixel + 1 - offset) / scale, limit);
    return { from, to, first: Math.floor(from), last: Math.ceil(to) - 1 };
  };
  for (let targetY = 0; targetY < height; targetY++) {
    const rows = cover(targetY, y, source.height);
    for (let targetX = 0; targetX < width; targetX++) {
      const columns = cover(targetX, x, source.width);
      const at = (targetY * width + targetX) * channels;
      for (let sourceY = rows.first; sourceY <= rows.last; sourceY++) {
        const high = Math.min(sourceY + 1, rows.to) - Math.max(sourceY, rows.from);
        for (let sourceX = columns.first; sourceX <= columns.last; sourceX++) {
          const area = high * (Math.min(sourceX + 1, columns.to) - Math.max(sourceX, columns.from)) * scale * scale;
          const from = (sourceY * source.width + sourceX) * channels;
          for (let c = 0; c < channels; c++) result[at + c] += area * source.values[from + c];
        }
      }
    }
  }
  return result.map((value) => Math.min(Math.max(value, 0), 1));
}

/** The whole source, as large as fits, in the middle. */
function fitted(source, width, height) {
  const scale = Math.min(width / source.width, height / source.height);
  return resampled(source, width, height, {
    scale, x: (width - source.width * scale) / 2, y: (height - source.height * scale) / 2,
  });
}

/** The box around the ink of a source, its ends the pixels behind the last, and its centre of mass; null where there is no ink. */
function inkOf({ values, width, height, channels }) {
  let [left, right, top, bottom] = [Infinity, -1, Infinity, -1];
  let [mass, sumX, sumY] = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let ink = 0;
      for (let c = 0; c < channels; c++) ink += values[(y * width + x) * channels + c] / channels;
      if (ink < 0.05) continue;
      [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
      mass += ink;
      sumX += ink * (x + 0.5);
      sumY += ink * (y + 0.5);
    }
  }
  if (mass === 0) return null;
  return { longer: Math.max(right - left + 1, bottom - top + 1), x: sumX / mass, y: sumY / mass };
}

/** The longer side of the ink of framed digits, as a share of the image's shorter side: MNIST's 20 of 28 pixels. */
const framedShare = 20 / 28;

/**
 * The ink of the source as MNIST frames its digits: the box around it scaled to 20 of 28 pixels on its longer side, and its
 * centre of mass in the middle. Null where there is no ink.
 */
function framed(source, width, height) {
  const ink = inkOf(source);
  if (!ink) return null;
  const scale = (framedShare * Math.min(width, height)) / ink.longer;
  return resampled(source, width, height, { scale, x: width / 2 - ink.x * scale, y: height / 2 - ink.y * scale });
}

/**
 * Whether the first test images of a page are framed so themselves: nine in ten have their ink to a twentieth as large, and its middle to
 * a twentieth in the image's.
 */
function areFramed(testSet, { width, height, channels }) {
  const side = Math.min(width, height);
  const images = Math.min(testSet.imageCount, 100);
  let framedOnes = 0;
  for (let index = 0; index < images; index++) {
    const ink = inkOf({ values: testSet.image(index), width, height, channels });
    const isOff = !ink || [ink.longer - framedShare * side, ink.x - width / 2, ink.y - height / 2]
      .some((difference) => Math.abs(difference) > side / 20 + 0.5);
    if (!isOff) framedOnes++;
  }
  return images > 0 && framedOnes >= 0.9 * images;
}

/** The pixels of a canvas in grey, in each of so many channels. */
function sourceOf(canvas, channels, inverted) {
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
  const values = new Float32Array(width * height * channels);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const grey = luma(...data.subarray(4 * pixel, 4 * pixel + 3)) / 255;
    values.fill(inverted ? 1 - grey : grey, pixel * channels, (pixel + 1) * channels);
  }
  return { values, width, height, channels };
}
