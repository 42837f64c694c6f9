import Kernels
import VAE
import VAECore

/// The program `model.py` that computes a model in Keras.
struct KerasSource {
    let configuration: ModelConfiguration
    let topology: Topology
    let standardization: Standardization?

    /// The whole program.
    /// - Throws: `invalidArgument` for a layer that has no counterpart.
    func text() throws(VAEError) -> String {
        let image = configuration.imageShape
        var text = PythonText()
        text.add(docstring)
        text.add(imports)
        if isConditional {
            text.add("# The labels that the model was trained on, in the order of its inputs.")
            text.add(PythonText.numbers(configuration.classes, named: "CLASSES"))
        }
        let models = KerasModels(topology: topology)
        if models.hasLeakyRectifier {
            text.addGap()
            text.add(KerasModels.leakyRectifier)
        }
        if let definition = KerasLikelihood.definition(configuration.likelihood) {
            text.addGap()
            text.add(definition)
        }
        if topology.quantisation != nil {
            text.addGap()
            text.add(Self.nearestCode)
        }
        try models.write(
            to: &text,
            result: KerasLikelihood.result(
                configuration.likelihood, shape: [image.height, image.width, image.channels]))
        text.addGap()
        text.add(isQuantised ? codes : gaussian)
        if isConditional { text.add(Self.labels, at: 1) }
        text.addGap()
        text.add(files)
        return text.text
    }

    private var isConditional: Bool { configuration.isConditional }
    private var isQuantised: Bool { topology.quantisation != nil }
    private var isTable: Bool { standardization != nil }
    private var items: String { isTable ? "rows" : "images" }
    private var shape: String {
        let image = configuration.imageShape
        return isTable ? "(n, \(image.count))" : "(n, \(image.height), \(image.width), \(image.channels))"
    }
    private var grid: (height: Int, width: Int) {
        let maps = topology.plan.values[topology.z].shape
        return maps.count == 3 ? (maps[0], maps[1]) : (1, configuration.latentSize)
    }

    private var docstring: String {
        let phrase = PythonText.wrapped(
            "The model: \(configuration.phrase).".split(separator: " ").map(String.init),
            width: PythonText.width
        ).joined(separator: "\n")
        let values = isTable ? "in the table's units" : "values from 0 to 1"
        let classes = isConditional ? ", classes" : ""
        let use =
            isQuantised
            ? """
                codes = vae.encode(\(items))  # (n, \(grid.height), \(grid.width)), whole numbers
                \(items) = vae.decode(codes)
            """
            : """
                mean, log_variance = vae.encode(\(items)\(classes))  # (n, \(configuration.latentSize)) each
                \(items) = vae.decode(mean\(classes))
            """
        return """
            \"""A variational autoencoder in Keras 3, as `vae export` writes it.

            \(phrase)
            Weights are in model.safetensors beside this file. Needs keras, numpy and safetensors.

                from model import load

                vae = load()  # \(items): \(shape), \(values)
            \(use)

            vae.encoder and vae.decoder are models of Keras, to train on or to build into others.
            \"""

            """
    }

    private var imports: String {
        let standard =
            (isTable ? "import json\n" : "")
            + (configuration.likelihood == .logisticMixture ? "import math\n" : "")
        return """
            \(standard)from pathlib import Path

            import keras
            import numpy as np
            from keras import layers\(usesOperations ? ", ops" : "")
            from safetensors import safe_open
            from safetensors.numpy import save_file

            WEIGHTS = Path(__file__).with_name("model.safetensors")
            # What the tensors in the file are called where Keras has another name.
            NAMES = {"gamma": "scale", "beta": "shift", "embeddings": "codes"}
            """
    }

    private var usesOperations: Bool {
        isQuantised || KerasModels(topology: topology).hasLeakyRectifier
            || KerasLikelihood.definition(configuration.likelihood) != nil
    }

    private static let nearestCode = """
        @keras.saving.register_keras_serializable(package="vae")
        class NearestCode(layers.Layer):
            \"""The number of the nearest of so many codes, for each vector.\"""

            def __init__(self, size, dimension, **options):
                super().__init__(**options)
                self.size, self.dimension = size, dimension
                self.codes = self.add_weight(shape=(size, dimension), name="codes")

            def call(self, vectors):
                lengths = ops.sum(ops.square(self.codes), axis=1)
                products = ops.matmul(vectors, ops.transpose(self.codes)) - 0.5 * lengths
                return ops.argmax(products, axis=-1)

            def get_config(self):
                return {**super().get_config(), "size": self.size, "dimension": self.dimension}
        """

