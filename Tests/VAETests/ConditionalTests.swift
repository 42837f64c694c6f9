import Foundation
import Kernels
import ReferenceKernels
import Testing
import VAECore

@testable import VAE

/// Models that are told the class of every image.
@Suite("Conditional models")
struct ConditionalTests {
    /// With and without convolutions and dense layers; labels that are no numbers from 0.
    private static let models: [ModelConfiguration] = [
        model { _ in },
        model { $0.encoderUnits = [] },
        model {
            ($0.encoderFilters, $0.decoderFilters) = ([], [])
            ($0.encoderUnits, $0.decoderUnits) = ([6], [5])
        },
        model {
            ($0.encoderFilters, $0.decoderFilters, $0.encoderUnits) = ([], [], [])
            $0.likelihood = .gaussian
        },
    ]

    private static func model(_ change: (inout ModelConfiguration) -> Void) -> ModelConfiguration {
        var model = ModelConfiguration(
            imageShape: ImageShape(height: 6, width: 5), encoderFilters: [3], decoderFilters: [2],
            encoderUnits: [4], latentSize: 2)
        model.classes = [-1, 3, 7]
        change(&model)
        return model
    }

    private static func images(_ count: Int, labels: [Int]? = [3, 7, -1, 3]) throws -> ImageSet {
        var random = SystemLikeRandom(state: 5)
        let pixels = (0..<count * 30).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        return try ImageSet(
            shape: ImageShape(height: 6, width: 5), pixels: pixels,
            labels: labels.map { labels in (0..<count).map { labels[$0 % labels.count] } })
    }

    private struct SystemLikeRandom {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
    }

    /// The engine's gradient against that of plain loops in Double, and that against slopes of the loss.
    @Test(arguments: models) func gradientsAgree(model: ModelConfiguration) throws {
        let images = try Self.images(8)
        let trainer = try Trainer(model, TrainingConfiguration(batchSize: 8, seed: 3), threads: 1)
        let found = try trainer.gradient(of: images)
        let reference = try ReferenceModel(model)
        var parameters = trainer.model.weights.map { $0.values.map(Double.init) }
        let noise: [Double] = (0..<8).flatMap { item -> [Double] in
            var stream = RandomStream(seed: 3, purpose: .trainingNoise, epoch: 1, item: item)
            let pair = stream.normalPair()
            return [Double(pair.x), Double(pair.y)]
        }
        let values = try images.values(of: 0..<8).floats.map(Double.init)
        let rows = try VariationalAutoencoder(model).classRows(images.labels, count: 8).map(Double.init)
        let pass = reference.run(values, noise: noise, labels: rows, parameters: parameters)
        #expect(abs(pass.loss - found.losses.total) < 1e-5 * abs(pass.loss))
        for (index, gradient) in pass.gradients.enumerated() {
            let largest = gradient.reduce(1e-3) { max($0, abs($1)) }
            for (exact, value) in zip(gradient, found.gradient[index]) {
                #expect(abs(exact - Double(value)) < 1e-5 * largest, "\(trainer.model.weights[index].name)")
            }
        }
        // Slopes away from zero biases, behind which rectifiers stand at their kinks.
        var random = SystemLikeRandom(state: 1)
        for index in parameters.indices {
            for element in parameters[index].indices {
                parameters[index][element] += 0.1 * (Double(random.next() % 1000) / 1000 - 0.5)
            }
        }
        let moved = reference.run(values, noise: noise, labels: rows, parameters: parameters)
        for (index, gradient) in moved.gradients.enumerated() {
            let element = gradient.count / 2
            func loss(_ step: Double) -> Double {
                parameters[index][element] += step
                defer { parameters[index][element] -= step }
                return reference.run(
                    values, noise: noise, labels: rows, parameters: parameters, backward: false
                ).loss
            }
            // Off by h²/6 times a third derivative.
            let slope = (loss(1e-5) - loss(-1e-5)) / 2e-5
            #expect(abs(slope - gradient[element]) < 1e-6 * max(1, abs(gradient[element])), "tensor \(index)")
        }
    }

