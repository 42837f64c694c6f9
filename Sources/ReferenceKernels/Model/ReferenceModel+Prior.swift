import Kernels
import VAE

extension ReferenceModel {
    /// The prior that some parameters give: a mixture of their own, or of the posteriors of pseudo-inputs; nil for N(0, I).
    package func prior<T: ReferenceScalar>(_ parameters: [[T]]) -> ReferencePrior<T>? {
        let own = parameters[(parameters.count - topology.likelihood.parameters.count - priorTensors)...]
        switch configuration.prior {
        case .standard: return nil
        case .mixture:
            let logits = own[own.startIndex].map { T.exp($0) }
            let sum: T = logits.reduce(0, +)
            return ReferencePrior(
                weights: logits.map { $0 / sum }, means: own[own.startIndex + 1],
                logVariances: own[own.startIndex + 2])
        case .vamp(let count):
            let pass: Pass<T> = run(
                own[own.startIndex], noise: [T](repeating: 0, count: count * configuration.latentSize),
                parameters: parameters, backward: false)
            return ReferencePrior(
                weights: [T](repeating: 1 / T(count), count: count), means: pass.mean,
                logVariances: pass.logVariance)
        }
    }

    private var priorTensors: Int {
        switch configuration.prior {
        case .standard: 0
        case .mixture: 3
        case .vamp: 1
        }
    }

    /// The mean loss of some images with a learned prior, in nats: reconstruction + β · KL by one draw, or the bound of several.
    ///
    /// - Parameters:
    ///   - noise: (draws, count, latent)
    ///   - isWeighted: takes the importance-weighted bound
    package func sampledLoss<T: ReferenceScalar>(
        _ images: [T], noise: [T], parameters: [[T]], draws: Int = 1, isWeighted: Bool = false,
        klWeight: T = 1
    ) -> T {
        let count = images.count / configuration.imageShape.count
        let pass: Pass<T> = run(
            (0..<draws).flatMap { _ in images }, noise: noise, parameters: parameters, backward: false)
        let (prior, size) = (prior(parameters), configuration.latentSize)
        let z = pass.values[topology.z]
        let logTwoPi = T(1.837_877_066_409_345_5)
        var total = T(0)
        for image in 0..<count {
            var (weights, plain) = ([T](), T(0))
            for row in stride(from: image, to: draws * count, by: count) {
                let point = Array(z[row * size..<(row + 1) * size])
                let standard: T = point.reduce(T(0)) { $0 - ($1 * $1 + logTwoPi) / 2 }
                let logPrior = prior?.logDensity(point) ?? standard
                var (logPosterior, entropy) = (T(0), T(0))
                for index in row * size..<(row + 1) * size {
                    logPosterior -= (noise[index] * noise[index] + pass.logVariance[index] + logTwoPi) / 2
                    entropy += (1 + pass.logVariance[index] + logTwoPi) / 2
                }
                weights.append(logPrior - pass.reconstruction[row] - logPosterior)
                plain += (pass.reconstruction[row] - klWeight * (logPrior + entropy)) / T(draws)
            }
            let largest = weights.reduce(weights[0], max)
            let sum: T = weights.reduce(T(0)) { $0 + T.exp($1 - largest) }
            total += isWeighted ? -largest - T.log(sum / T(draws)) : plain
        }
        return total / T(count)
    }
}
