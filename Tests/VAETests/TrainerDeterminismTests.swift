import Testing
import VAECore

@testable import VAE

/// Threads, runs and callbacks do not change a bit of the trained model; seeds and data do.
@Suite("Training is reproducible", .oversubscribed)
struct TrainerDeterminismTests {
    let folder = try! ScratchFolder()

    /// Batches of one image; of whole micro-batches; of a part of one; with a partial last batch; and one of 300,
    /// whose shards hold several micro-batches each.
    @Test(arguments: [1, 8, 5, 13, 64, 300])
    func threadsDoNotMatter(batchSize: Int) throws {
        let images = try bars(batchSize == 300 ? 310 : 70, smallModel.imageShape)
        let training = TrainingConfiguration(epochs: 2, batchSize: batchSize, seed: 3)
        let expected = try Trainer(smallModel, training, threads: 1).trained(images, in: folder)
        for threads in [1, 2, 3, 8, 256] {
            let bytes = try Trainer(smallModel, training, threads: threads).trained(images, in: folder)
            #expect(identical(bytes, expected), "\(threads) threads")
        }
    }

    /// Enough parameters that Adam's update is shared out between threads, too.
    @Test func threadsDoNotMatterForTheDefaultModel() throws {
        let images = try bars(40, ModelConfiguration().imageShape)
        let training = TrainingConfiguration(epochs: 1, batchSize: 24)
        let expected = try Trainer(ModelConfiguration(), training, threads: 1).trained(images, in: folder)
        for threads in [2, 3] {
            let trainer = try Trainer(ModelConfiguration(), training, threads: threads)
            #expect(trainer.threads == threads)
            #expect(identical(try trainer.trained(images, in: folder), expected), "\(threads) threads")
        }
    }

    /// Dense layers go through in larger micro-batches: of a part of one, of one, and of several.
    @Test(arguments: [5, 20, 64, 150, 3000])
    func threadsDoNotMatterToDenseLayers(batchSize: Int) throws {
        let images = try bars(batchSize + 10, smallPerceptron.imageShape)
        let training = TrainingConfiguration(epochs: 2, batchSize: batchSize, binarization: .stochastic)
        let expected = try Trainer(smallPerceptron, training, threads: 1).trained(images, in: folder)
        for threads in [2, 3, 8] {
            let bytes = try Trainer(smallPerceptron, training, threads: threads).trained(images, in: folder)
            #expect(identical(bytes, expected), "\(threads) threads")
        }
    }

    /// Gradients of the log-variances are summed over images in one order, too.
    @Test(arguments: [Likelihood.gaussianChannel, .gaussianValue, .studentT], [5, 64, 300])
    func threadsDoNotMatterToVariances(likelihood: Likelihood, batchSize: Int) throws {
        for var model in [smallModel, smallPerceptron] {
            model.likelihood = likelihood
            let images = try bars(batchSize + 10, model.imageShape)
            let training = TrainingConfiguration(epochs: 2, batchSize: batchSize, seed: 4)
            let expected = try Trainer(model, training, threads: 1).trained(images, in: folder)
            for threads in [2, 3, 8] {
                let bytes = try Trainer(model, training, threads: threads).trained(images, in: folder)
                #expect(identical(bytes, expected), "\(threads) threads")
            }
        }
    }

