// The plane that a pointer, a finger or the keyboard moves over: it chooses z, points of the test set, and journeys.

class Explorer {
  constructor({ frame, overlay, scatter, plane, latents, journey, theme, testSet }) {
    Object.assign(this, { frame, overlay, scatter, plane, latents, journey, theme, testSet });
    /** The test image under the pointer, or −1. */
    this.hovered = -1;
    /** Where the drawing of the pad lies: its z, or null. */
    this.drawn = null;
    this.stroke = [];
    this.pressed = false;
    this.hoverListeners = [];
    this.drawOverlay = oncePerFrame(() => paintOverlay(this));
    new ResizeObserver(() => this.resize()).observe(frame);
    frame.addEventListener('pointerdown', (event) => this.down(event));
    frame.addEventListener('pointermove', (event) => this.move(event));
    frame.addEventListener('pointerup', (event) => this.up(event));
    frame.addEventListener('pointercancel', () => this.letGo());
    frame.addEventListener('keydown', (event) => this.key(event));
    latents.onFrame(this.drawOverlay);
    plane.onChange(() => this.redraw());
    theme.onChange(() => this.redraw());
    journey.onChange(this.drawOverlay);
  }

  onHover(listener) { this.hoverListeners.push(listener); }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.frame;
    this.scatter.resize(width, height);
    this.overlay.width = Math.round(width * this.scatter.ratio);
    this.overlay.height = Math.round(height * this.scatter.ratio);
    this.drawOverlay();
  }

  redraw() {
    this.scatter.draw();
    this.drawOverlay();
  }

  spot(event) {
    const box = this.frame.getBoundingClientRect();
    return [event.clientX - box.left - this.frame.clientLeft, event.clientY - box.top - this.frame.clientTop];
  }

  down(event) {
    if (event.button !== 0) return;
    this.frame.setPointerCapture(event.pointerId);
    this.journey.pause();
    this.pressed = true;
    this.dragged = false;
    this.start = this.spot(event);
    this.look(...this.start);
    this.stroke = [Float32Array.from(this.latents.z)];
  }

  move(event) {
    if (this.journey.playing) return;
    const [x, y] = this.spot(event);
    this.look(x, y);
    if (!this.pressed) return;
    // A hand trembles: a few pixels are still a click. Fingers are less exact than mice.
    const slack = event.pointerType === 'mouse' ? 5 : 12;
    if (Math.hypot(x - this.start[0], y - this.start[1]) > slack) this.dragged = true;
    this.stroke.push(Float32Array.from(this.latents.z));
  }

  up(event) {
    if (!this.pressed) return;
    const { dragged, stroke } = this;
    this.letGo();
    if (dragged && stroke.length > 1) {
      this.journey.follow(stroke);
    } else {
      this.pick();
    }
    if (event.pointerType !== 'mouse') this.drawOverlay();
  }

  letGo() {
    this.pressed = false;
    this.stroke = [];
    this.drawOverlay();
  }

  /** Moves z within the plane to a place on the canvas, and finds the point there. */
  look(x, y) {
    this.hover(this.scatter.nearest(x, y, 14));
    this.latents.set(this.plane.moved(this.latents.z, ...this.scatter.place(x, y)));
    this.drawOverlay();
  }

  hover(index) {
    if (index === this.hovered) return;
    this.hovered = index;
    this.hoverListeners.forEach((listener) => listener(index));
  }

  /** Sets an end of a journey: the point under the pointer, else the place itself. */
  pick() {
    const index = this.hovered;
    this.journey.pick(index >= 0 ? this.testSet.meanOf(index) : this.latents.z, index);
  }

  /** Goes to a test image. */
  visit(index) {
    this.latents.set(this.testSet.meanOf(index));
    this.hover(index);
  }

  key(event) {
    const step = event.shiftKey ? 0.5 : 0.1;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in moves) {
      const [x, y] = this.plane.project(this.latents.z);
      const [dx, dy] = moves[event.key];
      this.journey.pause();
      const z = this.plane.moved(this.latents.z, x + dx, y + dy);
      this.latents.set(z);
      const [toX, toY] = this.plane.project(z);
      this.hover(this.plane.flat ? -1 : this.scatter.nearest(this.scatter.screenX(toX), this.scatter.screenY(toY), 14));
      announce(latentText(z));
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.pick();
    } else if (event.key === 'Escape') {
      this.journey.forget();
    } else if (event.key === 'Home') {
      this.latents.set(new Float32Array(this.plane.size));
    } else if ((event.key === 'n' || event.key === 'p') && this.testSet.count) {
      const { count } = this.testSet;
      this.visit((this.hovered + (event.key === 'n' ? 1 : this.hovered < 0 ? 0 : -1) + count) % count);
    } else {
      return;
    }
    event.preventDefault();
  }
}
