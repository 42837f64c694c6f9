import Foundation
import Testing
@testable import VAE
import VAECore
import VAEData

@testable import VAEEvaluation

/// The loss and its parts as estimates, and dimensions that carry nothing.
struct ObjectiveTests {
    private let model: VariationalAutoencoder
    private let images: ImageSet

    init() throws {
        images = try SyntheticDigits.dataset(seed: 2, trainCount: 60, testCount: 1).train
        model = try VariationalAutoencoder(
            ModelConfiguration(encoderFilters: [4], decoderFilters: [4], latentSize: 3), seed: 5)
    }

    @Test func oneDrawIsTheTestLoss() throws {
        let found = try ObjectiveEstimate(of: model, on: images, seed: 7)
        let losses = try model.losses(of: images, seed: 7)
        let mean = losses.mean()
        // The same numbers, added in another order in Double.
        #expect(abs(found.loss.nats - mean.total) < 1e-9 && abs(found.kl.nats - mean.kl) < 1e-9)
        let totals = zip(losses.reconstruction, losses.kl).map { Double($0) + Double($1) }
        #expect(found.loss == Evaluation.Value(Estimate(of: totals), images.shape) && found.images == 60)
    }

    @Test func drawsAreAveraged() throws {
        let three = try ObjectiveEstimate(of: model, on: images, draws: 3, seed: 4)
        let each = try (0..<3).map { try model.losses(of: images, seed: 4, draw: $0).mean() }
        let mean = each.map(\.reconstruction).reduce(0, +) / 3
        #expect(abs(three.reconstruction.nats - mean) < 1e-9)
        #expect(Set(each.map(\.reconstruction)).count == 3 && abs(three.kl.nats - each[0].kl) < 1e-9)
        // The draws of a neighbouring seed are others.
        let others = try (0..<3).map { try model.losses(of: images, seed: 5, draw: $0).mean().reconstruction }
        #expect(Set(others).isDisjoint(with: each.map(\.reconstruction)))
        let atMean = try ObjectiveEstimate(of: model, on: images, draws: 0)
        #expect(
            atMean.reconstruction.nats
                == Estimate(of: try model.losses(of: images, sampling: false).reconstruction.map(Double.init))
                .mean)
        // Noise costs: the decoder hears less.
        #expect(atMean.loss.nats != three.loss.nats)
    }

    @Test func bitsAreNatsByPixel() {
        let shape = ImageShape(height: 2, width: 3, channels: 4)
        let bits = Estimate(mean: 24 * log(2), standardError: 12 * log(2)).bitsPerDimension(shape)
        #expect(abs(bits.mean - 1) < 1e-15 && abs(bits.standardError - 0.5) < 1e-15)
        let value = Evaluation.Value(Estimate(mean: 24 * log(2), standardError: .infinity), shape)
        #expect(value.bitsPerPixel == bits.mean && value.standardError == nil)
    }

    /// Means and log-variances of 200 images: 0 moves and is sure; 1 is the prior; 2 stands still but off the prior; 3 is the prior
    /// for all but four images, whose means are so far out that it counts as active.
    @Test func collapseIsNamed() {
        var (mean, logVariance) = ([Float](), [Float]())
        for image in 0..<200 {
            mean += [image.isMultiple(of: 2) ? 1 : -1, 0, 0.5, image < 4 ? 5 : 0]
            logVariance += [-2, 0, 0, 0]
        }
        let found = PosteriorCollapse(of: Encoding(latentSize: 4, mean: mean, logVariance: logVariance))
        #expect(found.inactive == [1, 2] && found.collapsed == [1] && found.verdict == .partial)
        #expect(found.still == [1, 2])
        // 1 and 2 are lost. Four images in two hundred make 4 · 25 / 2 / 200 = 0.25 nats of dimension 3, and from 3 instead of 5 they make 0.09.
        #expect(
            PosteriorCollapse.usedUnits(
                of: Encoding(latentSize: 4, mean: mean, logVariance: logVariance)) == 2)
        let weak = mean.enumerated().map { $0.offset % 4 == 3 && $0.element != 0 ? 3 : $0.element }
        #expect(
            PosteriorCollapse.usedUnits(
                of: Encoding(latentSize: 4, mean: weak, logVariance: logVariance)) == 1)
        // Two images of 200 are the share that δ lets pass.
        for index in [2, 3] { mean[4 * index + 3] = 0 }
        let fewer = PosteriorCollapse(of: Encoding(latentSize: 4, mean: mean, logVariance: logVariance))
        #expect(fewer.collapsed == [1, 3])
        let all = PosteriorCollapse(
            of: Encoding(latentSize: 1, mean: [0, 0.01], logVariance: [0.01, -0.01]))
        #expect(all.verdict == .complete && all.collapsed == [0])
        let none = PosteriorCollapse(of: Encoding(latentSize: 1, mean: [1, -1], logVariance: [-3, -3]))
        #expect(none.verdict == .none)
    }

    /// A model that writes small: means a twentieth as far apart, posteriors a twentieth as wide. The decoder tells images apart as well
    /// as before.
    @Test func aSmallScaleIsNoCollapse() {
        let mean = (0..<100).map { Float($0.isMultiple(of: 2) ? 0.05 : -0.05) }
        let logVariance = [Float](repeating: 2 * log(0.01), count: 100)
        let found = PosteriorCollapse(of: Encoding(latentSize: 1, mean: mean, logVariance: logVariance))
        #expect(found.inactive == [0] && found.still.isEmpty && found.collapsed.isEmpty)
        #expect(found.verdict == .none)
    }
}
