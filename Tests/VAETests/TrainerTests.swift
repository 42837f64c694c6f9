import Kernels
import ReferenceKernels
import Testing
import VAECore

@testable import VAE

@Suite("Training", .oversubscribed)
struct TrainerTests {
    /// A trainer's whole work, done again by hand in Double: shuffling, noise by image, partial last batches,
    /// the KL weight and Adam. ε = 1 keeps Adam from dividing by gradients close to 0, so that after eight steps
    /// parameters are still within 1e-5 of the tensor's largest.
    @Test(arguments: [1, 0, 0.25])
    func agreesWithTrainingByHand(klWeight: Double) throws {
        let images = try bars(30, smallModel.imageShape)
        let training = TrainingConfiguration(
            epochs: 2, batchSize: 9, learningRate: 0.05, epsilon: 1, klWeight: klWeight, seed: 12)
        let trainer = try Trainer(smallModel, training, threads: 2)
        let reference = try smallModel.reference
        let (size, latent) = (smallModel.imageShape.count, smallModel.latentSize)
        var parameters = trainer.model.weights.map { $0.values.map(Double.init) }
        var reports: [StepReport] = []
        try trainer.fit(images, onStep: { reports.append($0) })

        var optimizer = ReferenceOptimizer<Double>(reference, learningRate: 0.05, epsilon: 1)
        var steps = 0
        for epoch in 1...2 {
            var stream = RandomStream(seed: 12, purpose: .shuffle, epoch: epoch)
            let order = stream.permutation(of: 30).map(Int.init)
            var (reconstruction, kl) = (0.0, 0.0)
            for start in stride(from: 0, to: 30, by: 9) {
                let batch = order[start..<min(start + 9, 30)]
                let pixels = try batch.flatMap { image in
                    try images.pixels[image * size..<(image + 1) * size].map { Double($0) / 255 }
                }
                let noise = try batch.flatMap { image -> [Double] in
                    var stream = RandomStream(seed: 12, purpose: .trainingNoise, epoch: epoch, item: image)
                    let storage = try FloatStorage(count: latent)
                    stream.fillNormal(storage.region)
                    return storage.region.array().map(Double.init)
                }
                let pass = reference.run(pixels, noise: noise, parameters: parameters, klWeight: klWeight)
                steps += 1
                optimizer.step(&parameters, gradients: pass.gradients)
                reconstruction += pass.reconstruction.reduce(0, +)
                kl += pass.klDivergence.reduce(0, +)
                let report = reports[steps - 1]
                let seen = Double(start + batch.count)
                #expect(report.epoch == epoch && report.step == start / 9 + 1 && report.stepsPerEpoch == 4)
                #expect(report.images == start + batch.count && report.imagesPerEpoch == 30)
                #expect(
                    abs(report.running.reconstruction - reconstruction / seen) < 1e-5 * reconstruction / seen)
                #expect(abs(report.running.kl - kl / seen) < 1e-5 * kl / seen)
                #expect(report.running.total == report.running.reconstruction + klWeight * report.running.kl)
            }
            #expect(trainer.history[epoch - 1].train == reports[4 * epoch - 1].running)
        }
        #expect(reports.count == 8 && steps == 8)
        for (weight, expected) in zip(trainer.model.weights, parameters) {
            #expect(relativeError(weight.values, expected) < 1e-5, "\(weight.name)")
        }
    }

    @Test func theLossFalls() throws {
        let images = try bars(200, smallModel.imageShape)
        let test = try bars(50, smallModel.imageShape, seed: 2)
        let training = TrainingConfiguration(epochs: 8, batchSize: 16, learningRate: 5e-3)
        let trainer = try Trainer(smallModel, training, threads: 2)
        var epochs: [EpochReport] = []
        let model = try trainer.fit(images, test: test, onEpoch: { epochs.append($0) })
        #expect(epochs == trainer.history && epochs.map(\.epoch) == Array(1...8))
        #expect(epochs.allSatisfy { $0.seconds > 0 && $0.imagesPerSecond > 0 })
        // Grey everywhere costs 35 · ln 2 = 24.3 nats; four bars of five rows can be told from it.
        #expect(epochs[7].train.total < 0.8 * epochs[0].train.total)
        let measured = try #require(epochs[7].test)
        #expect(try measured.total < #require(epochs[0].test).total)
        // What was reported is what the trained model's own losses say, to the bit.
        #expect(try model.losses(of: test, seed: training.seed).mean() == measured)
    }

    /// A heavier divergence ends with a smaller one.
    @Test func theWeightPresses() throws {
        let images = try bars(160, smallModel.imageShape)
        let ends = try [0, 1, 30].map { weight in
            let training = TrainingConfiguration(
                epochs: 6, batchSize: 16, learningRate: 5e-3, klWeight: weight)
            let trainer = try Trainer(smallModel, training, threads: 1)
            try trainer.fit(images)
            #expect(trainer.history[5].train.klWeight == weight)
            return trainer.history[5].train.kl
        }
        #expect(ends[0] > 2 * ends[1] && ends[1] > 2 * ends[2])
    }

    /// Without a test set there is no test loss; epochs and steps are counted from 1; a batch may be the whole set.
    @Test(arguments: [(1, 12, 12), (5, 12, 3), (12, 12, 1)])
    func callbacksAreCounted(batch: Int, images: Int, steps: Int) throws {
        let trainer = try Trainer(smallModel, TrainingConfiguration(epochs: 3, batchSize: batch), threads: 2)
        var counts = (steps: 0, epochs: 0)
        try trainer.fit(
            bars(images, smallModel.imageShape),
            onStep: { report in
                #expect(report.epoch == counts.epochs + 1 && report.step == counts.steps % steps + 1)
                #expect(report.stepsPerEpoch == steps)
                counts.steps += 1
            },
            onEpoch: { report in
                counts.epochs += 1
                #expect(report.epoch == counts.epochs && report.test == nil)
            })
        #expect(counts.steps == 3 * steps && counts.epochs == 3)
    }

    @Test func aCancelledTaskStops() async throws {
        let task = Task {
            let trainer = try Trainer(
                smallModel, TrainingConfiguration(epochs: 100, batchSize: 4), threads: 2)
            var steps = 0
            let images = try bars(20, smallModel.imageShape)
            #expect(throws: CancellationError.self) {
                try trainer.fit(
                    images,
                    onStep: { _ in
                        steps += 1
                        if steps == 7 { withUnsafeCurrentTask { $0?.cancel() } }
                    })
            }
            return (steps, trainer.history.count)
        }
        let (steps, epochs) = try await task.value
        #expect(steps == 7 && epochs == 1)
    }

    /// What a callback throws comes out as it is, and the model is that of the last whole step.
    @Test func aThrowingCallbackStops() throws {
        struct Enough: Error, Equatable { let step: Int }
        let images = try bars(20, smallModel.imageShape)
        let training = TrainingConfiguration(epochs: 2, batchSize: 8)
        func stopped(after step: Int) throws -> Trainer {
            let trainer = try Trainer(smallModel, training, threads: 2)
            #expect(throws: Enough(step: step)) {
                try trainer.fit(images, onStep: { if $0.step == step { throw Enough(step: step) } })
            }
            return trainer
        }
        let (one, two) = (try stopped(after: 1), try stopped(after: 2))
        #expect(one.history.isEmpty)
        #expect(one.model.parameters == (try stopped(after: 1)).model.parameters)
        #expect(one.model.parameters != two.model.parameters)

        let trainer = try Trainer(smallModel, training, threads: 1)
        #expect(throws: Enough(step: 3)) {
            try trainer.fit(images, onEpoch: { _ in throw Enough(step: 3) })
        }
        #expect(trainer.history.count == 1)
    }

    @Test(arguments: [1e10, 1e30])
    func divergenceIsReported(learningRate: Double) throws {
        let trainer = try Trainer(
            smallModel, TrainingConfiguration(epochs: 5, batchSize: 4, learningRate: learningRate), threads: 2
        )
        let images = try bars(40, smallModel.imageShape)
        let error = #expect(throws: VAEError.self) { try trainer.fit(images) }
        #expect(error?.kind == .diverged)
        #expect(error?.subject.hasPrefix("loss in epoch 1, step") == true && error?.advice != nil)
    }
}
