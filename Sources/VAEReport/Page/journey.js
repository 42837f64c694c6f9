// A way through latent space: the straight line between two places, or a path drawn by hand. It can be played, and
// walked along with a slider.

class Journey {
  constructor({ model, latents, painter, testSet }) {
    Object.assign(this, { model, latents, painter, testSet });
    /** Places along the way, and how far each is from the first. */
    this.track = [];
    this.distance = [];
    /** The ends that were picked, none to two. */
    this.ends = [];
    this.names = [];
    this.playing = false;
    this.listeners = [];
    this.progress = byId('progress');
    this.progress.addEventListener('input', () => {
      this.pause();
      this.go(this.progress.value / 1000);
    });
    byId('play').addEventListener('click', () => (this.playing ? this.pause() : this.play()));
    byId('forget').addEventListener('click', () => this.forget());
    latents.onClass(() => { if (this.track.length > 1) this.paintFilm(); });
    this.show('Click two places, or two points, to travel between them. Or drag a path.');
  }

  onChange(listener) { this.listeners.push(listener); }

  /** An end of a straight journey: the first, the second, or the first of the next one. */
  pick(z, index) {
    this.pause();
    if (this.ends.length === 2 || (this.track.length && this.ends.length === 0)) {
      [this.ends, this.names, this.track] = [[], [], []];
    }
    this.ends.push(Float32Array.from(z));
    const label = index >= 0 ? this.testSet.labelText(index).replace(/^, (.*)/, ' ($1)') : '';
    this.names.push(index >= 0 ? `test image ${count(index)}${label}` : latentText(z, 3));
    if (this.ends.length === 1) {
      this.track = [];
      this.show(`From ${this.names[0]}. Click a second place.`);
    } else {
      // A straight line needs no more than its ends.
      this.setTrack(this.ends);
      this.show(`From ${this.names[0]} to ${this.names[1]}, along the straight line in z.`);
      this.go(0);
    }
  }

  /** A path drawn by hand; it is played at once, unless the reader prefers less motion. */
  follow(stroke) {
    [this.ends, this.names] = [[], []];
    this.setTrack(stroke);
    this.show(`A path of ${fixed(this.distance.at(-1), 1)} units of z through ${count(stroke.length)} places.`);
    if (!reducesMotion()) this.play();
  }

  forget() {
    this.pause();
    [this.ends, this.names, this.track] = [[], [], []];
    this.show('Click two places, or two points, to travel between them. Or drag a path.');
  }

  setTrack(track) {
    this.track = track;
    this.distance = [0];
    for (let index = 1; index < track.length; index++) {
      let squares = 0;
      for (let i = 0; i < this.model.latentSize; i++) squares += (track[index][i] - track[index - 1][i]) ** 2;
      this.distance.push(this.distance[index - 1] + Math.sqrt(squares));
    }
  }

  /** z at a share of the way. */
  at(share) {
    const { track, distance } = this;
    const goal = share * distance.at(-1);
    let next = 1;
    while (next < track.length - 1 && distance[next] < goal) next++;
    const length = distance[next] - distance[next - 1];
    const t = length > 0 ? (goal - distance[next - 1]) / length : 0;
    return track[next].map((value, i) => track[next - 1][i] + t * (value - track[next - 1][i]));
  }

  go(share) {
    this.progress.value = Math.round(1000 * share);
    this.progress.setAttribute('aria-valuetext', `${Math.round(100 * share)}% of the way`);
    this.latents.set(this.at(share));
  }

  play() {
    if (this.track.length < 2) return;
    this.playing = true;
    byId('play').textContent = 'Pause';
    // From the start again when it is at its end. About one unit of z a second.
    const from = this.progress.value >= 1000 ? 0 : this.progress.value / 1000;
    const duration = Math.min(Math.max(this.distance.at(-1) * 900, 1500), 12000);
    const start = performance.now() - from * duration;
    const step = (now) => {
      if (!this.playing) return;
      const share = Math.min(Math.max((now - start) / duration, 0), 1);
      this.go(share);
      if (share < 1) requestAnimationFrame(step); else this.pause();
    };
    requestAnimationFrame(step);
  }

  pause() {
    this.playing = false;
    byId('play').textContent = 'Play';
  }

  show(text) {
    const ready = this.track.length > 1;
    byId('journey-text').textContent = text;
    byId('play').disabled = this.progress.disabled = !ready;
    byId('forget').disabled = !ready && !this.ends.length;
    byId('film').hidden = !ready;
    this.progress.value = 0;
    if (ready) this.paintFilm();
    this.listeners.forEach((listener) => listener());
  }

  /** Nine frames of the way, side by side. */
  paintFilm() {
    const { painter, model, latents } = this;
    const frames = 9, gap = gapBeside(painter);
    const film = byId('film');
    const context = painter.sheet(film, frames * (painter.width + gap) - gap, painter.height, 8);
    for (let frame = 0; frame < frames; frame++) {
      painter.paintTile(context, model.decode(this.at(frame / (frames - 1)), latents.label), frame * (painter.width + gap), 0);
    }
    const stops = this.names.length ? `from ${this.names[0]} to ${this.names[1]}` : 'along the path';
    film.setAttribute('aria-label', `Nine frames of the journey ${stops}`);
  }
}
