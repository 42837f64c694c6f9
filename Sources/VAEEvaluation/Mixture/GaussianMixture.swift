import Foundation
import Kernels
import VAE
import VAECore

/// A mixture of Gaussians with full covariances, fitted to points by expectation-maximisation.
///
/// Its likelihood of held-out latents says how well so many clusters describe them, and draws from it lie where latents
/// lie, which draws from the prior need not.
///
/// Source: Dempster, Laird and Rubin 1977; Bishop, "Pattern Recognition and Machine Learning" (2006), section 9.2.
public struct GaussianMixture: Sendable {
    /// Coordinates of a point.
    public let size: Int
    /// Each component's share; they add up to 1.
    public let weights: [Double]
    /// (components, size).
    public let means: [[Double]]
    /// Each component's (size, size), row by row.
    public let covariances: [[Double]]
    /// The course of the fit.
    public let fit: Fit
    let gaussians: GaussianComponents

    /// The number of Gaussians.
    public var components: Int { weights.count }

    /// The course of a fit.
    public struct Fit: Sendable, Hashable, Codable {
        /// The mean log-likelihood of the training points, in nats a point, at the start and after each iteration: it never falls.
        public let history: [Double]
        /// Whether the last iteration gained less than the tolerance, rather than being the last one allowed.
        public let converged: Bool
        /// The variances below which no component may become narrow, one a coordinate.
        public let floor: [Double]
        /// Components that would have been narrower in some direction. The likelihood of data that fill fewer dimensions than they
        /// have is set by the floor.
        public let flooredComponents: Int

        /// Steps of expectation and maximisation.
        public var iterations: Int { max(history.count - 1, 0) }
    }

    /// The settings of a fit; none of them is chosen by the data.
    public struct Options: Sendable, Hashable {
        /// Names the random numbers of the first guess.
        public var seed: UInt64
        /// The fit ends when an iteration gains no more than this, in nats a point.
        public var tolerance: Double
        /// The fit ends after so many iterations at the latest.
        public var maximumIterations: Int
        /// The least variance of a component in any direction, as a share of the data's variance. Without one, a component on a single point
        /// has an infinite likelihood.
        public var relativeFloor: Double

        /// The settings of a fit; the defaults are enough for clouds of latent means.
        public init(
            seed: UInt64 = 0, tolerance: Double = 1e-5, maximumIterations: Int = 300,
            relativeFloor: Double = 1e-6
        ) {
            self.seed = seed
            self.tolerance = tolerance
            self.maximumIterations = maximumIterations
            self.relativeFloor = relativeFloor
        }
    }

    init(size: Int, weights: [Double], means: [[Double]], covariances: [[Double]], fit: Fit) throws(VAEError)
    {
        self.size = size
        self.weights = weights
        self.means = means
        self.covariances = covariances
        self.fit = fit
        gaussians = try Self.gaussians(size: size, weights, means, covariances)
    }

    /// N(0, I), the prior of a variational autoencoder, as a mixture of one.
    /// - Throws: `invalidArgument` when `size` is not positive.
    public static func standardNormal(size: Int) throws(VAEError) -> GaussianMixture {
        guard size > 0 else {
            throw VAEError(
                .invalidArgument, "dimensions", "are out of range", expected: "1 or more", found: "\(size)")
        }
        var identity = [Double](repeating: 0, count: size * size)
        for axis in 0..<size { identity[axis * size + axis] = 1 }
        return try GaussianMixture(
            size: size, weights: [1], means: [[Double](repeating: 0, count: size)], covariances: [identity],
            fit: Fit(
                history: [], converged: true, floor: [Double](repeating: 0, count: size), flooredComponents: 0
            ))
    }

    /// A prior as it is.
    /// - Throws: `invalidData` when a variance is not a positive number.
    init(_ prior: PriorComponents) throws(VAEError) {
        let size = prior.size
        var covariances: [[Double]] = []
        for component in 0..<prior.count {
            var covariance = [Double](repeating: 0, count: size * size)
            for axis in 0..<size { covariance[axis * size + axis] = prior.variances[component * size + axis] }
            covariances.append(covariance)
        }
        try self.init(
            size: size, weights: prior.weights,
            means: (0..<prior.count).map { Array(prior.means[$0 * size..<($0 + 1) * size]) },
            covariances: covariances,
            fit: Fit(
                history: [], converged: true, floor: [Double](repeating: 0, count: size), flooredComponents: 0
            ))
    }

    static func gaussians(
        size: Int, _ weights: [Double], _ means: [[Double]], _ covariances: [[Double]]
    ) throws(VAEError) -> GaussianComponents {
        var factors: [CholeskyFactor] = []
        for covariance in covariances {
            factors.append(
                try factorising("a component's covariance") { () throws(FactorizationError) in
                    try CholeskyFactor(covariance, size: size)
                })
        }
        return GaussianComponents(
            size: size, logWeights: weights.map { log($0) }, means: means.flatMap(\.self), factors: factors)
    }

    /// ln p(x) of each point, in nats. O(points · components · size²).
    /// - Throws: `invalidArgument` when the points lie in another space.
    public func logLikelihoods(
        of points: Points, threads: Int = Machine.physicalCores
    ) throws(VAEError) -> [Double] {
        try points.requireSameSpace(as: size, "points")
        return gaussians.expectation(of: points.coordinates, pool: try makePool(threads)).logs
    }

    /// The mean of ln p(x) over the points, in nats a point. Densities: they may be above 0, and depend on the coordinates' scale.
    /// - Throws: `invalidArgument` when the points lie in another space.
    public func logLikelihood(
        of points: Points, threads: Int = Machine.physicalCores
    ) throws(VAEError) -> Estimate {
        Estimate(of: try logLikelihoods(of: points, threads: threads))
    }

    /// Draws of the mixture; each is named by seed and number, so that the first ones are the same for any `count`.
    /// - Returns: (count, size)
    /// - Throws: `invalidArgument` when `count` is not positive.
    public func sample(_ count: Int, seed: UInt64 = 0) throws(VAEError) -> [Float] {
        try VAEError.require("samples", count, in: 1...)
        var samples: [Float] = []
        samples.reserveCapacity(count * size)
        var noise = [Double](repeating: 0, count: size + 1)
        for item in 0..<count {
            var stream = RandomStream(seed: seed, purpose: .mixtureSample, item: item)
            let component = choose(Double(stream.uniform()), weights)
            for axis in stride(from: 0, to: size, by: 2) {
                let pair = stream.normalPair()
                (noise[axis], noise[axis + 1]) = (Double(pair.x), Double(pair.y))
            }
            let lower = gaussians.factors[component].lower
            for row in 0..<size {
                var value = means[component][row]
                for column in 0...row { value += lower[row * size + column] * noise[column] }
                samples.append(Float(value))
            }
        }
        return samples
    }
}

/// The index at which the running sum of `weights` passes the share `uniform` of their total: one of weight 0 is never chosen.
func choose(_ uniform: Double, _ weights: [Double]) -> Int {
    let target = uniform * weights.reduce(0, +)
    var (sum, last) = (0.0, 0)
    for (index, weight) in weights.enumerated() where weight > 0 {
        sum += weight
        last = index
        if sum > target { return index }
    }
    // Rounding may leave the sum at the target.
    return last
}
