// A slider for each dimension of z, and the choice of the plane that is shown.

class Sliders {
  constructor({ latents, testSet, journey, prior }) {
    this.latents = latents;
    this.inputs = [];
    this.outputs = [];
    const size = latents.z.length;
    for (let index = 0; index < size; index++) {
      let reach = 3;
      for (let at = index; at < testSet.mean.length; at += size) reach = Math.max(reach, Math.abs(testSet.mean[at]));
      reach = Math.ceil(reach * 2) / 2;
      const name = axisName(index);
      const input = element('input', {
        type: 'range', min: -reach, max: reach, step: 0.01, value: 0, 'aria-label': name,
      });
      const output = element('output');
      input.addEventListener('input', () => {
        journey.pause();
        latents.setComponent(index, Number(input.value));
      });
      const sign = element('span', { 'aria-hidden': 'true' }, name);
      byId('sliders').append(element('label', {}, sign, input, output));
      this.inputs.push(input);
      this.outputs.push(output);
    }
    latents.onFrame(() => this.show());
    byId('origin').addEventListener('click', () => latents.set(new Float32Array(size)));
    byId('draw-prior').addEventListener('click', () => latents.set(prior.draw(new Float32Array(size))));
  }

  show() {
    const { z } = this.latents;
    for (let index = 0; index < z.length; index++) {
      this.inputs[index].value = z[index];
      this.outputs[index].textContent = fixed(z[index]);
    }
  }
}

/** Two menus of axes, for models of more than two dimensions. */
function offerPlanes(plane) {
  if (plane.size <= 2) return;
  byId('plane-choice').hidden = false;
  const menus = [byId('axis-x'), byId('axis-y')];
  for (const menu of menus) {
    plane.axes.forEach(({ label }, index) => menu.append(element('option', { value: index }, label)));
    menu.addEventListener('change', () => {
      let [x, y] = menus.map((other) => Number(other.value));
      // The menu that was used keeps its choice.
      if (x === y && menu === menus[1]) x = (y + 1) % plane.axes.length;
      plane.choose(x, y);
    });
  }
  const show = () => {
    menus[0].value = plane.x;
    menus[1].value = plane.y;
  };
  plane.onChange(show);
  show();
}

/** Buttons that show and hide classes. */
function offerClasses(scatter, theme, explorer) {
  const { testSet, hidden } = scatter;
  byId('legend').hidden = !testSet.classes.length;
  byId('legend-note').hidden = testSet.classes.length <= colourCount;
  for (const label of testSet.classes) {
    const look = testSet.looks.get(label);
    const [mark, paint] = markPicture(look.mark);
    const name = testSet.className(label);
    const button = element(
      'button', { type: 'button', 'aria-pressed': 'true', 'aria-label': `Show ${report.labelName} ${name}` }, mark, name);
    const colour = () => paint(theme.classColour(look));
    colour();
    theme.onChange(colour);
    button.addEventListener('click', () => {
      if (!hidden.delete(label)) hidden.add(label);
      button.setAttribute('aria-pressed', String(!hidden.has(label)));
      explorer.redraw();
    });
    byId('legend').append(element('li', {}, button));
  }
}
