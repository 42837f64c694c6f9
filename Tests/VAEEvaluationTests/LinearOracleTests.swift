import Foundation
import Testing
import VAE
import VAECore
import VAEEvaluation

/// Models whose optimum and whose likelihood are known exactly.
@Suite("Linear models against their closed forms")
struct LinearOracleTests {
    /// Where a linear model with a learned variance is trained to: a nat's thousandth part of the best bound that there is, in the
    /// space of the leading eigenvectors.
    @Test func trainingReachesProbabilisticPCA() throws {
        let images = try gaussianImages(1024, seed: 11)
        let pca = try ProbabilisticPCA(images, latentSize: 3)
        let model = ModelConfiguration.fullyConnected(
            imageShape: gaussianShape, hiddenUnits: [], likelihood: .gaussian, latentSize: 3)
        let training = TrainingConfiguration(
            epochs: 1500, batchSize: 128, learningRate: 0.02, seed: 1,
            schedule: LearningRateSchedule(.cosine))
        let trained = try Trainer(model, training).fit(images)

        // Draws of z move the mean over 1024 images by some 1.2/32 nats, that over 20 seeds by 0.01.
        let bounds = try (1...20).map {
            -(try trained.losses(of: images, seed: UInt64($0)).mean().total)
        }
        let bound = Estimate(of: bounds)
        let allowed = 1e-3 * abs(pca.meanLogLikelihood)
        #expect(5 * bound.standardError < allowed)
        #expect(
            abs(bound.mean - pca.meanLogLikelihood) < allowed, "\(bound.mean) of \(pca.meanLogLikelihood)")

        let found = try LinearComparison(trained, on: images)
        #expect(found.optimalLogLikelihood == pca.meanLogLikelihood && found.optimalVariance == pca.variance)
        #expect(found.angle < 1, "\(found.angle)°")
        #expect(abs(found.variance / pca.variance - 1) < 0.01, "\(found.variance) of \(pca.variance)")
        // The likelihood is above the bound, and no likelihood is above the closed form's.
        #expect(found.logLikelihood > bound.mean - 5 * bound.standardError)
        #expect(found.logLikelihood <= pca.meanLogLikelihood + 1e-9)
    }

    /// At the closed form q(z|x) is the true posterior: the bound is tight and one draw tells all.
    @Test func theBoundIsTightAtTheOptimum() throws {
        let images = try gaussianImages(64, seed: 3)
        let pca = try ProbabilisticPCA(images, latentSize: 2)
        let model = try linearModel(pca)
        let exact = try LinearGaussianDecoder(model).logLikelihood(of: images)
        let found = try model.logLikelihood(of: images, samples: 1).values
        // Every weight is p(x), so that only floats' rounding is left, in sums of 30 squares of up to 10²/2 nats.
        for (found, exact) in zip(found, exact) { #expect(abs(found - exact) < 2e-3) }
    }

    /// With a posterior that is too wide weights vary: estimates stay within their errors, and the bound rises to the truth.
    @Test func importanceWeightsFindTheLikelihood() throws {
        let images = try gaussianImages(400, seed: 7)
        let pca = try ProbabilisticPCA(images, latentSize: 3)
        let model = try linearModel(pca, widenedBy: 0.2, posteriorWidenedBy: 1)
        let exact = try LinearGaussianDecoder(model).logLikelihood(of: images)
        let found = try model.logLikelihood(of: images, samples: 1000)
        var (sum, variance) = (0.0, 0.0)
        for (index, error) in found.standardErrors.enumerated() {
            #expect(error > 0 && error < 0.1)
            // Five standard errors: one image in two million, if the error is what it says.
            #expect(abs(found.values[index] - exact[index]) < 5 * error, "image \(index)")
            sum += found.values[index] - exact[index]
            variance += error * error
        }
        #expect(abs(sum) < 5 * variance.squareRoot())
        let truth = exact.reduce(0, +) / 400
        let bounds = try [1, 8, 64].map { try model.logLikelihood(of: images, samples: $0).mean }
        #expect(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "\(bounds)")
        #expect(truth - bounds[0] > 0.4 && abs(truth - bounds[2]) < 0.03, "\(bounds) of \(truth)")
    }

    /// A linear model whose variances are all the closed form's, as one variance, a channel's or each value's: the same loss and
    /// importance-weighted likelihood, within the rounding of log σ² and the floor of 10⁻⁶ under σ² = 9 · 10⁻⁴.
    @Test(arguments: [Likelihood.gaussianChannel, .gaussianValue])
    func equalVariancesAreOne(likelihood: Likelihood) throws {
        let images = try gaussianImages(64, seed: 3)
        let one = try linearModel(ProbabilisticPCA(images, latentSize: 2), widenedBy: 0.3)
        let several = try severalVariances(one, likelihood)
        let found = try several.logLikelihood(of: images, samples: 20).values
        let expected = try one.logLikelihood(of: images, samples: 20).values
        // 30 pixels' terms of up to 10 nats, a few roundings each.
        for (found, expected) in zip(found, expected) { #expect(abs(found - expected) < 2e-3) }
        #expect(throws: VAEError.self) { try LinearGaussianDecoder(several) }
    }
}
