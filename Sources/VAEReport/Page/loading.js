// How to use the model elsewhere: programs that run as they are, beside model.safetensors.

const swiftCode = (model) => (report.codes ? codesSwiftCode(model) : model.classes.length ? conditionalSwiftCode(model) : `import VAE

let model = try VariationalAutoencoder(contentsOf: "model.safetensors")
// (n, ${model.latentSize}) latents to (n, ${model.height}, ${model.width}, ${model.channels}) images, the means of p(x|z)
let images = try model.decode([Float](repeating: 0, count: ${model.latentSize}))
let samples = try model.sample(64)
`);

const codesSwiftCode = (model) => {
  const { height, width, size: codes } = report.codes;
  return `import VAE

let model = try VariationalAutoencoder(contentsOf: "model.safetensors")
// (n, ${height}, ${width}) numbers of codes, 0 to ${codes - 1}, to (n, ${model.height}, ${model.width}, ${model.channels}) images, the means of p(x|codes)
let codes = ImageCodes(height: ${height}, width: ${width}, numbers: [UInt16](repeating: 0, count: ${height * width}))
let images = try model.decode(codes)
`;
};

const conditionalSwiftCode = (model) => `import VAE

let model = try VariationalAutoencoder(contentsOf: "model.safetensors")
// (n, ${model.latentSize}) latents and n labels to (n, ${model.height}, ${model.width}, ${model.channels}) images, the means of p(x|z, class)
let images = try model.decode([Float](repeating: 0, count: ${model.latentSize}), classes: [${model.classes.at(-1)}])
let samples = try model.sample(classes: [Int](repeating: ${model.classes.at(-1)}, count: 64))
`;

/** The way from numbers of codes to z. */
const codesPython = (shape) => {
  const { height, width, size: codes, dimension } = report.codes;
  return `    """(n, ${height * width}) numbers of codes, 0 to ${codes - 1}, row by row, to (n, ${shape}), the means of p(x|codes)."""
    numbers = np.asarray(codes, int).reshape(-1, ${height * width})
    z = w["latent.codes"][numbers].reshape(-1, ${height}, ${width}, ${dimension})
`;
};

/** A NumPy program with the decoder written out, a line a node. */
const pythonCode = (model) => {
  const nodes = model.layers.slice(...model.decoder);
  const wanted = new Set([...nodes.flatMap(({ node, kind }) => kind.needs(node)), ...(model.p.needs ?? [])]);
  const helpers = Object.keys(pythonHelpers).filter((name) => wanted.has(name)).map((name) => pythonHelpers[name])
    .filter((text) => text).join('\n');
  const isConditional = model.classes.length > 0;
  const value = (index) =>
    (index === model.places.z ? 'z' : index === model.places.labels ? 'told' : `x${index - model.places.z}`);
  const lines = nodes.map(({ node, kind }) =>
    `    ${value(node.output)} = ${kind.python(node, node.inputs.map(value))}\n`).join('');
  const shape = `${model.height}, ${model.width}, ${model.channels}`;
  return `# pip install numpy safetensors
import numpy as np
from safetensors import safe_open

with safe_open("model.safetensors", "np") as file:
    w = {name: file.get_tensor(name) for name in file.keys()}

${isConditional ? `classes = [${model.classes.join(', ')}]
` : ''}${helpers}

def decode(${report.codes ? 'codes' : 'z'}${isConditional ? ', labels' : ''}):
${report.codes ? codesPython(shape) : `    """(n, ${model.latentSize})${isConditional ? ' and n labels' : ''} to (n, ${shape}), the means of p(x|z${isConditional ? ', class' : ''})."""
    z = np.asarray(z, np.float32)
`}${isConditional ? '    told = np.eye(len(classes), dtype=np.float32)[[classes.index(label) for label in labels]]\n' : ''}${lines}    return ${model.p.python(value(model.places.output), model)}


images = decode(np.zeros((1, ${model.latentSize})${report.codes ? ', int' : ''})${isConditional ? `, [${model.classes.at(-1)}]` : ''})
print(images.shape, images.min(), images.max())
`;
};
