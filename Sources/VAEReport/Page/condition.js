// The class that a conditional model is told: one for the whole page, chosen wherever something is decoded as it.

/** More buttons would push the pictures out of sight: then there is a menu. */
const mostClassButtons = 20;

/** Buttons for the classes beside the decoded image, or a menu, and menus at the parts below. Nothing for a model that knows of none. */
function offerConditions({ model, latents, testSet }) {
  if (!model.classes.length) return;
  const group = byId('condition');
  group.hidden = false;
  group.append(element('legend', {}, `Decode as ${report.labelName}`));
  if (model.classes.length > mostClassButtons) group.append(classMenu(model, latents, testSet, `Decode as ${report.labelName}`));
  else offerClassButtons(group, model, latents, testSet);
  for (const [name, words] of [
    ['draw-condition', `Encode and decode as ${report.labelName}`], ['pictures-condition', `Plane and samples as ${report.labelName}`],
  ]) {
    byId(name).hidden = false;
    byId(name).append(element('label', {}, words, classMenu(model, latents, testSet)));
  }
}

/** Radio buttons: arrows move among them, as readers of forms know it. */
function offerClassButtons(group, model, latents, testSet) {
  const inputs = model.classes.map((label) => {
    const input = element('input', { type: 'radio', name: 'condition', value: label });
    input.addEventListener('change', () => latents.choose(label));
    group.append(element('label', {}, input, element('span', {}, testSet.className(label))));
    return input;
  });
  const show = () => inputs.forEach((input, place) => { input.checked = model.classes[place] === latents.label; });
  latents.onClass(show);
  show();
}

/** A menu of all classes that always shows the chosen one. */
function classMenu(model, latents, testSet, name) {
  const menu = element('select', name ? { 'aria-label': name } : {}, ...model.classes.map((label) =>
    element('option', { value: label }, testSet.className(label))));
  menu.addEventListener('change', () => latents.choose(Number(menu.value)));
  const show = () => { menu.value = latents.label; };
  latents.onClass(show);
  show();
  return menu;
}