    private var gaussian: String {
        let classes = isConditional ? ", classes" : ""
        let ofClasses = isConditional ? " of classes (n)" : ""
        func inputs(_ name: String) -> String { isConditional ? "[\(name), self.labels(classes)]" : name }
        let size = configuration.latentSize
        return """
            class VAE:
                \"""Encoder and decoder, for arrays of NumPy.\"""

            \(initializer)

                def encode(self, \(items)\(classes)):
            \(PythonText.docstring("Mean and log-variance of q(z|x), (n, \(size)) each, for \(items) \(shape)\(ofClasses).", at: 2))
            \(prepare)        return self.encoder.predict(\(inputs(isTable ? "x" : items)), verbose=0)

                def decode(self, z\(classes)):
            \(PythonText.docstring("The means of p(x|z), \(shape), for points z, (n, \(size)).", at: 2))
            \(decoded(inputs("z")))
            """
    }

    private var codes: String {
        """
        class VAE:
            \"""Encoder and decoder, for arrays of NumPy.\"""

        \(initializer)

            def encode(self, \(items)):
        \(PythonText.docstring("The numbers of codes, (n, \(grid.height), \(grid.width)), for \(items) \(shape).", at: 2))
        \(prepare)        return self.encoder.predict(\(isTable ? "x" : items), verbose=0)

            def decode(self, codes):
        \(PythonText.docstring("The means of p(x|z), \(shape), for numbers of codes (n, \(grid.height), \(grid.width)).", at: 2))
        \(decoded("codes"))
        """
    }

    private var initializer: String {
        let table =
            isTable
            ? "        self.mean = np.zeros(\(configuration.imageShape.count))\n        self.scale = np.ones(\(configuration.imageShape.count))\n"
            : ""
        return """
                def __init__(self):
                    self.encoder = build_encoder()
                    self.decoder = build_decoder()
            \(table)        self.tensors = {}
                    self.metadata = {}
            """
    }

    private var prepare: String {
        guard isTable else { return "" }
        let image = configuration.imageShape
        return
            "        x = (rows - self.mean) / self.scale\n        x = x.astype(\"float32\").reshape(-1, \(image.height), \(image.width), \(image.channels))\n"
    }

    private func decoded(_ inputs: String) -> String {
        guard isTable else { return "        return self.decoder.predict(\(inputs), verbose=0)" }
        return
            "        x = self.decoder.predict(\(inputs), verbose=0).reshape(-1, \(configuration.imageShape.count))\n        return (x * self.scale + self.mean).astype(\"float32\")"
    }

    private static let labels = """

        @staticmethod
        def labels(classes):
            \"""A row for each class: 1 at its place among CLASSES, else 0.\"""
            rows = np.asarray(classes)[:, None] == np.asarray(CLASSES)
            if not rows.any(axis=1).all():
                raise ValueError("a class that the model was not trained on")
            return rows.astype("float32")
        """

    private var files: String {
        let table =
            isTable
            ? """

                columns = json.loads(vae.metadata["standardization"])
                vae.mean, vae.scale = np.array(columns["means"]), np.array(columns["scales"])
            """ : ""
        return """
            def named_weights(vae):
                \"""Every variable of both models with its name in the file.\"""
                for layer in vae.encoder.layers + vae.decoder.layers:
                    for variable in layer.weights:
                        yield f"{layer.name}.{NAMES.get(variable.name, variable.name)}", variable


            def load(path=WEIGHTS):
                \"""The model with the weights of a file.\"""
                vae = VAE()
                with safe_open(path, framework="np") as file:
                    vae.metadata = file.metadata() or {}
                    vae.tensors = {name: file.get_tensor(name) for name in file.keys()}
                for name, variable in named_weights(vae):
                    variable.assign(vae.tensors[name])\(table)
                return vae


            def save(vae, path):
                \"""Writes weights for `load`, and for `vae import --layout keras`.\"""
                tensors = dict(vae.tensors)
                for name, variable in named_weights(vae):
                    tensors[name] = np.ascontiguousarray(variable.numpy())
                save_file(tensors, path, metadata=vae.metadata)
            """
    }
}
