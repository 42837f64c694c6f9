import VAE
import VAECore

extension VariationalAutoencoder {
    /// The model for Keras 3: two functional models that compute what this model's encoder and decoder do, to rounding, and the weights.
    ///
    /// Keras's layouts are the engine's own, and the weights are the file that `write(to:)` writes.
    /// - Throws: `invalidArgument` naming a layer that has no counterpart there.
    /// - Complexity: O(parameters), and memory for them once more.
    public func keras() throws(VAEError) -> PythonModel {
        let program = try KerasSource(
            configuration: configuration, topology: try Topology(configuration),
            standardization: standardization
        ).text()
        var tensors: [SafeTensors.Tensor] = []
        for weight in weights {
            tensors.append(
                try SafeTensors.Tensor(name: weight.name, shape: weight.shape, floats: weight.values))
        }
        return try PythonModel(program: program, tensors, metadata: metadata())
    }
}
