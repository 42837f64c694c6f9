import Foundation
import Kernels
import Testing
import VAE
import VAECore

@testable import VAEEvaluation

/// Baselines under other distributions than Bernoulli's and Gauss's.
@Suite("Errors under other distributions")
struct LikelihoodBaselinesTests {
    /// The greatest likelihood of t densities about 0 to 0.2 times ±`quantiles`, by SciPy 1.17:
    ///
    ///     x = 0.2 * scipy.stats.t(3).ppf((numpy.arange(40) + 0.5) / 40)
    ///     loss = lambda p: -scipy.stats.t(math.exp(p[0]), 0, math.exp(p[1])).logpdf(x).sum()
    ///     numpy.exp(scipy.optimize.minimize(loss, [1, -1], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-13}).x)
    private static let (freedom, scale) = (3.77816297, 0.21050861)
    private static let quantiles: [Double] =
        half.map { -$0 } + half
    private static let half = [
        0.034017482746, 0.102263124854, 0.171148037235, 0.241123143866, 0.31267871174, 0.386364911541,
        0.462818161465, 0.542796572336, 0.627229710551, 0.717291288314, 0.814509676325, 0.92094334903,
        1.03947356127, 1.174322431441, 1.332040385164, 1.523577832907, 1.769241606498, 2.113086729236,
        2.68076692326, 4.176534846104,
    ]

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

    /// The fit is where the likelihood is greatest: any other scale or ν fits worse. SciPy finds the
    /// same.
    @Test func studentT() throws {
        // Quantiles of t with 3 degrees of freedom at (k + ½)/40, by SciPy, times 0.2.
        let values = Self.quantiles.map { 0.2 * $0 }
        let fit = StudentErrors.Fit(values.map { $0 * $0 }, values: 1)
        func loss(_ scale: Double, _ freedom: Double) -> Double {
            values.reduce(0) {
                $0
                    + StudentT.loss(
                        square: $1 * $1, squaredScale: scale, freedom: freedom,
                        constant: StudentT.constant(freedom: freedom))
            }
        }
        let (scale, freedom) = (fit.squaredScales[0], fit.freedom)
        let least = loss(scale, freedom)
        for factor in [0.97, 1.03] {
            #expect(loss(scale * factor, freedom) > least && loss(scale, freedom * factor) > least)
        }
        #expect(abs(freedom - Self.freedom) < 1e-3 && abs(scale.squareRoot() - Self.scale) < 1e-5, "\(fit)")

        let images = try ImageSet(
            shape: ImageShape(height: 1, width: 1), unbounded: .floats(values.map(Float.init)))
        let found = try errors(.studentT, images) { (part) throws(VAEError) in
            [Float](repeating: 0, count: part.count)
        }
        #expect(abs(found.mean - least / 40) < 1e-5)
    }

    /// Any other scale fits worse; a reconstruction that is exact has probabilities of nearly 1.
    @Test func logisticMixture() throws {
        let images = try ImageSet(
            shape: ImageShape(height: 1, width: 4), pixels: [0, 10, 200, 255, 3, 30, 180, 250])
        let means: [Float] = [0.02, 0.08, 0.75, 0.97]
        let found = try errors(.logisticMixture, images) { (part) throws(VAEError) in
            (0..<part.count).flatMap { _ in means }
        }
        func loss(_ logScale: Double) -> Double {
            [0, 10, 200, 255, 3, 30, 180, 250].enumerated().reduce(0) {
                $0
                    + LogisticMixture.loss(
                        level: $1.element, middle: 2 * Double(means[$1.offset % 4]) - 1, logScale: logScale)
            } / 2
        }
        let least = stride(from: -7, to: 2, by: 0.01).map(loss).min() ?? 0
        #expect(found.mean <= least && found.mean > least - 1e-3)
        let exact = try errors(.logisticMixture, images) { (part) throws(VAEError) in try part.values.floats }
        // Half a step is 4.3 of the least scale: tanh 2.15 of a level within, and σ(4.3) at the ends.
        #expect(exact.mean > 0 && exact.mean < 4 * 0.03, "\(exact)")
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
