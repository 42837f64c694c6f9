// Images of a model as pixels on a canvas: grey for one channel, red, green and blue for three, with opacity for
// four, and the grey of the mean for any other number.

/** The colour map "inferno" of Smith and van der Walt at nine equal steps. */
const heatSteps = [
  [0, 0, 4], [33, 12, 74], [87, 16, 110], [138, 34, 106], [188, 55, 84], [228, 90, 49], [249, 142, 9], [249, 203, 53],
  [252, 255, 164],
];

/** Pixels between images of a model side by side. */
const gapBeside = ({ width, height }) => Math.max(1, Math.round(Math.min(width, height) / 14));

/** Gives a canvas its pixels, and a height on the page, in rem, that even the narrowest picture does not pass. */
function resizeSheet(canvas, width, height, tallest = height > 2 * width ? 30 : 60) {
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  // By the object model: the page's policy lets no style attribute pass.
  canvas.style.width = `min(100%, ${(tallest * width) / height}rem)`;
  canvas.style.maxHeight = `${tallest}rem`;
}

/** Pictures of one shape, painted without allocating. */
class Painter {
  /** @param smooth  whether enlarged pictures have no edges between pixels: as photographs are shown, and drawings are not */
  constructor({ height, width, channels }, smooth) {
    Object.assign(this, { height, width, channels, smooth });
    this.data = new ImageData(width, height);
    this.stage = document.createElement('canvas');
    this.stage.width = width;
    this.stage.height = height;
  }

  /** Paints `values` in [0, 1] as the whole of a canvas, one pixel a pixel. */
  paint(canvas, values) {
    this.fill(values);
    this.fit(canvas).putImageData(this.data, 0, 0);
  }

  /** Paints the mean difference of each pixel's channels as heat. */
  paintDifference(canvas, a, b) {
    const { channels, data } = this;
    for (let pixel = 0, at = 0; at < a.length; pixel += 4, at += channels) {
      let sum = 0;
      for (let c = at; c < at + channels; c++) sum += Math.abs(a[c] - b[c]);
      const place = Math.min(sum / channels, 1) * 8;
      const step = Math.min(Math.floor(place), 7);
      for (let c = 0; c < 3; c++) {
        data.data[pixel + c] = heatSteps[step][c] + (heatSteps[step + 1][c] - heatSteps[step][c]) * (place - step);
      }
      data.data[pixel + 3] = 255;
    }
    this.fit(canvas).putImageData(data, 0, 0);
  }

  /** Nothing to show. */
  blank(canvas) { this.fit(canvas).clearRect(0, 0, this.width, this.height); }

  /** Paints `values` as a tile at (x, y) of a larger picture. */
  paintTile(context, values, x, y, width = this.width, height = this.height) {
    this.fill(values);
    this.stage.getContext('2d').putImageData(this.data, 0, 0);
    this.drawTile(context, this.stage, x, y, width, height);
  }

  /** Draws what is painted on a canvas of one picture's size as a tile at (x, y) of a larger picture. */
  drawTile(context, canvas, x, y, width = this.width, height = this.height) {
    context.imageSmoothingEnabled = this.smooth;
    context.drawImage(canvas, x, y, width, height);
  }

  /**
   * The context of a canvas for tiles, in pixels of theirs. Smooth ones are enlarged one by one as they are painted: a browser that
   * enlarged the whole sheet would blur each into its neighbours.
   */
  sheet(canvas, width, height, tallest) {
    const factor = this.smooth ? Math.max(1, Math.min(8, Math.ceil(1200 / width))) : 1;
    resizeSheet(canvas, factor * width, factor * height, tallest);
    const context = canvas.getContext('2d');
    context.setTransform(factor, 0, 0, factor, 0, 0);
    return context;
  }

  fit(canvas) {
    if (canvas.width !== this.width || canvas.height !== this.height) resizeSheet(canvas, this.width, this.height, 12);
    return canvas.getContext('2d');
  }

  /** Fills `data`, which rounds to the nearest byte by itself. */
  fill(values) {
    const { channels } = this;
    const pixels = this.data.data;
    for (let pixel = 0, at = 0; at < values.length; pixel += 4, at += channels) {
      if (channels === 3 || channels === 4) {
        const opacity = channels === 4 ? values[at + 3] : 1;
        for (let c = 0; c < 3; c++) pixels[pixel + c] = 255 * (1 - opacity + opacity * values[at + c]);
      } else {
        let sum = 0;
        for (let c = at; c < at + channels; c++) sum += values[c];
        pixels[pixel] = pixels[pixel + 1] = pixels[pixel + 2] = (255 * sum) / channels;
      }
      pixels[pixel + 3] = 255;
    }
  }
}
