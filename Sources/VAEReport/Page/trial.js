// A picture of the reader's own on its way to the encoder.

/** What comes of it is the outcome's business, where it comes from that of those who extend this: a pad to draw on, or a place for files. */
class Trial {
  constructor({ model, painter, testSet, outcome }) { Object.assign(this, { model, painter, testSet, outcome }); }

  /** Fills the place for pictures from its template, and hands on the image files that are dropped, chosen or pasted. */
  offer(template, zone) {
    byId('try-side').replaceChildren(byId(template).content.cloneNode(true));
    const { testSet } = this;
    byId('take').hidden = testSet.count === 0;
    byId('take').addEventListener('click', () => this.take(Math.floor(Math.random() * testSet.imageCount)));
    byId('clear').addEventListener('click', () => this.clear());
    byId('file').addEventListener('change', (event) => {
      this.open(event.target.files[0]);
      event.target.value = '';
    });
    const mark = (isOver) => byId(zone).classList.toggle('over', isOver);
    const holdsFiles = (transfer) => transfer?.types.includes('Files');
    // Anywhere on the page: beside the zone the browser would leave the page and open the file itself.
    document.addEventListener('dragover', (event) => {
      if (!holdsFiles(event.dataTransfer)) return;
      event.preventDefault();
      mark(true);
    });
    document.addEventListener('dragleave', (event) => { if (!event.relatedTarget) mark(false); });
    const receive = (event, transfer) => {
      if (!holdsFiles(transfer)) return;
      event.preventDefault();
      mark(false);
      byId('draw').scrollIntoView({ block: 'nearest' });
      this.open(transfer.files[0]);
    };
    document.addEventListener('drop', (event) => receive(event, event.dataTransfer));
    document.addEventListener('paste', (event) => receive(event, event.clipboardData));
  }

  /** A file as the browser decodes it, upright and with its own numbers; null, and a word about it, where it can't. */
  async decoded(file) {
    try {
      return await createImageBitmap(file, { colorSpaceConversion: 'none', imageOrientation: 'from-image' });
    } catch {
      byId('given-note').textContent = `${file.name} is not an image that this browser can read.`;
      return null;
    }
  }

  /** What waits for test images. */
  ready() {}

  get z() { return this.outcome.z; }

  get seen() { return this.outcome.seen; }

  empty(invitation) { this.outcome.empty(invitation); }

  show(pixels) { this.outcome.show(pixels); }
}
