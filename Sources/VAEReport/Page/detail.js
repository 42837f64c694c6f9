// What is decoded at z, and the test image under the pointer beside its reconstruction.

class Detail {
  constructor({ model, latents, testSet, painter, explorer }) {
    Object.assign(this, { model, latents, testSet, painter });
    this.reconstructed = new Float32Array(model.pixels);
    this.shown = -1;
    latents.onFrame(() => this.showDecoded());
    explorer.onHover((index) => this.showImage(index));
    byId('nearest').hidden = testSet.count === 0;
    this.showImage(-1);
  }

  showDecoded() {
    const { latents, model, testSet } = this;
    this.painter.paint(byId('decoded'), latents.image);
    const text = latentText(latents.z);
    const told = model.classes.length ? `as ${testSet.classText(latents.label)}, ` : '';
    byId('position').textContent = text;
    byId('decoded').setAttribute('aria-label', `The image decoded ${told}at ${text}`);
    byId('decode-time').textContent = `${told}in ${fixed(latents.milliseconds, 1)} ms`;
  }

  /** Shows test image `index`; −1 keeps the last one, and says that it is the last. */
  showImage(index) {
    const { testSet, painter, model } = this;
    if (index < 0) {
      byId('nearest-title').textContent = this.shown < 0 ? 'Test images' : `Last test image: ${this.name}`;
      if (this.shown < 0) byId('nearest-loss').textContent = 'Move onto a point to see its image, reconstruction and loss.';
      return;
    }
    const label = testSet.labelText(index);
    this.name = `${count(index)}${label}`;
    byId('nearest-title').textContent = `Test image ${this.name}`;
    // After a moment beside its point, all else is still there.
    if (index === this.shown) return;
    this.shown = index;
    model.decode(testSet.meanOf(index), testSet.labelOf(index), this.reconstructed);
    painter.paint(byId('reconstruction'), this.reconstructed);
    byId('reconstruction').setAttribute('aria-label', `Reconstruction of test image ${index}`);
    const pixels = testSet.image(index);
    byId('original').setAttribute('aria-label', pixels ? `Test image ${index}${label}` : 'Not in this page');
    if (pixels) {
      painter.paint(byId('original'), pixels);
      painter.paintDifference(byId('difference'), pixels, this.reconstructed);
    } else {
      painter.blank(byId('original'));
      painter.blank(byId('difference'));
    }
    byId('difference').setAttribute('aria-label', 'Their difference');
    const loss = testSet.loss(index, model);
    const missing = pixels ? '' : ` The page holds the first ${count(testSet.imageCount)} originals only.`;
    byId('nearest-loss').textContent = (loss ? lossText(loss) : '') + missing;
  }
}
