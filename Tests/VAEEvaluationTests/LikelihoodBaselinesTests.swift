import Foundation
import Testing
import VAE
import VAECore

@testable import VAEEvaluation

/// Baselines under other distributions than Bernoulli's and Gauss's.
@Suite("Errors under other distributions")
struct LikelihoodBaselinesTests {
    private func errors(
        _ likelihood: Likelihood, _ images: ImageSet, _ reconstruct: (ImageSet) throws(VAEError) -> [Float]
    ) throws -> Estimate {
        let errors = try ReconstructionErrors(on: images, reconstruct: reconstruct)
        let value = try Evaluation.Baselines.Errors(
            errors, likelihood, on: images, reconstruct: reconstruct
        ).reconstruction
        return Estimate(mean: value.nats, standardError: value.standardError ?? .nan)
    }

    /// By hand: a mean of ½ has the logit 0 and a density of 1; means at 0 and 1 are held within 1/510, where the logit is −510 but for e⁻⁵¹⁰.
    @Test func continuousBernoulli() throws {
        let images = try ImageSet(
            shape: ImageShape(height: 1, width: 3), values: .floats([0.25, 0, 1, 0.75, 0, 0.5]))
        let found = try errors(.continuousBernoulli, images) { (_) throws(VAEError) in
            [0.5, 0, 1, 0.5, 0, 1]
        }
        let losses = [-2 * log(510.0), -2 * log(510) + 255]
        #expect(abs(found.mean - (losses[0] + losses[1]) / 2) < 1e-9)
        #expect(abs(found.standardError - 127.5) < 1e-9)
    }

    /// By hand: errors of 0.1 and 0.2, and of 0.3 and 0, so that b = 0.15; an exact reconstruction has that of rounding.
    @Test func laplace() throws {
        let images = try ImageSet(
            shape: ImageShape(height: 1, width: 2), values: .floats([0.5, 0.25, 0.5, 0.75]))
        let found = try errors(.laplace, images) { (_) throws(VAEError) in [0.6, 0.05, 0.8, 0.75] }
        // 0.6, 0.05 and 0.8 are rounded to Float.
        #expect(abs(found.mean - 2 * (log(0.3) + 1)) < 1e-6)
        #expect(abs(found.standardError) < 1e-6)
        let exact = try errors(.laplace, images) { (part) throws(VAEError) in try part.values.floats }
        #expect(abs(exact.mean - 2 * log(2.0 / 1020)) < 1e-12)
    }

    /// Of all densities of the kind, one for all images, the one with the values' mean fits best.
    @Test func theMeanIsTheBestContinuousBernoulli() throws {
        let values: [Float] = [0.1, 0.05, 0.3, 0.02, 0.6, 0.2]
        let images = try ImageSet(shape: ImageShape(height: 1, width: 1), values: .floats(values))
        func loss(_ mean: Float) throws -> Double {
            try errors(.continuousBernoulli, images) { (part) throws(VAEError) in
                [Float](repeating: mean, count: part.count)
            }.mean
        }
        let mean = values.reduce(0, +) / 6
        let least = try loss(mean)
        #expect(try least < loss(mean - 0.01) && least < loss(mean + 0.01))
        // And it is that of the density with that mean: a logit of −4.6 has 0.2117 by hand.
        #expect(least < 0)
    }
}
