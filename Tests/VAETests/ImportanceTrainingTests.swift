import Foundation
import Kernels
import ReferenceKernels
import Testing
import VAECore

@testable import VAE

/// Training on the importance-weighted bound: the twin against PyTorch, the engine against the twin, and a model whose ln p(x) is known.
@Suite("Training on the importance-weighted bound", .oversubscribed)
struct ImportanceTrainingTests {
    /// Double against Double: what is left is the order of sums of a few terms.
    @Test func twinAgreesWithPyTorch() throws {
        let path = try #require(Bundle.module.path(forResource: "Golden/importance", ofType: "safetensors"))
        let file = try SafeTensors(contentsOf: path)
        let shapes = [[6, 4], [4], [4, 2], [2], [4, 2], [2], [2, 4], [4], [4, 6], [6]]
        let model = try ModelConfiguration.fullyConnected(
            imageShape: ImageShape(height: 1, width: 6), hiddenUnits: [4], hiddenActivation: .tanh,
            latentSize: 2
        ).reference
        let parameters = try shapes.enumerated().map { try file.doubles("parameter.\($0)", shape: $1) }
        for doubly in [false, true] {
            let pass = model.runWeighted(
                try file.doubles("images", shape: [3, 6]),
                noise: try file.doubles("noise", shape: [5, 3, 2]),
                parameters: parameters, draws: 5, isDoublyReparameterised: doubly)
            #expect(relativeError(pass.bound, try file.doubles("bound", shape: [3])) < 1e-14)
            #expect(
                relativeError(pass.reconstruction, try file.doubles("reconstruction", shape: [3])) < 1e-14)
            for (index, shape) in shapes.enumerated() {
                let name = doubly && index < 6 ? "double" : "plain"
                #expect(
                    relativeError(
                        pass.gradients[index], try file.doubles("\(name).\(index)", shape: shape)) < 1e-13,
                    "\(name).\(index)")
            }
        }
    }

    static let models: [ModelConfiguration] = {
        var channel = smallModel
        channel.likelihood = .gaussianChannel
        var conditional = smallModel
        conditional.classes = [3, 5, 8]
        return [smallModel, smallPerceptron, channel, conditional]
    }()

    /// 1e-5 of the largest that the images' shares of a gradient add up to, since they can cancel: the tolerance of every pass of the network.
    @Test(arguments: models, [1, 3, 20])
    func engineAgreesWithTwin(model: ModelConfiguration, draws: Int) throws {
        for doubly in [false, true] {
            let count = 11
            let images = try bars(count, model.imageShape)
            let labels = (0..<count).map { [3, 5, 8][$0 % 3] }
            let labelled = try ImageSet(
                shape: images.shape, pixels: try images.pixels,
                labels: model.isConditional ? labels : nil)
            let trainer = try Trainer(
                model,
                TrainingConfiguration(
                    batchSize: count, seed: 6,
                    importance: ImportanceWeighting(samples: draws, isDoublyReparameterised: doubly)),
                threads: 2)
            let found = try trainer.gradient(of: labelled)
            let reference = try model.reference
            let parameters = trainer.model.weights.map { $0.values.map(Double.init) }
            let size = model.imageShape.count
            func run(_ range: Range<Int>) throws -> ReferenceModel.WeightedPass<Double> {
                let noises = try range.map { image in
                    var stream = RandomStream(seed: 6, purpose: .trainingNoise, epoch: 1, item: image)
                    return try (0..<draws).map { _ in
                        let storage = try FloatStorage(count: model.latentSize)
                        stream.fillNormal(storage.region)
                        return storage.region.array().map(Double.init)
                    }
                }
                return reference.runWeighted(
                    try images.pixels[range.lowerBound * size..<range.upperBound * size].map {
                        Double(Float($0) / 255)
                    },
                    noise: (0..<draws).flatMap { draw in noises.flatMap { $0[draw] } },
                    labels: model.isConditional
                        ? range.flatMap { image in (0..<3).map { $0 == image % 3 ? 1 : 0 } } : [],
                    parameters: parameters, draws: draws, isDoublyReparameterised: doubly)
            }
            let expected = try run(0..<count)
            let total = expected.bound.reduce(0, +) / Double(count)
            #expect(abs(found.losses.total - total) < 1e-6 * abs(total))
            let mean = expected.reconstruction.reduce(0, +) / Double(count)
            #expect(abs(found.losses.reconstruction - mean) < 1e-6 * abs(mean))
            let shares = try (0..<count).map { try run($0..<$0 + 1).gradients }
            for (index, gradient) in found.gradient.enumerated() {
                let sizes = gradient.indices.map { place in
                    shares.reduce(0) { $0 + abs($1[index][place]) } / Double(count)
                }
                let largest = sizes.reduce(0, max)
                for (found, value) in zip(gradient, expected.gradients[index]) {
                    #expect(abs(Double(found) - value) <= 1e-5 * largest, "tensor \(index)")
                }
            }
        }
    }

    /// x = z·w + b + σ·ε has p(x) = N(b, wwᵀ + σ²I): with an encoder that is off, the bound rises with k towards its logarithm, on average over draws.
    @Test func theBoundRisesTowardsTheLikelihood() throws {
        let model = ModelConfiguration.fullyConnected(
            imageShape: ImageShape(height: 1, width: 2), hiddenUnits: [], likelihood: .gaussian,
            latentSize: 1)
        let weights: [Double] = [0.8, -0.5]
        let logVariance = -1.0
        // Kernels and biases of mean, log-variance and output, and log σ².
        let parameters: [[Double]] = [[0.3, 0], [0.2], [0, 0], [-0.4], weights, [0.1, 0.4], [logVariance]]
        let reference = try model.reference
        let count = 4000
        let x = [0.7, 0.1]
        let (a, b) = (x[0] - 0.1, x[1] - 0.4)
        let variance = exp(logVariance)
        let (p, q, r) = (
            weights[0] * weights[0] + variance, weights[0] * weights[1], weights[1] * weights[1] + variance
        )
        let determinant = p * r - q * q
        let distance = (r * a * a - 2 * q * a * b + p * b * b) / determinant
        let exact = 0.5 * (distance + log(determinant)) + log(2 * Double.pi)
        var random = RandomStream(seed: 3, purpose: .testNoise)
        var gaps: [Double] = []
        for draws in [1, 5, 50] {
            let noise = (0..<draws * count).map { _ in Double(random.normalPair().x) }
            let pass = reference.runWeighted(
                (0..<count).flatMap { _ in x }, noise: noise, parameters: parameters, draws: draws)
            let mean = pass.bound.reduce(0, +) / Double(count)
            let variance = pass.bound.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
            // Never below −ln p(x) by more than five standard errors.
            #expect(mean - exact > -5 * (variance / Double(count)).squareRoot())
            gaps.append(mean - exact)
        }
        #expect(gaps[0] > 2 * gaps[1] && gaps[1] > 4 * gaps[2] && gaps[2] < 0.01, "\(gaps)")
    }

    /// One draw is the evidence lower bound by another estimate of the divergence: the same noise, the same reconstruction.
    @Test func oneDrawIsTheUsualNoise() throws {
        let images = try bars(20, smallModel.imageShape)
        let plain = try Trainer(smallModel, TrainingConfiguration(batchSize: 20), threads: 1)
        let weighted = try Trainer(
            smallModel, TrainingConfiguration(batchSize: 20, importance: ImportanceWeighting(samples: 1)),
            threads: 1)
        let (first, second) = (try plain.gradient(of: images), try weighted.gradient(of: images))
        #expect(first.losses.reconstruction == second.losses.reconstruction)
        #expect(first.losses.kl == second.losses.kl && first.losses.total != second.losses.total)
    }

    @Test(arguments: [smallModel, smallPerceptron])
    func threadsChangeNoBit(model: ModelConfiguration) throws {
        let images = try bars(50, model.imageShape)
        let test = try bars(13, model.imageShape, seed: 4)
        let training = TrainingConfiguration(
            epochs: 2, batchSize: 24,
            importance: ImportanceWeighting(samples: 6, isDoublyReparameterised: true))
        let trained = try (1...3).map { threads in
            let trainer = try Trainer(model, training, threads: threads)
            try trainer.fit(images, test: test)
            return trainer
        }
        for other in trained.dropFirst() {
            #expect(identical(other.model.parameters, trained[0].model.parameters))
            #expect(other.history.map(\.test) == trained[0].history.map(\.test))
        }
        let losses = try #require(trained[0].history.last?.test)
        #expect(losses.penalty != nil && !losses.isWeightedSum)
    }

    @Test func whatCannotBeIsRefused() throws {
        let importance = ImportanceWeighting(samples: 5)
        let cases: [TrainingConfiguration] = [
            .init(importance: ImportanceWeighting(samples: 0)),
            .init(importance: ImportanceWeighting(samples: 4097)),
            .init(klWeight: 2, importance: importance),
            .init(klSchedule: KLSchedule(cycles: 1), importance: importance),
            .init(freeBits: 1, importance: importance),
            .init(capacity: KLCapacity(nats: 1, epochs: 1), importance: importance),
        ]
        for training in cases {
            let error = #expect(throws: VAEError.self) { try training.validate() }
            #expect(error?.subject == "importance samples" && error?.kind == .invalidArgument)
        }
    }

    /// A file without it reads as it did, and one with it comes back.
    @Test func isPartOfTheConfiguration() throws {
        var training = TrainingConfiguration()
        let plain = try JSONEncoder().encode(training)
        #expect(!String(decoding: plain, as: UTF8.self).contains("importance"))
        training.importance = ImportanceWeighting(samples: 7, isDoublyReparameterised: true)
        let read = try JSONDecoder().decode(
            TrainingConfiguration.self, from: try JSONEncoder().encode(training))
        #expect(read == training)
    }
}
