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

    /// Inputs are the mean, the log-variance and the noise: one row an image of the heads, and as many of the noise as there are draws, the first
    /// of all images first.
    package func forward(_ at: Binding, _ weights: Weights, count: Int) {
        precondition(at.spacing == nil, "draws that lie apart go forward one by one")
        let heads = count / at.draws * outputShape[0]
        for draw in 0..<at.draws {
            let rows = draw * heads..<(draw + 1) * heads
            GaussianLatent.sample(
                mean: at.inputs[0].prefix(heads), logVariance: at.inputs[1].prefix(heads),
                noise: at.inputs[2][rows], into: at.output[rows])
        }
    }

    /// Each head is read by this layer alone: its gradient is overwritten.
    package func backward(_ at: Binding, _ weights: Weights, _ pass: BackwardPass) {
        let size = pass.count * outputShape[0]
        let rows = ((at.draws - 1) * (at.spacing ?? pass.count) + pass.count) * outputShape[0]
        guard let mean = at.inputGradients[0], let logVariance = at.inputGradients[1] else { return }
        precondition(!at.addsToInputGradient[0] && !at.addsToInputGradient[1], "a head with other readers")
        if let sampling = pass.sampling {
            SampledLatents(
                count: pass.count, draws: at.draws, spacing: at.spacing, mean: at.inputs[0].prefix(size),
                logVariance: at.inputs[1].prefix(size), noise: at.inputs[2].prefix(rows),
                z: at.output.prefix(rows)
            ).backward(
                zGradient: at.outputGradient.prefix(rows), shares: sampling.shares, scale: pass.klScale,
                isDoublyReparameterised: sampling.isDoublyReparameterised,
                meanGradient: mean.prefix(size), logVarianceGradient: logVariance.prefix(size))
            return
        }
        precondition(at.draws == 1, "a closed form of one draw alone")
        GaussianLatent.backward(
            zGradient: at.outputGradient.prefix(size), mean: at.inputs[0].prefix(size),
            logVariance: at.inputs[1].prefix(size), noise: at.inputs[2].prefix(size), weight: pass.klScale,
            penalty: pass.penalty, count: pass.count,
            meanGradient: mean.prefix(size), logVarianceGradient: logVariance.prefix(size))
    }
}
