// A pad to draw on, for models of light drawings on a dark ground; files and test images come onto it, too.

class Pad extends Trial {
  constructor(context) {
    super(context);
    this.offer('pad-template', 'pad');
    const { model } = this;
    this.canvas = byId('pad');
    // Square pads suit square images; others are drawn in their own proportions, with pixels enough across the narrowest.
    const [longer, shorter] = [Math.max(model.width, model.height), Math.min(model.width, model.height)];
    const scale = Math.min(Math.max(336 / longer, 48 / shorter), 2400 / longer);
    const side = (pixels) => Math.max(1, Math.round(pixels * scale));
    resizeSheet(this.canvas, side(model.width), side(model.height), 21);
    this.context = this.canvas.getContext('2d', { willReadFrequently: true });
    /** What is encoded: pixels of the model's shape as they are, else what is on a canvas. */
    this.given = null;
    this.source = this.canvas;
    /** Whether drawings are framed: where the test images are, which the page has when they are unpacked. */
    this.frames = false;
    this.update = oncePerFrame(() => this.encode());
    this.listen();
    this.clear();
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      // A drawing follows what was drawn; a file or a test image makes way for it.
      if (this.given || this.source !== canvas || !this.last) this.wipe();
      this.last = this.spot(event);
      this.drawing = true;
      this.line(this.last);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (!this.drawing) return;
      const events = event.getCoalescedEvents?.() ?? [];
      for (const each of events.length ? events : [event]) this.line(this.spot(each));
    });
    for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, () => { this.drawing = false; });
    byId('framed').addEventListener('change', this.update);
    byId('inverted').addEventListener('change', this.update);
  }

  spot(event) {
    const box = this.canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * this.canvas.width,
      ((event.clientY - box.top) / box.height) * this.canvas.height,
    ];
  }

  /** White on black, in a pen about as wide as MNIST's. */
  line([x, y]) {
    const { context, last } = this;
    context.lineCap = context.lineJoin = 'round';
    context.lineWidth = Math.min(this.canvas.width, this.canvas.height) / 11;
    context.strokeStyle = '#fff';
    context.beginPath();
    context.moveTo(...last);
    context.lineTo(x, y);
    context.stroke();
    this.last = [x, y];
    this.update();
  }

  wipe() {
    this.given = null;
    this.source = this.canvas;
    this.context.fillStyle = '#000';
    this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    byId('framed').checked = this.frames;
    byId('inverted').checked = false;
  }

  clear() {
    this.wipe();
    this.last = null;
    this.empty('Draw on the black pad, or drop an image file on it.');
    byId('given-note').textContent = this.frames
      ? 'Drawings are framed as the test images are: scaled to five sevenths of the side, centred by mass.'
      : 'Drawings are seen as they lie on the pad.';
  }

  /** What waits for test images. */
  ready() {
    this.frames = areFramed(this.testSet, this.model);
    if (!this.last) this.clear();
  }

  /** Takes a test image as it is. */
  take(index) {
    const pixels = this.testSet.image(index);
    if (!pixels) return;
    this.given = Float32Array.from(pixels);
    this.outcome.tell(this.testSet.labelOf(index));
    byId('given-note').textContent = `Test image ${count(index)}, pixel for pixel.`;
    this.showGiven();
    byId('framed').checked = byId('inverted').checked = false;
    this.update();
  }

  /** Reads an image file of any size. */
  async open(file) {
    const picture = file && await this.decoded(file);
    if (!picture) return;
    const { model, canvas, context } = this;
    this.wipe();
    const exact = picture.width === model.width && picture.height === model.height;
    // Far more pixels than the model's would only take time.
    const shrink = Math.min(1, Math.max(512, model.width, model.height) / Math.max(picture.width, picture.height));
    const stage = element('canvas', {
      width: Math.max(1, Math.round(picture.width * shrink)), height: Math.max(1, Math.round(picture.height * shrink)),
    });
    const paper = stage.getContext('2d', { willReadFrequently: true });
    // Under transparent pixels lies what lay there in training.
    paper.fillStyle = cssColour(treatment.background);
    paper.fillRect(0, 0, stage.width, stage.height);
    paper.imageSmoothingQuality = 'high';
    paper.drawImage(picture, 0, 0, stage.width, stage.height);
    this.source = stage;
    const scale = Math.min(canvas.width / stage.width, canvas.height / stage.height);
    const [width, height] = [stage.width * scale, stage.height * scale];
    context.imageSmoothingEnabled = !exact;
    context.drawImage(stage, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
    this.last = [0, 0];
    byId('framed').checked = false;
    // Dark ink on paper: models of drawings know white on black.
    const light = !exact && isLight(paper);
    byId('inverted').checked = light;
    byId('given-note').textContent = `${file.name}, ${size([picture.width, picture.height])}, `
      + `${exact ? 'pixel for pixel' : `fitted into ${size([model.width, model.height])}`}`
      + `${light ? ', inverted as its ground is light' : ''}.`;
    this.update();
  }

  showGiven() {
    this.context.imageSmoothingEnabled = false;
    this.painter.paintTile(this.context, this.given, 0, 0, this.canvas.width, this.canvas.height);
    this.last = [0, 0];
  }

  /** The pad's content in the model's shape, or null when it is empty. */
  pixels() {
    const { model } = this;
    const inverted = byId('inverted').checked;
    const toFrame = byId('framed').checked;
    if (this.given && !toFrame) return inverted ? this.given.map((value) => 1 - value) : this.given;
    const source = sourceOf(this.source, model.channels, inverted);
    return (toFrame ? framed : fitted)(source, model.width, model.height);
  }

  encode() {
    const pixels = this.last && this.pixels();
    if (pixels) this.show(pixels);
  }
}

/** Whether most corners of a picture are light. */
function isLight(context) {
  const { width, height } = context.canvas;
  const corners = [[0, 0], [width - 1, 0], [0, height - 1], [width - 1, height - 1]];
  return corners.filter(([x, y]) => context.getImageData(x, y, 1, 1).data[1] > 150).length >= 3;
}
