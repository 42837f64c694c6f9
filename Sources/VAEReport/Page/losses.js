// Losses of the model of this page, in words.

/** reconstruction + β·KL. */
const totalLoss = ({ reconstruction, kl }) => reconstruction + report.klWeight * kl;
/** "", or "4·" before a divergence that counts four times. */
const klFactor = report.klWeight === 1 ? '' : `${report.klWeight}·`;

/** "loss 150.12 = 145.00 reconstruction + 5.12 KL, in nats". */
function lossText(loss) {
  const { reconstruction, kl } = loss;
  return `loss ${fixed(totalLoss(loss))} = ${fixed(reconstruction)} reconstruction + ${klFactor}${fixed(kl)} KL, in nats`;
}
