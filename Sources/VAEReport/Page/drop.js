// A place for picture files, for models of photographs: what is dropped there is prepared as the pictures of the training were.

class DropZone extends Trial {
  constructor(context) {
    super(context);
    this.offer('drop-template', 'drop');
    byId('draw-title').textContent = 'Try a picture of your own';
    byId('draw-link').textContent = 'Your picture';
    /** Counts what was opened: of two files the later one stays, whichever is decoded first. */
    this.opened = 0;
    this.clear();
  }

  clear() {
    this.opened++;
    byId('drop').classList.remove('filled');
    byId('given-note').textContent = `Pictures of another size are ${this.treatmentWords}`
      + `${report.treatment ? ', as in training' : ''}. They stay on this device.`;
    this.empty('What the model makes of it will be here.');
  }

  /** What becomes of pictures of other proportions. */
  get treatmentWords() {
    const sides = size([this.model.width, this.model.height]);
    const words = { crop: `cropped to their middle and scaled to ${sides}`, stretch: `stretched to ${sides}` };
    return words[treatment.fit] ?? `fitted into ${sides} as a whole`;
  }

  /** Takes a test image as it is. */
  take(index) {
    const pixels = this.testSet.image(index);
    if (!pixels) return;
    this.opened++;
    this.outcome.tell(this.testSet.labelOf(index));
    const { model, painter } = this;
    const canvas = this.frame(model.width, model.height);
    painter.paintTile(canvas.getContext('2d'), pixels, 0, 0);
    byId('given-note').textContent = `Test image ${count(index)}${this.testSet.labelText(index)}, pixel for pixel.`;
    this.show(pixels);
  }

  /** Reads a picture file of any size. */
  async open(file) {
    if (!file) return;
    const turn = ++this.opened;
    const picture = await this.decoded(file);
    if (!picture || turn !== this.opened) return;
    const { model } = this;
    const { width, height } = picture;
    const isExact = width === model.width && height === model.height;
    const isAlike = width * model.height === height * model.width;
    const pixels = prepared(picture, model);
    this.showPicture(picture);
    picture.close();
    const sides = size([model.width, model.height]);
    const words = { crop: `its middle, scaled to ${sides}`, stretch: `stretched to ${sides}`, pad: `fitted into ${sides}` };
    byId('given-note').textContent = `${file.name}, ${size([width, height])}: `
      + `${isExact ? 'pixel for pixel' : isAlike ? `scaled to ${sides}` : words[treatment.fit]}.`;
    this.show(pixels);
  }

  /** The zone's canvas for a picture of a size. */
  frame(width, height) {
    const canvas = byId('picture');
    const most = 672 / Math.max(width, height);
    const side = (pixels) => Math.max(1, Math.round(pixels * Math.min(1, most)));
    resizeSheet(canvas, side(width), side(height), 16);
    byId('drop').classList.add('filled');
    return canvas;
  }

  /** Shows a picture, and what of it is cut off as if behind a veil. */
  showPicture(picture) {
    const canvas = this.frame(picture.width, picture.height);
    const context = canvas.getContext('2d');
    const { width, height } = canvas;
    context.imageSmoothingQuality = 'high';
    context.drawImage(picture, 0, 0, width, height);
    const { rows, columns } = framing(picture, this.model, treatment.fit);
    const [x, y, right, bottom] = [
      [columns, width, 0], [rows, height, 0], [columns, width, 1], [rows, height, 1],
    ].map(([{ origin, step, unit, count: pixels, length }, side, end]) =>
      (side * (origin + end * pixels * step)) / unit / length);
    context.fillStyle = 'rgb(127 127 127 / 0.7)';
    context.beginPath();
    context.rect(0, 0, width, height);
    context.rect(x, y, right - x, bottom - y);
    context.fill('evenodd');
  }
}