    @Test func classesMatterAndThreadsDoNot() throws {
        let images = try Self.images(40)
        let training = TrainingConfiguration(epochs: 2, batchSize: 16, seed: 2)
        let models = try [1, 3].map { threads in
            try Trainer.oversubscribing {
                try Trainer(Self.models[0], training, threads: threads).fit(images, test: images)
            }
        }
        #expect(try models[0].sha256 == models[1].sha256)
        let other = try Trainer(Self.models[0], training, threads: 1).fit(
            images.labelled(images.labels?.reversed()))
        #expect(try other.sha256 != models[0].sha256)
        let model = models[0]
        let threes = try model.sample(classes: [3, 3], seed: 1)
        #expect(try threes != model.sample(classes: [7, 7], seed: 1))
        #expect(try threes == model.decode(model.priorDraws([0, 1], seed: 1), classes: [3, 3]))
        #expect(try model.sample(4) == model.sample(classes: [-1, 3, 7, -1]))
        // What is encoded and decoded knows its class.
        let own = try model.reconstruct(images)
        #expect(try own == model.decode(model.encode(images).mean, classes: images.labels))
        #expect(
            try model.importanceWeights(of: images, samples: 3, seed: 1, threads: 1, onProgress: { _ in })
                .count == 40)
    }

    @Test func resumedInTheMiddleOfAnEpoch() throws {
        struct Stop: Error {}
        let images = try Self.images(40)
        let training = TrainingConfiguration(epochs: 2, batchSize: 16, seed: 2)
        let whole = try Trainer(Self.models[0], training).fit(images)
        let trainer = try Trainer(Self.models[0], training)
        #expect(throws: Stop.self) {
            try trainer.fit(images, onStep: { if $0.epoch == 2 && $0.step == 1 { throw Stop() } })
        }
        let resumed = try Trainer(resuming: trainer.checkpoint())
        #expect(try resumed.fit(images).sha256 == whole.sha256)
        // With other labels it would be another training.
        let changed = try Trainer(resuming: trainer.checkpoint())
        #expect(throws: VAEError.self) { try changed.fit(images.labelled(images.labels?.reversed())) }
    }

    @Test func keptInItsFile() throws {
        let scratch = try ScratchFolder()
        let model = try VariationalAutoencoder(Self.models[1], seed: 4)
        try model.write(to: scratch("model.safetensors"))
        let read = try VariationalAutoencoder(contentsOf: scratch("model.safetensors"))
        #expect(read.configuration.classes == [-1, 3, 7])
        #expect(try read.sample(classes: [7]) == model.sample(classes: [7]))
        #expect(model.configuration.phrase.hasSuffix("conditional on 3 classes"))
    }

    @Test func whatIsUnknownIsRefused() throws {
        let model = try VariationalAutoencoder(Self.models[0])
        let plain = try VariationalAutoencoder(
            ModelConfiguration(imageShape: ImageShape(height: 6, width: 5)))
        func refused(_ words: String, _ body: () throws -> Void) {
            let error = #expect(throws: VAEError.self) { try body() }
            #expect(
                error?.kind == .invalidArgument && error?.description.contains(words) == true,
                "\(error as Any)")
        }
        refused("have no classes") { _ = try model.encode(Self.images(3, labels: nil)) }
        refused("not trained on; expected -1, 3, 7, found 4 at 1") {
            _ = try model.losses(of: Self.images(3, labels: [3, 4]))
        }
        refused("not trained on") { _ = try model.sample(classes: [0]) }
        refused("have no classes") { _ = try model.decode([0, 0]) }
        refused("differ in number") { _ = try model.decode([0, 0, 1, 1], classes: [3]) }
        refused("knows of none") { _ = try plain.decode([0, 0], classes: [3]) }
        for classes in [[1], [2, 1], [1, 1], Array(0...1000)] {
            var model = Self.models[0]
            model.classes = classes
            refused("classes") { try model.validate() }
        }
    }
}
