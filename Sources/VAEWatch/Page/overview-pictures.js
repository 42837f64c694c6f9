// One kind of picture of every run, side by side, and a run's own page below.

const pictureNames = {
  'latent-space': 'Latent space', manifold: 'Decoded plane', reconstructions: 'Reconstructions', interpolations: 'Interpolations',
  samples: 'Samples', 'latent-dimensions': 'Dimensions', codes: 'Codes', film: 'Film',
};

class Sheets {
  constructor() {
    this.figures = new Map();
  }

  show(overview) {
    this.overview = overview;
    const names = Object.keys(pictureNames).filter((name) => overview.runs.some((run) => run.pictures.some((one) => one.name === name)));
    byId('no-pictures').hidden = names.length > 0;
    if (!names.includes(this.chosen)) this.chosen = names[0];
    if (names.join() !== this.offered) {
      this.offered = names.join();
      byId('picture-choice').replaceChildren(element('legend', { class: 'unseen' }, 'Picture'), ...names.map((name) => {
        const input = element('input', { type: 'radio', name: 'picture', value: name });
        input.checked = name === this.chosen;
        input.addEventListener('change', () => { this.chosen = name; this.update(); });
        return element('label', {}, input, element('span', {}, pictureNames[name]));
      }));
    }
    this.update();
  }

  update() {
    const shown = this.overview.runs.flatMap((run, index) => {
      const picture = run.pictures.find((one) => one.name === this.chosen);
      return picture ? [{ run, index, picture }] : [];
    });
    const figures = shown.map(({ run, index, picture }) => {
      const image = this.image(`${index} ${this.chosen}`, picture.source);
      image.alt = `${pictureNames[this.chosen]} of ${run.name}`;
      return element('figure', {}, element('figcaption', {}, swatch(this.overview.groups[run.group].colour), run.name),
        element('div', { class: 'frame' }, image));
    });
    byId('sheets').replaceChildren(...figures);
  }

  /** The picture that is there until a newer one has come, so that nothing blinks. */
  image(key, source) {
    const known = this.figures.get(key);
    if (known?.wanted === source) return known.image;
    if (!known) {
      const image = element('img', { src: source });
      this.figures.set(key, { image, wanted: source });
      return image;
    }
    known.wanted = source;
    const next = new Image();
    next.addEventListener('load', () => { if (known.wanted === source) known.image.src = source; });
    next.src = source;
    return known.image;
  }
}

class RunPages {
  constructor() {
    this.choice = byId('explored');
    this.frame = byId('explorer');
    this.choice.addEventListener('change', () => this.update());
  }

  show({ runs }) {
    this.pages = runs.flatMap(({ name, page }, index) => (page ? [{ name, page, index }] : []));
    byId('explore').hidden = !this.pages.length;
    const offered = this.pages.map(({ index, name }) => `${index} ${name}`).join('\n');
    if (offered !== this.offered) {
      this.offered = offered;
      const before = this.choice.value;
      this.choice.replaceChildren(...this.pages.map(({ name, index }) => element('option', { value: String(index) }, name)));
      if (this.pages.some(({ index }) => String(index) === before)) this.choice.value = before;
    }
    this.choice.parentElement.hidden = this.pages.length < 2;
    this.update();
  }

  /** A page that somebody is busy with is not taken from under the hand: it waits until the pointer is elsewhere. */
  update() {
    const chosen = this.pages.find(({ index }) => String(index) === this.choice.value);
    if (!chosen || this.shown === chosen.page) return;
    if (this.shown && this.index === chosen.index && (this.frame.matches(':hover') || document.activeElement === this.frame)) return;
    [this.shown, this.index] = [chosen.page, chosen.index];
    this.frame.src = chosen.page;
    byId('own-tab').href = chosen.page;
  }
}
