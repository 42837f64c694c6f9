import Kernels
import VAE
import VAECore

extension PyTorchSource {
    /// The class `VAE`.
    var module: String {
        let quantised = topology.quantisation
        let parts =
            ["self.encoder = Encoder()", "self.decoder = Decoder()"]
            + (quantised == nil ? [] : ["self.latent = Codebook()"])
            + (configuration.prior.isStandard ? [] : ["self.prior = Prior()"])
            + (standardization == nil ? [] : tableBuffers)
            + (configuration.isConditional
                ? ["self.register_buffer(\"classes\", torch.tensor(CLASSES), persistent=False)"] : [])
            + ["self.metadata: dict[str, str] = {}"]
        var text = """
            class VAE(nn.Module):
                \"""Encoder and decoder.\"""

                def __init__(self) -> None:
                    super().__init__()
            \(parts.map { "        \($0)\n" }.joined())

            """
        text += quantised == nil ? gaussian : codes
        if configuration.isConditional { text += labels }
        return text
    }

    private var tableBuffers: [String] {
        ["mean", "scale"].map {
            "self.register_buffer(\n            \"\($0)\", torch.zeros(\(configuration.imageShape.count), dtype=torch.float64), persistent=False\n        )"
        }
    }

    /// Methods of a model whose z is a Gaussian vector.
    private var gaussian: String {
        let image = configuration.imageShape
        let isConditional = configuration.isConditional
        let isTable = standardization != nil
        let items = isTable ? "rows" : "images"
        let maps = "(n, \(image.channels), \(image.height), \(image.width))"
        let shape = isTable ? "(n, \(image.count))" : maps
        let classes = isConditional ? ", classes: Tensor" : ""
        let given = isConditional ? ", self.labels(classes)" : ""
        let ofClasses = isConditional ? " of classes (n)" : ""
        let size = configuration.latentSize
        let prepare =
            isTable
            ? "        x = ((rows - self.mean) / self.scale).float()\n        x = x.reshape(-1, \(image.channels), \(image.height), \(image.width))\n"
            : ""
        let decoded =
            isTable
            ? """
                    x = self.decoder(z\(given)).flatten(1)
                    return (x * self.scale + self.mean).float()
            """
            : "        return self.decoder(z\(given))"
        return """
                def encode(self, \(items): Tensor\(classes)) -> tuple[Tensor, Tensor]:
            \(PythonText.docstring("Mean and log-variance of q(z|x), (n, \(size)) each, for \(items) \(shape)\(ofClasses).", at: 2))
            \(prepare)        return self.encoder(\(isTable ? "x" : items)\(given))

                def decode(self, z: Tensor\(classes)) -> Tensor:
            \(PythonText.docstring("The means of p(x|z), \(shape), for points z, (n, \(size)).", at: 2))
            \(decoded)

                def forward(self, \(items): Tensor\(classes)) -> tuple[Tensor, Tensor, Tensor]:
                    \"""Reconstructions, means, log-variances; z is drawn in training alone.\"""
                    mean, log_variance = self.encode(\(items)\(isConditional ? ", classes" : ""))
                    z = mean
                    if self.training:
                        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
                    return self.decode(z\(isConditional ? ", classes" : "")), mean, log_variance

                def draw(self, count: int) -> Tensor:
                    \"""Draws of the prior, (count, \(size)), to decode.\"""
            \(draw)
            """
    }

    private var draw: String {
        guard !configuration.prior.isStandard else {
            return """
                        parameter = next(self.parameters())
                        return torch.randn(count, \(configuration.latentSize), device=parameter.device)
                """
        }
        return """
                    weights, mean, log_variance = self.prior.components(self.encoder)
                    picked = torch.multinomial(weights, count, replacement=True)
                    noise = torch.randn_like(mean[picked])
                    return mean[picked] + torch.exp(0.5 * log_variance[picked]) * noise
            """
    }

    /// Methods of a model whose z is made of codes.
    private var codes: String {
        let image = configuration.imageShape
        let maps = topology.plan.values[topology.z].shape
        let isGrid = maps.count == 3
        let (height, width) = isGrid ? (maps[0], maps[1]) : (1, configuration.latentSize)
        let dimension = configuration.codebook?.dimension ?? 0
        let isTable = standardization != nil
        let items = isTable ? "rows" : "images"
        let shape =
            isTable ? "(n, \(image.count))" : "(n, \(image.channels), \(image.height), \(image.width))"
        let prepare =
            isTable
            ? "        x = ((rows - self.mean) / self.scale).float()\n        x = x.reshape(-1, \(image.channels), \(image.height), \(image.width))\n"
            : ""
        let vectors =
            isGrid ? "vectors.movedim(1, -1)" : "vectors.reshape(-1, \(height), \(width), \(dimension))"
        let z = isGrid ? "self.latent(codes).movedim(-1, 1)" : "self.latent(codes).flatten(1)"
        let decoded =
            isTable
            ? "        x = self.decoder(\(z)).flatten(1)\n        return (x * self.scale + self.mean).float()"
            : "        return self.decoder(\(z))"
        return """
                def encode(self, \(items): Tensor) -> Tensor:
            \(PythonText.docstring("The numbers of codes, (n, \(height), \(width)), for \(items) \(shape).", at: 2))
            \(prepare)        vectors = self.encoder(\(isTable ? "x" : items))
                    return self.latent.nearest(\(vectors))

                def decode(self, codes: Tensor) -> Tensor:
            \(PythonText.docstring("The means of p(x|z), \(shape), for numbers of codes (n, \(height), \(width)).", at: 2))
            \(decoded)

                def forward(self, \(items): Tensor) -> tuple[Tensor, Tensor]:
                    \"""Reconstructions and codes.\"""
                    codes = self.encode(\(items))
                    return self.decode(codes), codes
            """
    }

    private var labels: String {
        """


            def labels(self, classes: Tensor) -> Tensor:
                \"""A row for each class: 1 at its place among CLASSES, else 0.\"""
                rows = classes[:, None] == self.classes
                if not rows.any(dim=1).all():
                    raise ValueError("a class that the model was not trained on")
                return rows.float()
        """
    }

    /// Functions that read and write weights.
    var files: String {
        let table =
            standardization == nil
            ? ""
            : """

                columns = json.loads(vae.metadata["standardization"])
                vae.mean = torch.tensor(columns["means"], dtype=torch.float64)
                vae.scale = torch.tensor(columns["scales"], dtype=torch.float64)
            """
        return """
            def load(path: str | Path = WEIGHTS) -> VAE:
                \"""The model with the weights of a file, for use and not for training.\"""
                vae = VAE()
                with safe_open(path, framework="pt") as file:
                    vae.metadata = file.metadata() or {}
                    vae.load_state_dict({name: file.get_tensor(name) for name in file.keys()})\(table)
                return vae.eval()


            def save(vae: VAE, path: str | Path) -> None:
                \"""Writes weights for `load`, and for `vae import --layout pytorch`.\"""
                tensors = {name: tensor.contiguous() for name, tensor in vae.state_dict().items()}
                save_file(tensors, path, metadata=vae.metadata)
            """
    }
}
