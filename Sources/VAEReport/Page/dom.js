// Elements and texts. Text goes into the page as text alone: nothing here reads HTML from a string.

const byId = (id) => document.getElementById(id);

/** A new element with attributes and children; a child that is a string is text. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** The same for SVG. */
function vector(name, attributes = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const count = (value) => whole.format(value);
/** A number with a real minus sign. */
const fixed = (value, digits = 2) =>
  (typeof value === 'number' ? value.toFixed(digits).replace(/^-(?=0\.?0*$)/, '').replace('-', '−') : String(value));
const subscript = (index) => String(index).replace(/\d/g, (digit) => '₀₁₂₃₄₅₆₇₈₉'[digit]);
const axisName = (index) => `z${subscript(index + 1)}`;
const size = (shape) => shape.map((side) => count(side)).join(' × ');

/** z in words: all of it when short, else its first numbers. */
function latentText(z, most = 4) {
  const shown = Array.from(z).slice(0, most).map((value) => fixed(value));
  return `z = (${shown.join(', ')}${z.length > most ? ', …' : ''})`;
}

let announceTimer = 0;
/** Says something to those who listen to the page, once things have settled. */
function announce(text) {
  clearTimeout(announceTimer);
  announceTimer = setTimeout(() => { byId('announcer').textContent = text; }, 400);
}

/** A button over a text that copies it. */
function addCopyButton(pre) {
  const label = `Copy ${pre.id.replace('-', ' ')}`;
  const button = element('button', { type: 'button', class: 'quiet', 'aria-label': label }, 'Copy');
  button.addEventListener('click', async () => {
    let copied = true;
    try {
      await navigator.clipboard.writeText(pre.textContent);
    } catch {
      // Browsers that refuse the clipboard to files still copy a selection.
      getSelection().selectAllChildren(pre);
      copied = document.execCommand('copy');
    }
    button.textContent = copied ? 'Copied' : 'Select and copy';
    setTimeout(() => { button.textContent = 'Copy'; }, 1600);
  });
  pre.parentElement.append(button);
}

/** Calls `work` at most once a frame, however often it is asked for. */
function oncePerFrame(work) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      work();
    });
  };
}

const reducesMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
