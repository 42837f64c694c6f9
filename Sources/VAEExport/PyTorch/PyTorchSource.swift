import Kernels
import VAE
import VAECore

/// The program `model.py` that computes a model in PyTorch.
struct PyTorchSource {
    let configuration: ModelConfiguration
    let topology: Topology
    let standardization: Standardization?

    /// The whole program.
    /// - Throws: `invalidArgument` for a layer that has no counterpart.
    func text() throws(VAEError) -> String {
        var text = PythonText()
        if isConditional {
            text.add("# The labels that the model was trained on, in the order of its inputs.")
            text.add(PythonText.numbers(configuration.classes, named: "CLASSES"))
        }
        if let function = PyTorchLikelihood.function(configuration.likelihood) {
            text.addGap()
            text.add(function)
        }
        try PyTorchModules(topology: topology).write(
            to: &text, buffers: buffers,
            result: PyTorchLikelihood.result(configuration.likelihood, channels: image.channels))
        if let quantisation = topology.quantisation {
            text.addGap()
            text.add(codebook(quantisation))
        }
        if !configuration.prior.isStandard {
            text.addGap()
            text.add(prior)
        }
        text.addGap()
        text.add(module)
        text.addGap()
        text.add(files)
        // Linear models have no function of it.
        let usesFunctions = text.lines.contains { $0.contains("F.") }
        var program = PythonText()
        program.add(docstring)
        program.add(imports(usesFunctions: usesFunctions))
        return program.text + text.text
    }

    private var image: ImageShape { configuration.imageShape }
    private var isConditional: Bool { configuration.isConditional }
    private var isTable: Bool { standardization != nil }
    private var isQuantised: Bool { topology.quantisation != nil }
    private var size: Int { configuration.latentSize }
    private var shape: String {
        isTable ? "(n, \(image.count))" : "(n, \(image.channels), \(image.height), \(image.width))"
    }
    /// What is encoded and decoded, as a variable and as words.
    private var items: String { isTable ? "rows" : "images" }
    private var grid: (height: Int, width: Int) {
        let maps = plan.values[topology.z].shape
        return maps.count == 3 ? (maps[0], maps[1]) : (1, size)
    }
    private var plan: Plan { topology.plan }

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
                codes = vae.encode(images)  # (n, \(grid.height), \(grid.width)), whole numbers
                images = vae.decode(codes)
            """
            : """
                mean, log_variance = vae.encode(\(items)\(classes))  # (n, \(size)) each
                \(items) = vae.decode(mean\(classes))
            """
        return """
            \"""A variational autoencoder in PyTorch, as `vae export` writes it.

            \(phrase)
            Weights are in model.safetensors beside this file. Needs torch and safetensors.

                from model import load

                vae = load()  # \(items): \(shape), \(values)
            \(use)
            \"""

            """
    }

    private func imports(usesFunctions: Bool) -> String {
        let json = isTable ? "import json\n" : ""
        let math = configuration.likelihood == .logisticMixture ? "import math\n" : ""
        return """
            \(json)\(math)from pathlib import Path

            import torch
            \(usesFunctions ? "import torch.nn.functional as F\n" : "")\
            from safetensors import safe_open
            from safetensors.torch import save_file
            from torch import Tensor, nn

            WEIGHTS = Path(__file__).with_name("model.safetensors")
            """
    }

    /// Room for the likelihood's own tensors, which means do not take.
    private var buffers: [String] {
        let own = plan.layout.entries.filter { topology.likelihoodParameters.contains($0.range.lowerBound) }
        guard !own.isEmpty else { return [] }
        return ["# What p(x|z) has beside its mean: see Documentation/Models.md."]
            + own.map { entry in
                let shape = entry.shape.count == 3 ? [2, 0, 1].map { entry.shape[$0] } : entry.shape
                return
                    "self.register_buffer(\"\(entry.name.dropFirst("decoder.".count))\", torch.zeros(\(shape.map(String.init).joined(separator: ", "))))"
            }
    }

    private func codebook(_ layer: Quantisation) -> String {
        """
        class Codebook(nn.Module):
            \"""\(layer.size) codes of \(layer.dimension) numbers; counts are of use to a training alone.\"""

            def __init__(self) -> None:
                super().__init__()
                self.register_buffer("codes", torch.zeros(\(layer.size), \(layer.dimension)))
                self.register_buffer("counts", torch.ones(\(layer.size)))

            def nearest(self, vectors: Tensor) -> Tensor:
                \"""The numbers of the codes nearest to vectors (..., \(layer.dimension)).\"""
                products = vectors @ self.codes.T - 0.5 * self.codes.square().sum(dim=1)
                return products.argmax(dim=-1)

            def forward(self, numbers: Tensor) -> Tensor:
                return self.codes[numbers]
        """
    }

    private var prior: String {
        let count = configuration.prior.components
        if case .vamp = configuration.prior {
            return """
                class Prior(nn.Module):
                    \"""A mixture of q(z|u) over \(count) images u.\"""

                    def __init__(self) -> None:
                        super().__init__()
                        shape = (\(count), \(image.channels), \(image.height), \(image.width))
                        self.pseudo_inputs = nn.Parameter(torch.zeros(shape))

                    def components(self, encoder: Encoder) -> tuple[Tensor, Tensor, Tensor]:
                        \"""Weights, means and log-variances.\"""
                        mean, log_variance = encoder(self.pseudo_inputs)
                        return torch.full((\(count),), 1 / \(count)), mean, log_variance
                """
        }
        return """
            class Prior(nn.Module):
                \"""A mixture of \(count) Gaussians.\"""

                def __init__(self) -> None:
                    super().__init__()
                    self.logits = nn.Parameter(torch.zeros(\(count)))
                    self.mean = nn.Parameter(torch.zeros(\(count), \(size)))
                    self.log_variance = nn.Parameter(torch.zeros(\(count), \(size)))

                def components(self, encoder: Encoder) -> tuple[Tensor, Tensor, Tensor]:
                    \"""Weights, means and log-variances.\"""
                    return torch.softmax(self.logits, 0), self.mean, self.log_variance
            """
    }
}
