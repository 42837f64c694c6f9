import Kernels
import VAECore

extension VariationalAutoencoder {
    /// The prior p(z) as a mixture of Gaussians: for N(0, I) of one.
    ///
    /// - Throws: `unavailable` when there is not memory enough.
    /// - Complexity: that of encoding the pseudo-inputs of a VampPrior.
    public func prior(threads: Int = Machine.physicalCores) throws(VAEError) -> PriorComponents {
        let (size, topology) = (configuration.latentSize, network.topology)
        guard let mixture = topology.prior.mixture else {
            return .standard(size: size)
        }
        var components: [Float] = []
        try withEngine(threads, mixture.count) { _, weights in
            components = weights.parameters[topology.prior.components].array()
        }
        let variances = components[mixture.logVariances].map { Elementary.exp(Double($0)) }
        let weights = components[mixture.logWeights].map { Elementary.exp(Double($0)) }
        let sum = weights.reduce(0, +)
        return PriorComponents(
            size: size, weights: weights.map { $0 / sum }, means: components[mixture.means].map(Double.init),
            variances: variances)
    }

    /// Draws of the prior by their numbers, (numbers, latentSize).
    /// - Throws: `unavailable` when there is not memory enough.
    func priorDraws(_ numbers: [Int], seed: UInt64) throws(VAEError) -> [Float] {
        let prior = configuration.prior.isStandard ? nil : try prior()
        var latents: [Float] = []
        for item in numbers {
            var stream = RandomStream(seed: seed, purpose: .priorSample, item: item)
            let component = prior.map { $0.component(at: Double(stream.uniform())) }
            let first = latents.count
            for start in stride(from: 0, to: configuration.latentSize, by: 2) {
                let pair = stream.normalPair()
                latents.append(pair.x)
                if start + 1 < configuration.latentSize { latents.append(pair.y) }
            }
            guard let prior, let component else { continue }
            for dimension in 0..<prior.size {
                let index = component * prior.size + dimension
                let z = Double(latents[first + dimension])
                latents[first + dimension] = Float(
                    prior.means[index] + prior.variances[index].squareRoot() * z)
            }
        }
        return latents
    }
}
