// What moves over the points: z, the point under the pointer, the journey and the place of the drawing.

/** Paints all of it for an explorer. */
function paintOverlay(explorer) {
  const { scatter, plane, overlay, theme, latents, journey, testSet, hovered } = explorer;
  if (!scatter.width) return;
  const context = overlay.getContext('2d');
  context.setTransform(scatter.ratio, 0, 0, scatter.ratio, 0, 0);
  context.clearRect(0, 0, scatter.width, scatter.height);
  const [ink, surface, accent] = ['ink', 'surface', 'accent'].map((name) => theme.colour(name));
  const at = (z) => {
    const [x, y] = plane.project(z);
    return [scatter.screenX(x), scatter.screenY(y)];
  };
  const line = (track, colour, width) => {
    context.beginPath();
    track.forEach((z) => context.lineTo(...at(z)));
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.lineJoin = context.lineCap = 'round';
    context.stroke();
  };
  const dot = (x, y, radius, fill) => {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.fill();
    context.lineWidth = 2;
    context.strokeStyle = surface;
    context.stroke();
  };
  const track = explorer.pressed && explorer.dragged ? explorer.stroke : journey.track;
  if (track.length > 1) {
    line(track, surface, 6);
    line(track, accent, 3);
  }
  journey.ends.forEach((z, index) => {
    const [x, y] = at(z);
    dot(x, y, 10, accent);
    context.font = '600 12px system-ui, sans-serif';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillStyle = theme.colour('on-accent');
    context.fillText('AB'[index], x, y + 0.5);
  });
  if (hovered >= 0) {
    paintPosterior(context, explorer, hovered, ink);
    const x = scatter.screenX(plane.xs[hovered]), y = scatter.screenY(plane.ys[hovered]);
    const label = testSet.labels ? theme.classColour(testSet.looks.get(testSet.labels[hovered])) : theme.colour('train');
    dot(x, y, 6, label);
    context.strokeStyle = ink;
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(x, y, 7.5, 0, 2 * Math.PI);
    context.stroke();
  }
  if (explorer.drawn) {
    const [x, y] = at(explorer.drawn);
    paintStar(context, x, y, ink, surface);
  }
  paintCross(context, scatter, ...at(latents.z), ink, surface);
}

/** The 1σ ellipse of q(z|x), where both axes are dimensions of z. */
function paintPosterior(context, { plane, scatter, testSet }, index, ink) {
  if (plane.flat || plane.axes[plane.x].principal || plane.axes[plane.y].principal) return;
  const { margin } = scatter;
  const logVariance = testSet.logVarianceOf(index);
  const sigma = (axis) => Math.exp(logVariance[plane.axes[axis].vector.indexOf(1)] / 2);
  context.save();
  context.beginPath();
  context.rect(
    margin.left, margin.top, scatter.width - margin.left - margin.right,
    scatter.height - margin.top - margin.bottom);
  context.clip();
  context.beginPath();
  context.ellipse(
    scatter.screenX(plane.xs[index]), scatter.screenY(plane.ys[index]), sigma(plane.x) * scatter.scaleX,
    sigma(plane.y) * scatter.scaleY, 0, 0, 2 * Math.PI);
  context.strokeStyle = ink;
  context.lineWidth = 1;
  context.stroke();
  context.restore();
}

/** Where z is: a cross on a plane, a line where only one axis is of z. */
function paintCross(context, scatter, x, y, ink, surface) {
  const arms = scatter.plane.flat
    ? [[x, 0, x, scatter.height - scatter.margin.bottom]]
    : [[x - 10, y, x - 3, y], [x + 3, y, x + 10, y], [x, y - 10, x, y - 3], [x, y + 3, x, y + 10]];
  for (const [colour, width] of [[surface, 4.5], [ink, 1.8]]) {
    context.beginPath();
    arms.forEach(([fromX, fromY, toX, toY]) => {
      context.moveTo(fromX, fromY);
      context.lineTo(toX, toY);
    });
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.lineCap = 'round';
    context.stroke();
  }
}

/** Where the drawing lies. */
function paintStar(context, x, y, ink, surface) {
  context.beginPath();
  for (let corner = 0; corner < 10; corner++) {
    const radius = corner % 2 ? 5 : 12;
    const angle = (corner * Math.PI) / 5 - Math.PI / 2;
    context.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
  context.closePath();
  context.fillStyle = ink;
  context.fill();
  context.strokeStyle = surface;
  context.lineWidth = 2;
  context.stroke();
}
