import Foundation
import Kernels
import ReferenceKernels
import Testing
import VAECore

@testable import VAE

/// Priors that are trained: the engine against finite differences in Double, a known mixture, and everything that a run can go through.
@Suite("Learned priors", .oversubscribed)
struct LearnedPriorTests {
    static func tiny(_ prior: Prior, _ likelihood: Likelihood = .bernoulli) -> ModelConfiguration {
        var model = ModelConfiguration(
            imageShape: ImageShape(height: 3, width: 4), encoderFilters: [2], decoderFilters: [3],
            hiddenUnits: 3, latentSize: 2)
        model.hiddenActivation = .tanh
        (model.prior, model.likelihood) = (prior, likelihood)
        return model
    }

    static let models = [
        tiny(.mixture(components: 4)), tiny(.vamp(pseudoInputs: 3)), tiny(.vamp(pseudoInputs: 19)),
        tiny(.mixture(components: 3), .gaussianChannel), tiny(.vamp(pseudoInputs: 5), .gaussian),
    ]

    /// Every tensor's gradient against central differences of the plain form's loss. These are good to 1e-8 or so in Double; the engine's single
    /// precision is what is left, 1e-5 of the tensor's largest, and of 0.01 where that is less: shares of the images cancel.
    @Test(arguments: models, [0, 1, 4])
    func gradientsAgreeWithDifferences(model: ModelConfiguration, samples: Int) throws {
        let count = 11
        let images = try bars(count, model.imageShape)
        let weight = samples == 0 ? 0.7 : 1
        let draws = max(samples, 1)
        let trainer = try Trainer(
            model,
            TrainingConfiguration(
                batchSize: count, klWeight: weight, seed: 6,
                importance: samples == 0 ? nil : ImportanceWeighting(samples: samples)), threads: 2)
        try trainer.beginPrior(with: images)
        let found = try trainer.gradient(of: images)
        let reference = try model.reference
        let parameters = trainer.model.weights.map { $0.values.map(Double.init) }
        let noises = try (0..<count).map { image in
            var stream = RandomStream(seed: 6, purpose: .trainingNoise, epoch: 1, item: image)
            return try (0..<draws).map { _ in
                let storage = try FloatStorage(count: model.latentSize)
                stream.fillNormal(storage.region)
                return storage.region.array().map(Double.init)
            }
        }
        let noise = (0..<draws).flatMap { draw in noises.flatMap { $0[draw] } }
        let pixels = try images.pixels.map { Double(Float($0) / 255) }
        func loss(_ parameters: [[Double]]) -> Double {
            reference.sampledLoss(
                pixels, noise: noise, parameters: parameters, draws: draws, isWeighted: samples > 0,
                klWeight: weight)
        }
        let expected = loss(parameters)
        #expect(abs(found.losses.total - expected) < 1e-6 * abs(expected))
        for (tensor, gradient) in found.gradient.enumerated() {
            let differences = gradient.indices.map { place in
                var (above, below) = (parameters, parameters)
                above[tensor][place] += 1e-5
                below[tensor][place] -= 1e-5
                return (loss(above) - loss(below)) / 2e-5
            }
            let largest = differences.reduce(0.01) { max($0, abs($1)) }
            for (found, value) in zip(gradient, differences) {
                #expect(abs(Double(found) - value) < 1e-5 * largest + 1e-8, "tensor \(tensor)")
            }
        }
    }

    @Test(arguments: [tiny(.mixture(components: 3)), tiny(.vamp(pseudoInputs: 19))])
    func threadsAndStopsChangeNoBit(model: ModelConfiguration) throws {
        let images = try bars(40, model.imageShape)
        let test = try bars(13, model.imageShape, seed: 4)
        let training = TrainingConfiguration(epochs: 2, batchSize: 16, learningRate: 0.01, averaging: 0.9)
        let whole = try Trainer(model, training, threads: 1)
        var files: [[UInt8]] = [try whole.checkpoint().serialized()]
        try whole.fit(
            images, test: test, onStep: { _ in files.append(try whole.checkpoint().serialized()) })
        for (index, file) in files.enumerated() {
            let resumed = try Trainer(
                resuming: Checkpoint(bytes: file, source: "file"), threads: index % 3 + 1)
            try resumed.fit(images, test: test)
            #expect(identical(resumed.model.weights.map(\.values), whole.model.weights.map(\.values)))
            #expect(resumed.history.map(\.test) == whole.history.map(\.test))
        }
        // All that is trained moves, and a model's file brings it back.
        let begun = try Trainer(resuming: Checkpoint(bytes: files[0], source: "file"), threads: 1)
        try begun.beginPrior(with: images)
        for (before, after) in zip(begun.model.weights, whole.model.weights)
        where after.name.contains("prior") {
            #expect(!identical(before.values, after.values), "\(after.name)")
        }
        let folder = try ScratchFolder()
        try whole.model.write(to: folder("model"))
        let read = try VariationalAutoencoder(contentsOf: folder("model"))
        #expect(try read.prior() == whole.model.prior() && read.configuration == model)
        #expect(try read.losses(of: test) == whole.model.losses(of: test))
        #expect(read.parameterCount == whole.model.weights.reduce(0) { $0 + $1.values.count })
    }

