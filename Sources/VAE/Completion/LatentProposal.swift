import Kernels

/// Where z is proposed: a mixture of Gaussians whose density is known exactly, so that weights against it are, too.
///
/// Its parts are posteriors q(z|x̂) of the image with different guesses in place of what is missing; the same, wider, for tails; kernels
/// around draws that were weighed before; and the prior, so that no mode has a density near 0, and no weight is without bound.
struct LatentProposal {
    let latentSize: Int
    /// (posteriors, latentSize)
    let means, variances: [Double]
    /// nil before anything has been weighed.
    let kernels: Kernels?

    private let shares: Shares
    /// −½ Σ ln σ² of each posterior.
    private let logScales: [Double]
    /// The spread of the wider posteriors.
    private static let widening = 3.0

    private struct Shares {
        let narrow, wide, prior, kernels: Double
    }

    /// Gaussians around points, whose covariances are one but for their scales.
    struct Kernels {
        /// One scale.
        struct Level {
            /// Of all kernels' draws those of this scale.
            let share: Double
            /// What the covariance is multiplied with.
            let scale: Double
            /// (points, latentSize)
            let centres: [Double]
            /// L⁻¹ of the centres, (points, latentSize).
            let whitened: [Double]
        }

        /// The widest first, and the shares add up to 1.
        let levels: [Level]
        let factor: CholeskyFactor
        /// L⁻¹.
        let inverse: [Double]
    }

    init(latentSize: Int, means: [Double], variances: [Double], kernels: Kernels? = nil) {
        (self.latentSize, self.means, self.variances, self.kernels) = (latentSize, means, variances, kernels)
        logScales = stride(from: 0, to: variances.count, by: latentSize).map { start in
            -0.5 * (start..<start + latentSize).reduce(0) { $0 + Elementary.log(variances[$1]) }
        }
        shares =
            kernels == nil
            ? Shares(narrow: 0.6, wide: 0.3, prior: 0.1, kernels: 0)
            : Shares(narrow: 0.2, wide: 0.1, prior: 0.1, kernels: 0.6)
    }

    /// One draw, in the precision in which it is decoded.
    func draw(from stream: inout RandomStream) -> [Float] {
        let uniform = Double(stream.uniform())
        var noise: [Double] = []
        func fill(_ stream: inout RandomStream) {
            while noise.count < latentSize {
                let pair = stream.normalPair()
                noise += [Double(pair.x), Double(pair.y)]
            }
        }
        if uniform < shares.prior {
            fill(&stream)
            return noise.prefix(latentSize).map { Float($0) }
        }
        if uniform < shares.prior + shares.kernels, let kernels {
            let level = kernels.level((uniform - shares.prior) / shares.kernels)
            let point = Int(stream.index(below: UInt32(level.centres.count / latentSize)))
            fill(&stream)
            let root = level.scale.squareRoot()
            return (0..<latentSize).map { row in
                var value = level.centres[point * latentSize + row]
                for column in 0...row {
                    value += root * kernels.factor.lower[row * latentSize + column] * noise[column]
                }
                return Float(value)
            }
        }
        let isWide = uniform >= 1 - shares.wide
        let start = Int(stream.index(below: UInt32(logScales.count))) * latentSize
        fill(&stream)
        return (0..<latentSize).map { axis in
            let variance = variances[start + axis] * (isWide ? Self.widening : 1)
            return Float(means[start + axis] + variance.squareRoot() * noise[axis])
        }
    }

    /// ln of the density at a point, in nats, but for the constant −½ d ln 2π that all parts and the prior share.
    /// - Complexity: O(parts · latentSize + latentSize²).
    func logDensity(_ z: ArraySlice<Float>) -> Double {
        let point = z.map(Double.init)
        let each = 1 / Double(logScales.count)
        let (narrow, wide) = (
            Elementary.log(shares.narrow * each),
            Elementary.log(shares.wide * each) - 0.5 * Double(latentSize) * Elementary.log(Self.widening)
        )
        var terms = [Elementary.log(shares.prior) + Self.logPrior(point)]
        for (index, logScale) in logScales.enumerated() {
            var squares = 0.0
            for axis in 0..<latentSize {
                let difference = point[axis] - means[index * latentSize + axis]
                squares += difference * difference / variances[index * latentSize + axis]
            }
            terms.append(narrow + logScale - 0.5 * squares)
            terms.append(wide + logScale - 0.5 * squares / Self.widening)
        }
        if let kernels {
            let white = kernels.whiten(point)
            for level in kernels.levels {
                let count = level.whitened.count / latentSize
                let share =
                    Elementary.log(shares.kernels * level.share / Double(count))
                    - 0.5 * (kernels.factor.logDeterminant + Double(latentSize) * Elementary.log(level.scale))
                for index in 0..<count {
                    var squares = 0.0
                    for axis in 0..<latentSize {
                        let difference = white[axis] - level.whitened[index * latentSize + axis]
                        squares += difference * difference
                    }
                    terms.append(share - 0.5 * squares / level.scale)
                }
            }
        }
        let largest = terms.reduce(-.infinity, max)
        return largest + Elementary.log(terms.reduce(0) { $0 + Elementary.exp($1 - largest) })
    }

