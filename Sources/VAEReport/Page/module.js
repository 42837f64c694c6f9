// What a module of a model gives: the functions and sizes that other pages and programs use. The model's document and its weights
// are put in front of it, and the scripts of layers and networks.

const floats = (() => {
  const text = atob(weightsInBase64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new Float32Array(bytes.buffer);
})();

const tensors = new Map();
{
  let at = 0;
  for (const { name, shape } of modelDocument.weights) {
    tensors.set(name, floats.subarray(at, at + valuesOf(shape)));
    at += valuesOf(shape);
  }
}
const network = new Model(modelDocument.model, (name) => tensors.get(name), modelDocument.classes);
const prior = new Prior(network.latentSize, modelDocument.prior);
const { columns = null, means: columnMeans, scales: columnScales } = modelDocument.table ?? {};
const quantiser = modelDocument.codes ? network.layers[network.encoder[1]] : null;

/** Height, width and channels of an image, of which pixels are rows of pixels of channels; a table's row is 1 × columns × 1. */
export const shape = Object.freeze({ height: network.height, width: network.width, channels: network.channels });
/** Numbers of z; of a model with codes the codes of an image. */
export const latentSize = network.latentSize;
/** The labels that a conditional model is told one of; none otherwise. */
export const classes = Object.freeze([...network.classes]);
/** Of a model with codes how many there are, and the rows and columns of an image's; null otherwise. */
export const codes = modelDocument.codes ? Object.freeze({ ...modelDocument.codes }) : null;
/** The names of a table's columns, of which rows are in their own units; null for images. */
export { columns };

function checked(values, length, what) {
  if (values?.length !== length) throw new RangeError(`${what} must be ${length} numbers, not ${values?.length}`);
  return Float32Array.from(values);
}

function checkedLabel(label) {
  if (classes.length && !classes.includes(label)) {
    throw new RangeError(`the label must be one of ${classes.slice(0, 20).join(', ')}, not ${label}`);
  }
  return label;
}

/**
 * The mean and log-variance of q(z|x) for the pixels of an image, in [0, 1]: { mean, logVariance }. Of a model with codes the numbers of the
 * nearest ones, a Uint16Array. A conditional model is told the class `label`.
 */
export function encode(pixels, label) {
  const values = checked(pixels, network.pixels, 'an image');
  if (columns) for (let i = 0; i < values.length; i++) values[i] = (pixels[i] - columnMeans[i]) / columnScales[i];
  const { mean, logVariance } = network.encode(values, checkedLabel(label));
  if (quantiser) {
    const [, latent] = network.encoder;
    network.run([latent, latent + 1]);
    return Uint16Array.from(quantiser.layer.numbers);
  }
  return { mean: Float32Array.from(mean), logVariance: Float32Array.from(logVariance) };
}

/** The means of p(x|z): the pixels of an image, in [0, 1] or with a Gaussian likelihood about there. */
export function decode(z, label) {
  let latents = checked(z, latentSize, 'z');
  if (quantiser) {
    const { size, dimension } = modelDocument.codes, [table] = quantiser.weights;
    const numbers = latents;
    latents = new Float32Array(latentSize * dimension);
    numbers.forEach((number, position) => {
      if (!(Number.isInteger(number) && number >= 0 && number < size)) {
        throw new RangeError(`codes are 0 to ${size - 1}, not ${number}`);
      }
      latents.set(table.subarray(number * dimension, (number + 1) * dimension), position * dimension);
    });
  }
  const result = network.decode(latents, checkedLabel(label), new Float32Array(network.pixels));
  if (columns) for (let i = 0; i < result.length; i++) result[i] = result[i] * columnScales[i] + columnMeans[i];
  return result;
}

/** A draw of z from the prior; of codes there is none without images to fit one to. */
export function draw() {
  if (quantiser) throw new TypeError('codes have no prior in a module: vae sample draws of one that it fits to images');
  return prior.draw(new Float32Array(latentSize));
}
