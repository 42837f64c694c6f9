// Ticks of axes.

/** Steps of 1, 2 or 5 times a power of ten, about `wanted` of them over a range. */
function tickStep(range, wanted) {
  const rough = range / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
}
