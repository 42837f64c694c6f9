import Foundation
import Kernels
import Testing
import VAECore

@testable import VAE

/// Models with a variance for each channel or value find those that the data were made with.
@Suite("Learned variances", .oversubscribed)
struct VarianceTrainingTests {
    /// Tables of one factor: value v of a row is ½ + a_v · z + σ_k · ε, with the σ of its column or its channel.
    private func rows(_ count: Int, _ shape: ImageShape, deviations: [Double]) throws -> ImageSet {
        var values: [Float] = []
        for row in 0..<count {
            var stream = RandomStream(seed: 5, purpose: .priorSample, item: row)
            let z = Double(stream.normalPair().x)
            for value in 0..<shape.count {
                let noise = Double(stream.normalPair().x) * deviations[value % deviations.count]
                let loading = [0.03, -0.05, 0.02, 0.04][value % 4]
                values.append(Float(min(max(0.5 + loading * z + noise, 0), 1)))
            }
        }
        return try ImageSet(shape: shape, values: .floats(values))
    }

    private func trained(_ likelihood: Likelihood, on images: ImageSet) throws -> (
        variances: [Double], first: Double, last: Double
    ) {
        let model = ModelConfiguration.fullyConnected(
            imageShape: images.shape, hiddenUnits: [], likelihood: likelihood, latentSize: 1)
        let training = TrainingConfiguration(
            epochs: 600, batchSize: 128, learningRate: 0.02, seed: 2, schedule: LearningRateSchedule(.cosine))
        let trainer = try Trainer(model, training, threads: 2)
        let found = try trainer.fit(images)
        let weight = try #require(found.weights.first { $0.name == "decoder.log_variance" })
        let losses = trainer.history.map(\.train.total)
        return (
            weight.values.map { DiagonalGaussian.variance(Double($0)) }, try #require(losses.first),
            try #require(losses.last)
        )
    }

    /// With one factor the posterior can be matched, so that the optimum is maximum likelihood: of n rows a variance has a standard
    /// error of √(2/n), or somewhat more where the factor has to be told from the noise. Six of these, and the last steps' noise.
    @Test func eachColumnHasItsOwn() throws {
        let deviations = [0.04, 0.08, 0.1, 0.05, 0.07, 0.06, 0.03, 0.09]
        let rows = try rows(2048, ImageShape(height: 1, width: 8), deviations: deviations)
        let found = try trained(.gaussianValue, on: rows)
        #expect(found.variances.count == 8)
        for (variance, deviation) in zip(found.variances, deviations) {
            let ratio = variance / (deviation * deviation)
            #expect(abs(ratio - 1) < 6 * (2.0 / 2048).squareRoot() + 0.06, "σ \(deviation): \(ratio)")
        }
        #expect(found.last < found.first - 8)
        // One variance for all can't say as much.
        let one = try trained(.gaussian, on: rows)
        #expect(found.last < one.last - 0.5, "\(found.last), \(one.last)")
    }

    @Test func eachChannelHasItsOwn() throws {
        let deviations = [0.03, 0.1, 0.05]
        let images = try rows(1024, ImageShape(height: 2, width: 3, channels: 3), deviations: deviations)
        let found = try trained(.gaussianChannel, on: images)
        #expect(found.variances.count == 3)
        for (variance, deviation) in zip(found.variances, deviations) {
            let ratio = variance / (deviation * deviation)
            // Six values an image have the same.
            #expect(abs(ratio - 1) < 6 * (2.0 / 6144).squareRoot() + 0.06, "σ \(deviation): \(ratio)")
        }
        #expect(found.last < found.first - 8)
    }

    /// A column that never changes has no noise: its variance ends at the floor, and the loss at what that costs.
    @Test func aConstantColumnEndsAtTheFloor() throws {
        let deviations = [0.1, 0.1, 0.1, 0.1]
        let rows = try rows(512, ImageShape(height: 1, width: 4), deviations: deviations)
        guard case .floats(var values) = try rows.values else { throw CocoaError(.featureUnsupported) }
        for row in 0..<512 { values[4 * row + 1] = 0.25 }
        let found = try trained(
            .gaussianValue, on: ImageSet(shape: rows.shape, values: .floats(values)))
        #expect(found.variances[1] >= DiagonalGaussian.leastVariance && found.variances[1] < 1e-5)
        #expect(found.last.isFinite && found.last < found.first)
    }

    /// The log-variances' shape in the file is the likelihood's, and no other is read.
    @Test(arguments: [
        (Likelihood.gaussian, [1]), (.gaussianChannel, [3]), (.gaussianValue, [4, 5, 3]),
    ])
    func filesHaveTheShape(likelihood: Likelihood, shape: [Int]) throws {
        let folder = try ScratchFolder()
        let model = try VariationalAutoencoder(
            .fullyConnected(
                imageShape: ImageShape(height: 4, width: 5, channels: 3), hiddenUnits: [2],
                likelihood: likelihood, latentSize: 2))
        try model.write(to: folder("m"))
        let read = try VariationalAutoencoder(contentsOf: folder("m"))
        #expect(read.configuration == model.configuration && read.parameters == model.parameters)
        let file = try SafeTensors(contentsOf: folder("m"))
        #expect(file["decoder.log_variance"]?.shape == shape)
        for other in [[1], [3], [2], [5, 4, 3], [60], [4, 5, 3, 1]] where other != shape {
            let tensors = try file.tensors.map { tensor throws(VAEError) in
                tensor.name == "decoder.log_variance"
                    ? try SafeTensors.Tensor(
                        name: tensor.name, shape: other,
                        floats: [Float](repeating: 0, count: other.reduce(1, *)))
                    : tensor
            }
            try SafeTensors(tensors, metadata: file.metadata).write(to: folder("n"))
            let error = failure { () throws(VAEError) in
                _ = try VariationalAutoencoder(contentsOf: folder("n"))
            }
            #expect(error?.kind == .invalidData && error?.subject == folder("n"))
            #expect(error?.problem.contains("decoder.log_variance") == true, "\(String(describing: error))")
        }
        // A model of another kind is no file of this one.
        let json = try #require(file.metadata["configuration"])
        let renamed = json.replacing("\"\(likelihood.rawValue)\"", with: "\"gaussian-pixel\"")
        try SafeTensors(file.tensors, metadata: file.metadata.merging(["configuration": renamed]) { $1 })
            .write(to: folder("n"))
        let error = failure { () throws(VAEError) in
            _ = try VariationalAutoencoder(contentsOf: folder("n"))
        }
        #expect(error?.problem == "has a configuration that can't be read", "\(String(describing: error))")
    }
}
