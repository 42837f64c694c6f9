/// z = μ + σ·ε: from the two heads of the encoder and noise to a draw of q(z|x), and back with the KL divergence's gradient.
///
/// Source: Kingma and Welling, "Auto-Encoding Variational Bayes", 2013, section 2.4.
package struct Reparameterisation: Layer {
    package static let kind = "reparameterisation"
    package var title: String { "z = μ + σ·ε" }
    package let outputShape: [Int]

    /// - Parameter size: dimensions of z
    package init(size: Int) { outputShape = [size] }

    package var backwardReads: BackwardReads { .inputs }

    /// Inputs are the mean, the log-variance and the noise.
    package func forward(_ at: Binding, _ weights: Weights, count: Int) {
        let size = count * outputShape[0]
        GaussianLatent.sample(
            mean: at.inputs[0].prefix(size), logVariance: at.inputs[1].prefix(size),
            noise: at.inputs[2].prefix(size), into: at.output.prefix(size))
    }

    /// Each head is read by this layer alone: its gradient is overwritten.
    package func backward(_ at: Binding, _ weights: Weights, _ pass: BackwardPass) {
        let size = pass.count * outputShape[0]
        guard let mean = at.inputGradients[0], let logVariance = at.inputGradients[1] else { return }
        precondition(!at.addsToInputGradient[0] && !at.addsToInputGradient[1], "a head with other readers")
        GaussianLatent.backward(
            zGradient: at.outputGradient.prefix(size), mean: at.inputs[0].prefix(size),
            logVariance: at.inputs[1].prefix(size), noise: at.inputs[2].prefix(size), weight: pass.klScale,
            penalty: pass.penalty, count: pass.count,
            meanGradient: mean.prefix(size), logVarianceGradient: logVariance.prefix(size))
    }
}
