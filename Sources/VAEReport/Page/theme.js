// Light and dark: the system's choice until the reader makes one.

class Theme {
  constructor(button) {
    this.listeners = [];
    this.button = button;
    this.system = matchMedia('(prefers-color-scheme: dark)');
    this.system.addEventListener('change', () => this.changed());
    // Some browsers give files no storage, and the choice is then good for this visit.
    try { this.choose(localStorage.getItem('vae-theme')); } catch { this.choose(null); }
    button.addEventListener('click', () => {
      const next = this.isDark ? 'light' : 'dark';
      try { localStorage.setItem('vae-theme', next); } catch { /* as above */ }
      this.choose(next);
    });
  }

  get isDark() { return (document.documentElement.dataset.theme ?? (this.system.matches ? 'dark' : 'light')) === 'dark'; }

  onChange(listener) { this.listeners.push(listener); }

  /** A colour of the style sheet, for canvases. */
  colour(name) { return this.colours.getPropertyValue(`--${name}`).trim(); }

  /** One of the colours of classes. */
  classColour({ colour }) { return this.colour(`class-${colour}`); }

  choose(theme) {
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
    this.changed();
  }

  changed() {
    this.colours = getComputedStyle(document.documentElement);
    this.button.textContent = this.isDark ? 'Light' : 'Dark';
    this.button.setAttribute('aria-label', `Change to the ${this.isDark ? 'light' : 'dark'} theme`);
    this.listeners.forEach((listener) => listener());
  }
}