    /// Draws have the mixture's mean and variance in each dimension, and repeat by their seed.
    @Test func drawsAreThePriors() throws {
        let model = try VariationalAutoencoder(Self.tiny(.mixture(components: 4)), seed: 3)
        let prior = try model.prior()
        let draws = try model.priorLatents(20_000, seed: 1)
        #expect(try identical(draws, model.priorLatents(20_000, seed: 1)))
        for dimension in 0..<2 {
            let means = (0..<4).map { prior.means[$0 * 2 + dimension] }
            let variances = (0..<4).map { prior.variances[$0 * 2 + dimension] }
            let mean = zip(prior.weights, means).reduce(0) { $0 + $1.0 * $1.1 }
            let square = (0..<4).reduce(0) {
                $0 + prior.weights[$1] * (variances[$1] + means[$1] * means[$1])
            }
            let own = stride(from: dimension, to: draws.count, by: 2).map { Double(draws[$0]) }
            let found = own.reduce(0, +) / 20_000
            let variance = own.reduce(0) { $0 + ($1 - found) * ($1 - found) } / 20_000
            // Five standard errors of a mean, and of a variance whose fourth moment is less than 6 variances squared.
            #expect(abs(found - mean) < 5 * ((square - mean * mean) / 20_000).squareRoot())
            #expect(abs(variance / (square - mean * mean) - 1) < 5 * (5.0 / 20_000).squareRoot())
        }
    }

    /// Of points around three places with little noise, and a model that copies them to z, three of the prior's components come to lie there. The
    /// aggregate posterior is then the mixture.
    @Test(arguments: [Prior.mixture(components: 6), .vamp(pseudoInputs: 6)])
    func findsAKnownMixture(prior: Prior) throws {
        var random = RandomStream(seed: 8, purpose: .testNoise)
        let places: [(Float, Float)] = [(0.2, 0.2), (0.8, 0.3), (0.5, 0.9)]
        let values = (0..<900).flatMap { index -> [Float] in
            let noise = random.normalPair()
            let place = places[index % 3]
            return [place.0 + 0.02 * noise.x, place.1 + 0.02 * noise.y].map { min(max($0, 0), 1) }
        }
        let shape = ImageShape(height: 1, width: 2)
        let images = try ImageSet(shape: shape, values: values, labels: (0..<900).map { $0 % 3 })
        func trained(_ prior: Prior) throws -> VariationalAutoencoder {
            var model = ModelConfiguration.fullyConnected(
                imageShape: shape, hiddenUnits: [16], hiddenActivation: .tanh, likelihood: .gaussianChannel,
                latentSize: 2)
            model.prior = prior
            let trainer = try Trainer(
                model,
                // Without a warm-up prior and posterior collapse on one another before the decoder has found a use for z.
                TrainingConfiguration(
                    epochs: 100, batchSize: 30, learningRate: 0.01, seed: 2,
                    klSchedule: KLSchedule(warmUpEpochs: 30)), threads: 2)
            return try trainer.fit(images)
        }
        func loss(_ model: VariationalAutoencoder) throws -> Double {
            let losses = try model.losses(of: images).mean()
            return losses.total
        }
        let (plain, learned) = (try trained(.standard), try trained(prior))
        // To say which of three places costs ln 3 nats at most with the mixture; what N(0, I) is off by, more.
        #expect(try loss(learned) < loss(plain) - 0.2)
        let encoding = try learned.encode(images)
        let mixture = try learned.prior()
        for place in 0..<3 {
            let own = stride(from: place, to: 900, by: 3).map { Int($0) }
            let (x, y) = (
                own.reduce(0) { $0 + Double(encoding.mean[2 * $1]) } / 300,
                own.reduce(0) { $0 + Double(encoding.mean[2 * $1 + 1]) } / 300
            )
            // The weight of the components whose mean is nearer to this place than to the others, in units of their own deviation.
            let near = (0..<mixture.count).reduce(0) { sum, component in
                let (a, b) = (mixture.means[2 * component] - x, mixture.means[2 * component + 1] - y)
                let spread =
                    a * a / mixture.variances[2 * component] + b * b / mixture.variances[2 * component + 1]
                return spread < 9 ? sum + mixture.weights[component] : sum
            }
            // A mixture learns its weights; pseudo-inputs weigh the same, and begin where the draw of the images puts them.
            let range = if case .mixture = prior { 0.25...0.4 } else { 0.15...0.7 }
            #expect(range.contains(near), "place \(place): \(near)")
        }
    }

    @Test func whatCannotBeIsRefused() throws {
        var conditional = Self.tiny(.vamp(pseudoInputs: 3))
        conditional.classes = [1, 2]
        #expect(throws: VAEError.self) { try conditional.validate() }
        for prior: Prior in [.mixture(components: 0), .vamp(pseudoInputs: 5000)] {
            let error = #expect(throws: VAEError.self) { try Self.tiny(prior).validate() }
            #expect(error?.subject == "prior components")
        }
        let error = #expect(throws: VAEError.self) {
            try Trainer(Self.tiny(.mixture(components: 2)), TrainingConfiguration(freeBits: 1), threads: 1)
        }
        #expect(error?.subject == "free bits")
    }

    @Test func isPartOfTheConfiguration() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let standard = String(decoding: try encoder.encode(ModelConfiguration()), as: UTF8.self)
        #expect(!standard.contains("prior"))
        for model in Self.models {
            let json = try encoder.encode(model)
            #expect(try JSONDecoder().decode(ModelConfiguration.self, from: json) == model)
        }
    }
}
