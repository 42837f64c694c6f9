// The table of runs, and that of their groups.

/** A line of a group's colour. */
function swatch(colour) {
  const made = element('span', { class: 'swatch' });
  made.style.background = `var(--class-${colour})`;
  return made;
}

const states = { training: 'training', finished: 'finished', stopped: 'stopped' };

/** "1:02:03" or "2:03". */
function duration(seconds) {
  const all = Math.round(seconds);
  const two = (value) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(all / 3600), Math.floor(all / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(all % 60)}` : `${minutes}:${two(all % 60)}`;
}

const heading = (names) => element('tr', {}, ...names.map((name) => element('th', { scope: 'col' }, name)));

function showRuns({ runs, groups, differences }) {
  const hasTest = runs.some((run) => run.history.at(-1)?.test);
  const measured = runs.some((run) => Number.isFinite(run.negativeLogLikelihood));
  const names = ['Run', ...differences, 'State', 'Epochs', hasTest ? 'Test loss' : 'Loss', 'Recon­struction', 'KL', 'Best',
    ...(measured ? ['−ln p(x)'] : []), 'Parameters', 'Images/s', 'Time'];
  byId('runs').tHead.replaceChildren(heading(names));
  const number = (value) => (Number.isFinite(value) ? fixed(value) : '–');
  byId('runs').tBodies[0].replaceChildren(...runs.map((run) => {
    const last = run.history.at(-1);
    const losses = last?.test ?? last?.train ?? [];
    const compared = run.history.map((epoch) => (epoch.test ?? epoch.train)[0]).filter(Number.isFinite);
    const time = run.history.reduce((sum, epoch) => sum + (epoch.seconds ?? 0), 0);
    const cells = [...run.settings.map((value) => value ?? '–'), states[run.state],
      `${count(run.history.length)} of ${count(run.epochs)}`, ...[0, 1, 2].map((part) => number(losses[part])),
      number(compared.length ? Math.min(...compared) : NaN), ...(measured ? [number(run.negativeLogLikelihood)] : []),
      count(run.parameters), Number.isFinite(last?.imagesPerSecond) ? count(last.imagesPerSecond) : '–', duration(time)];
    return element('tr', {}, element('th', { scope: 'row' }, swatch(groups[run.group].colour), run.name),
      ...cells.map((text) => element('td', {}, text)));
  }));
}

function showGroups({ groups }) {
  const several = groups.filter(({ loss }) => loss?.count > 1);
  byId('groups-frame').hidden = !several.length;
  byId('groups').tHead.replaceChildren(heading(['Seeds of', 'Runs', 'Mean loss', 'Deviation', 'Median', 'Least', 'Largest']));
  byId('groups').tBodies[0].replaceChildren(...several.map(({ name, colour, loss }) => element(
    'tr', {}, element('th', { scope: 'row' }, swatch(colour), name), element('td', {}, count(loss.count)),
    ...[loss.mean, loss.standardDeviation, loss.median, loss.least, loss.largest].map((value) => element('td', {}, fixed(value))),
  )));
}
