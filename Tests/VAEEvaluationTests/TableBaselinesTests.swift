import Foundation
import Testing
import VAE
import VAECore

@testable import VAEEvaluation

/// Baselines and a whole evaluation on values of any range.
@Suite struct TableBaselinesTests {
    private func rows(_ values: [Float], _ width: Int) throws -> ImageSet {
        try ImageSet(shape: ImageShape(height: 1, width: width), unbounded: .floats(values))
    }

    @Test func meansOfAnyRange() throws {
        let train = try rows([-1, 4, -3, 0, -2, 8], 2)
        let mean = try PixelwiseMean(fittedTo: train)
        #expect(mean.means == [-2, 4])
        let errors = try mean.errors(on: rows([-1, 4, -2, 6], 2))
        // (1 + 0)/2 and (0 + 4)/2
        #expect(errors.squaredError.mean == 1.25 && errors.crossEntropy.mean.isNaN)
        // Those of images are still probabilities: (Σ + ½)/(n + 1).
        #expect(try PixelwiseMean(fittedTo: rows([0, 0.25, 1, 0.5], 2)).means == [0.5, 1.25 / 3])
    }

    @Test func everyNumberIsFinite() throws {
        func values(_ count: Int, _ start: Int) -> [Float] {
            (0..<count).flatMap { row -> [Float] in
                let t = Float((row * 37 + start) % 101) / 50 - 1
                return [2 * t, -t + Float(row % 3) / 10, t * t * 3 - 1]
            }
        }
        let (train, test) = (try rows(values(120, 0), 3), try rows(values(30, 11), 3))
        let configuration = ModelConfiguration.fullyConnected(
            imageShape: train.shape, hiddenUnits: [8], likelihood: .gaussianValue, latentSize: 1)
        let trainer = try Trainer(
            configuration, TrainingConfiguration(epochs: 300, batchSize: 16), threads: 1)
        try trainer.fit(train, test: test)
        let found = try Evaluation(of: trainer.model, train: train, test: test, options: .init(samples: 10))
        // Foundation encodes no number that is not finite.
        #expect(throws: Never.self) { try JSONEncoder().encode(found) }
        let baseline = found.baselines.pixelwiseMean
        #expect(baseline.squaredError.mean > 0.3 && baseline.reconstruction.nats > found.loss.test.loss.nats)
    }
}
