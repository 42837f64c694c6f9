import VAE
import VAECore

extension VariationalAutoencoder {
    /// The model for PyTorch: a module whose `encode` and `decode` compute what this model's do, to rounding, and its weights.
    ///
    /// Weights are in PyTorch's layouts: convolutions (out, in, height, width), transposed ones (in, out, height, width), dense layers (out, in), images
    /// (n, channels, height, width). Dense layers beside feature maps have them in the order of `torch.flatten`.
    /// - Throws: `invalidArgument` naming a layer that has no counterpart there.
    /// - Complexity: O(parameters), and memory for them once more.
    public func pyTorch() throws(VAEError) -> PythonModel {
        let topology = try Topology(configuration)
        let layout = try PyTorchLayout(topology)
        let program = try PyTorchSource(
            configuration: configuration, topology: topology, standardization: standardization
        ).text()
        var tensors: [SafeTensors.Tensor] = []
        for (tensor, weight) in zip(layout.tensors, weights) {
            tensors.append(
                try SafeTensors.Tensor(
                    name: tensor.name, shape: tensor.shape, floats: tensor.gather(weight.values)))
        }
        var metadata = try metadata()
        // What PyTorch's own programs write, and no model of this engine.
        metadata["format"] = "pt"
        return try PythonModel(program: program, tensors, metadata: metadata)
    }
}