    /// ln N(z; 0, I) without −½ d ln 2π.
    static func logPrior(_ z: some Sequence<Double>) -> Double { -0.5 * z.reduce(0) { $0 + $1 * $1 } }
}

extension LatentProposal.Kernels {
    /// Kernels around some of the weighed draws. Half of them make a mixture that has the mean and covariance of all draws: Silverman's
    /// bandwidth h, and points drawn towards the mean by √(1 − h²), which suits one mode. Where there are several narrow ones that covariance
    /// is their distance, and the others, smaller by 8 and 64 in variance, stay in each. nil where the covariance can't be factorised.
    ///
    /// The covariance of few draws is not to be trusted, and is mixed with that of the posteriors.
    ///
    /// Source: West, "Approximating posterior distributions by mixtures", 1993; the shrinkage is that of Liu and West, "Combined
    /// parameter and state estimation in simulation-based filtering", 2001.
    init?(_ draws: WeighedLatents, chosen: [Int], posteriorVariances: [Double]) {
        let size = draws.latentSize
        var mean = [Double](repeating: 0, count: size)
        for (index, weight) in draws.weights.enumerated() where weight > 0 {
            for axis in 0..<size { mean[axis] += weight * Double(draws.latents[index * size + axis]) }
        }
        var covariance = [Double](repeating: 0, count: size * size)
        for (index, weight) in draws.weights.enumerated() where weight > 0 {
            for row in 0..<size {
                let scaled = weight * (Double(draws.latents[index * size + row]) - mean[row])
                for column in 0...row {
                    covariance[row * size + column] +=
                        scaled * (Double(draws.latents[index * size + column]) - mean[column])
                }
            }
        }
        let (dimensions, effective) = (Double(size), draws.effectiveCount)
        let trust = effective / (effective + dimensions)
        let posteriors = Double(posteriorVariances.count / size)
        // As many kernels as count, at most.
        let points = min(effective, Double(chosen.count))
        let bandwidth = min(
            1,
            Elementary.exp(
                2 / (dimensions + 4) * Elementary.log(4 / (max(points, 1) * (dimensions + 2)))))
        for row in 0..<size {
            for column in 0...row { covariance[row * size + column] *= trust * bandwidth }
            let variance =
                stride(from: row, to: posteriorVariances.count, by: size)
                .reduce(0) { $0 + posteriorVariances[$1] } / posteriors
            covariance[row * size + row] += (1 - trust) * bandwidth * variance
        }
        guard let factor = try? CholeskyFactor(covariance, size: size) else { return nil }
        self.factor = factor
        inverse = factor.inverseLower
        let inverse = inverse
        levels = [(0.5, 1.0, (1 - bandwidth).squareRoot()), (0.3, 1 / 8.0, 1), (0.2, 1 / 64.0, 1)].map {
            share, scale, shrinkage in
            let centres = chosen.flatMap { index in
                (0..<size).map {
                    mean[$0] + shrinkage * (Double(draws.latents[index * size + $0]) - mean[$0])
                }
            }
            let whitened = stride(from: 0, to: centres.count, by: size).flatMap { start in
                Self.product(inverse, Array(centres[start..<start + size]))
            }
            return Level(share: share, scale: scale, centres: centres, whitened: whitened)
        }
    }

    /// The level at which the running sum of the shares passes `uniform`.
    func level(_ uniform: Double) -> Level {
        var sum = 0.0
        for level in levels {
            sum += level.share
            if uniform < sum { return level }
        }
        return levels[levels.count - 1]
    }

    /// L⁻¹z.
    func whiten(_ point: [Double]) -> [Double] { Self.product(inverse, point) }

    private static func product(_ lower: [Double], _ point: [Double]) -> [Double] {
        let size = point.count
        return (0..<size).map { row in
            (0...row).reduce(0) { $0 + lower[row * size + $1] * point[$1] }
        }
    }
}