    /// Norms, penalties, decay and averages: of one shard, of several, and of more parameters than a thread updates at a time.
    @Test(arguments: CheckpointTests.variedConfigurations, [5, 64, 300])
    func threadsDoNotMatterToObjectives(configuration: TrainingConfiguration, batchSize: Int) throws {
        let wide = ModelConfiguration.fullyConnected(
            imageShape: smallModel.imageShape, hiddenUnits: [240, 40], latentSize: 3)
        var configuration = configuration
        configuration.batchSize = batchSize
        configuration.patience = nil
        let (images, test) = (
            try bars(batchSize + 10, wide.imageShape), try bars(9, wide.imageShape, seed: 2)
        )
        func outcome(_ threads: Int) throws -> CheckpointTests.Outcome {
            let trainer = try Trainer(wide, configuration, threads: threads)
            try trainer.fit(images, test: test)
            return CheckpointTests.Outcome(trainer)
        }
        let expected = try outcome(1)
        for threads in [2, 3, 8] { #expect(try outcome(threads) == expected, "\(threads) threads") }
    }

    @Test func seedAndDataDoMatter() throws {
        let images = try bars(16, smallModel.imageShape)
        func train(_ images: ImageSet, seed: UInt64) throws -> [UInt8] {
            try Trainer(smallModel, TrainingConfiguration(epochs: 1, batchSize: 8, seed: seed), threads: 2)
                .trained(images, in: folder)
        }
        let first = try train(images, seed: 1)
        #expect(try train(images, seed: 1) == first)
        #expect(try train(images, seed: 2) != first)
        #expect(try train(images, seed: 1 << 32 | 1) != first)
        #expect(try train(bars(16, smallModel.imageShape, seed: 2), seed: 1) != first)
    }

    @Test func trainersDoNotDisturbEachOther() async throws {
        let images = try bars(70, smallModel.imageShape)
        let bytes = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for threads in [1, 2, 3, 4] {
                group.addTask {
                    let training = TrainingConfiguration(epochs: 2, batchSize: 32)
                    return try Trainer(smallModel, training, threads: threads)
                        .trained(images, in: ScratchFolder())
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(bytes).count == 1)
    }

    /// Losses, too, have the same bits.
    @Test func historiesAreEqual() throws {
        let images = try bars(50, smallModel.imageShape)
        let test = try bars(21, smallModel.imageShape, seed: 9)
        let histories = try [1, 2, 8].map { threads in
            let trainer = try Trainer(
                smallModel, TrainingConfiguration(epochs: 3, batchSize: 20), threads: threads)
            var steps: [StepReport] = []
            try trainer.fit(images, test: test, onStep: { steps.append($0) })
            return (steps, trainer.history.map { [$0.train, $0.test] })
        }
        #expect(histories[1] == histories[0])
        #expect(histories[2] == histories[0])
    }

    /// More workers than images would have nothing to do, and each has a workspace; nor than shards, where images of one can't be shared.
    @Test(arguments: [(1, 1), (8, 1), (9, 2), (300, 38), (1 << 20, 128)])
    func thereAreNoMoreWorkersThanWork(batchSize: Int, shards: Int) throws {
        #expect(Sharding(batchSize: batchSize).count == shards)
        let training = TrainingConfiguration(batchSize: batchSize)
        #expect(try Trainer(smallModel, training, threads: 256).threads <= batchSize)
        #expect(try Trainer(smallModel, training, threads: 256, products: .blas).threads <= shards)
    }

    /// Where micro-batches are large, parts are too, but for a batch that would have fewer than four of them.
    @Test(arguments: [
        (8, 1), (16, 1), (20, 2), (64, 4), (100, 4), (128, 4), (256, 4), (257, 5), (512, 8), (4096, 64),
    ])
    func shardsOfDenseLayers(batchSize: Int, shards: Int) throws {
        let perceptron = ModelConfiguration.fullyConnected(hiddenUnits: [200, 200], latentSize: 50)
        let microBatch = try Network(perceptron).microBatch
        #expect(microBatch == 64)
        #expect(Sharding(batchSize: batchSize, microBatch: microBatch).count == shards)
        #expect(try Network(ModelConfiguration()).microBatch == 8)
    }

    /// Every image of a batch of any size is in exactly one shard, and no shard is empty.
    @Test(arguments: [1, 8, 16, 64])
    func shardsCoverTheBatch(microBatch: Int) {
        for batchSize in Array(1...300) + [511, 512, 513, 4096, 5000] {
            let sharding = Sharding(batchSize: batchSize, microBatch: microBatch)
            for images in Set([1, batchSize / 2, batchSize - 1, batchSize]) where images > 0 {
                let parts = sharding.parts(of: images)
                let ranges = (0..<parts).map { sharding.images(of: $0, in: images) }
                #expect(parts <= sharding.count && parts <= 128)
                #expect(identical(ranges.flatMap(Array.init), Array(0..<images)))
                #expect(ranges.allSatisfy { !$0.isEmpty })
            }
        }
    }
}
