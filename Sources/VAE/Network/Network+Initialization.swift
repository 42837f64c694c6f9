import Kernels

extension Network {
    /// Glorot-uniform kernels and zero biases, each tensor from a random stream of its own.
    ///
    /// Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010, equation 16.
    func initialize(_ parameters: FloatRegion, seed: UInt64) {
        parameters.fill(with: 0)
        for (index, entry) in layout.entries.enumerated() {
            guard let (inputs, outputs) = entry.fans else { continue }
            var stream = RandomStream(seed: seed, purpose: .initialWeights, item: index)
            stream.fillUniform(parameters[entry.range], limit: (6 / Float(inputs + outputs)).squareRoot())
        }
    }
}
