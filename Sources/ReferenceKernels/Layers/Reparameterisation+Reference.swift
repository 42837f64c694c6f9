import Kernels

extension Reparameterisation: ReferenceLayer {
    package func referenceForward<T: ReferenceScalar>(_ inputs: [[T]], parameters: [[T]], count: Int) -> [T] {
        let (mean, logVariance, noise) = (inputs[0], inputs[1], inputs[2])
        return mean.indices.map { mean[$0] + T.exp(logVariance[$0] / 2) * noise[$0] }
    }

    /// The way through z alone: the divergence's gradient is the model's to add.
    package func referenceBackward<T: ReferenceScalar>(
        _ gradient: [T], inputs: [[T]], output: [T], parameters: [[T]], count: Int, wanted: [Bool]
    ) -> ReferenceGradients<T> {
        let (logVariance, noise) = (inputs[1], inputs[2])
        let slopes = gradient.indices.map { gradient[$0] * T.exp(logVariance[$0] / 2) * noise[$0] / 2 }
        return ReferenceGradients(inputs: [gradient, slopes, []], parameters: [])
    }
}
