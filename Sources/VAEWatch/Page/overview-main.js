// Puts the page of several runs together, and asks for news where somebody serves it.

const theme = new Theme(byId('theme'));
const overviewCurves = new OverviewCurves();
const sheets = new Sheets();
const runPages = new RunPages();
/** Milliseconds between two questions for news. */
const pause = 2000;

/** "runs", "a and b". */
const listed = (names) => [names.slice(0, -1).join(', '), names.at(-1)].filter(Boolean).join(' and ');

function ledeText({ runs, missing, awaited }) {
  const training = runs.filter(({ state }) => state === 'training');
  const parts = training.map((run) => {
    const done = run.history.length;
    const seconds = run.history.reduce((sum, epoch) => sum + (epoch.seconds ?? 0), 0);
    const left = done ? `, about ${duration((seconds / done) * (run.epochs - done))} left` : '';
    return `${runs.length > 1 ? `${run.name}: ` : ''}epoch ${Math.min(done + 1, run.epochs)} of ${run.epochs}${left}`;
  });
  const others = runs.length - training.length;
  if (!runs.length) parts.push(...(missing.length ? [] : awaited.length ? [`waiting for the first run in ${listed(awaited)}`] : ['no runs']));
  else if (!training.length) parts.push(runs.length === 1 ? states[runs[0].state] : `${count(runs.length)} runs, none in training`);
  else if (others) parts.push(`${others} not in training`);
  return [...parts, ...missing].join('; ');
}

function show(overview) {
  byId('awaited').hidden = !overview.awaited.length || overview.runs.length > 0;
  byId('awaited-command').textContent = `vae-train --out ${overview.awaited[0]}/first`;
  for (const id of ['losses', 'pictures']) byId(id).hidden = !overview.runs.length;
  document.title = overview.title;
  byId('title').textContent = overview.title;
  byId('lede').textContent = ledeText(overview);
  byId('warning').hidden = !overview.warning;
  byId('warning').textContent = overview.warning ? `Mind that ${overview.warning}.` : '';
  byId('losses-lead').textContent = overview.runs.some((run) => run.history.length)
    ? 'In nats per image. Runs that differ in their seed alone share a colour: the line is their mean, the band their range. Point at a curve for its values.'
    : 'No epoch is finished yet.';
  overviewCurves.show(overview);
  showRuns(overview);
  showGroups(overview);
  sheets.show(overview);
  runPages.show(overview);
}

const first = JSON.parse(byId('overview').textContent);
byId('colophon').textContent = first.isLive
  ? `Served by vae ${first.version} from this machine; it reads run folders and changes nothing.`
  : `Made by vae ${first.version}. This page is one file: it loads nothing, and sends nothing.`;
show(first);

let known = null;
async function ask() {
  const pulse = byId('pulse');
  try {
    const response = await fetch('runs.json', { cache: 'no-store', headers: known ? { 'If-None-Match': known } : {} });
    if (response.status === 200) {
      known = response.headers.get('ETag');
      show(await response.json());
    } else if (response.status !== 304) throw new Error(response.statusText);
    pulse.classList.remove('lost');
    pulse.title = 'up to date';
  } catch {
    pulse.classList.add('lost');
    pulse.title = 'nobody answers: what is here is the last that was said';
  }
}

if (first.isLive) {
  byId('pulse').hidden = false;
  // One question at a time, and none while nobody looks.
  const again = async () => {
    if (!document.hidden) await ask();
    setTimeout(again, pause);
  };
  setTimeout(again, pause);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) ask(); });
}
document.documentElement.dataset.ready = 'true';
