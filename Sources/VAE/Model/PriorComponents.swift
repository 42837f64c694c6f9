import Kernels

/// A prior as numbers: a mixture of diagonal Gaussians.
public struct PriorComponents: Sendable, Equatable {
    /// Dimensions of z.
    public let size: Int
    /// Of each component; they sum to 1.
    public let weights: [Double]
    /// (components, size): means and variances.
    public let means, variances: [Double]

    /// Components.
    public var count: Int { weights.count }

    /// N(0, I).
    package static func standard(size: Int) -> PriorComponents {
        PriorComponents(
            size: size, weights: [1], means: [Double](repeating: 0, count: size),
            variances: [Double](repeating: 1, count: size))
    }

    /// Whether it is N(0, I).
    package var isStandard: Bool { self == .standard(size: size) }

    /// Mean and standard deviation of z along a direction: what a Gaussian in the prior's place would have.
    package func spread(along direction: [Double]) -> (mean: Double, deviation: Double) {
        var (mean, square) = (0.0, 0.0)
        for component in 0..<count {
            var (centre, variance) = (0.0, 0.0)
            for (dimension, share) in direction.enumerated() {
                let index = component * size + dimension
                centre += share * means[index]
                variance += share * share * variances[index]
            }
            mean += weights[component] * centre
            square += weights[component] * (variance + centre * centre)
        }
        return (mean, max(square - mean * mean, 0).squareRoot())
    }

    /// ln p(z) of one point, in nats.
    package func logDensity(_ z: ArraySlice<Float>) -> Double {
        var terms: [Double] = []
        for component in 0..<count {
            var term = Elementary.log(weights[component])
            for (dimension, value) in z.enumerated() {
                let index = component * size + dimension
                let distance = Double(value) - means[index]
                term -= 0.5 * (distance * distance / variances[index] + Elementary.log(variances[index]))
            }
            terms.append(term - 0.5 * Double(size) * GaussianLatent.logTwoPi)
        }
        let largest = terms.reduce(-.infinity, max)
        return largest + Elementary.log(terms.reduce(0) { $0 + Elementary.exp($1 - largest) })
    }

    /// Where a uniform number of [0, 1) falls among the weights.
    func component(at share: Double) -> Int {
        var sum = 0.0
        for index in 0..<count - 1 {
            sum += weights[index]
            if share < sum { return index }
        }
        return count - 1
    }
}

extension Encoding {
    /// Means and variances in units of a prior's: where it is no N(0, I), less its mean and over its standard deviation, dimension by dimension.
    package func relative(to prior: PriorComponents) -> Encoding {
        guard !prior.isStandard else { return self }
        var (mean, logVariance) = (self.mean, self.logVariance)
        for dimension in 0..<latentSize {
            let spread = prior.spread(along: (0..<latentSize).map { $0 == dimension ? 1 : 0 })
            for index in stride(from: dimension, to: mean.count, by: latentSize) {
                mean[index] = Float((Double(mean[index]) - spread.mean) / spread.deviation)
                logVariance[index] -= Float(2 * Elementary.log(spread.deviation))
            }
        }
        return Encoding(latentSize: latentSize, mean: mean, logVariance: logVariance)
    }
}
