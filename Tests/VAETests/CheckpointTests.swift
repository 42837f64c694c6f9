import Testing
import VAECore

@testable import VAE

/// A training that is interrupted, written down, read back and continued ends with the same bits.
@Suite("Resuming is exact", .oversubscribed)
struct CheckpointTests {
    struct Stop: Error {}

    /// All that a resumed training must share with one that never stopped; times differ.
    struct Outcome: Equatable {
        let model: [Float]
        let moments: [[Float]]
        let losses: [[Losses?]]
        let steps: Int

        init(_ trainer: Trainer) {
            let checkpoint = trainer.checkpoint()
            model = checkpoint.parameters
            moments = [checkpoint.firstMoment, checkpoint.secondMoment, checkpoint.averages ?? []]
            losses = trainer.history.map { [$0.train, $0.test] }
            steps = checkpoint.stepsTaken
        }
    }

    static let configurations = [
        TrainingConfiguration(epochs: 3, batchSize: 8, seed: .max),
        TrainingConfiguration(
            epochs: 3, batchSize: 7, learningRate: 0.02, klWeight: 0.5, seed: 5,
            schedule: LearningRateSchedule(.cosine, warmUpEpochs: 1)),
        TrainingConfiguration(
            epochs: 4, batchSize: 20, learningRate: 0.02,
            schedule: LearningRateSchedule(.step, stepEpochs: 1, stepFactor: 0.5), patience: 3),
        // So high a rate that the loss rises, and patience ends the training.
        TrainingConfiguration(epochs: 30, batchSize: 8, learningRate: 0.5, seed: 3, patience: 2),
    ]

    /// At every step, on another number of threads each time.
    @Test(arguments: configurations)
    func atEveryStep(configuration: TrainingConfiguration) throws {
        try expectTheSame(smallModel, configuration)
    }

    /// What an objective or an optimiser has besides: schedules that end between the first and the last step, averages, clipped gradients.
    @Test(arguments: variedConfigurations)
    func ofOtherObjectives(configuration: TrainingConfiguration) throws {
        try expectTheSame(smallPerceptron, configuration)
    }

    static let variedConfigurations = [
        TrainingConfiguration(
            epochs: 3, batchSize: 8, klWeight: 0.3, seed: 2, klSchedule: KLSchedule(warmUpEpochs: 2),
            weightDecay: 0.1, averaging: 0.9),
        TrainingConfiguration(
            epochs: 4, batchSize: 7, seed: 3, patience: 2, klSchedule: KLSchedule(cycles: 3), freeBits: 0.2,
            clipNorm: 5),
        TrainingConfiguration(
            epochs: 3, batchSize: 9, klWeight: 20, seed: 4, capacity: KLCapacity(nats: 3, epochs: 2),
            clipNorm: 100, averaging: 0.99),
        TrainingConfiguration(
            epochs: 2, batchSize: 8, seed: 5,
            importance: ImportanceWeighting(samples: 3, isDoublyReparameterised: true)),
    ]

    /// Fully connected, with a learned variance, or one for each value; and images that are drawn anew in every epoch.
    @Test(arguments: [
        (smallPerceptron, TrainingConfiguration(epochs: 3, batchSize: 9, learningRate: 0.01, seed: 6)),
        (
            .fullyConnected(
                imageShape: smallModel.imageShape, hiddenUnits: [6], likelihood: .gaussianValue, latentSize: 2
            ),
            TrainingConfiguration(epochs: 2, batchSize: 9, learningRate: 0.01, seed: 8)
        ),
        (
            smallModel, TrainingConfiguration(epochs: 3, batchSize: 8, seed: 7, binarization: .stochastic)
        ),
        (
            .fullyConnected(imageShape: smallModel.imageShape, hiddenUnits: [], latentSize: 2),
            TrainingConfiguration(epochs: 2, batchSize: 5, binarization: .threshold)
        ),
        (
            smallModel,
            TrainingConfiguration(
                epochs: 3, batchSize: 8, seed: 8, binarization: .stochastic,
                augmentation: Augmentation(flip: true, shift: 2, rotation: 10, brightness: 0.1))
        ),
    ])
    func ofOtherModels(model: ModelConfiguration, configuration: TrainingConfiguration) throws {
        try expectTheSame(model, configuration)
    }

    private func expectTheSame(_ model: ModelConfiguration, _ configuration: TrainingConfiguration) throws {
        let images = try bars(20, model.imageShape)
        let test = try bars(6, model.imageShape, seed: 2)
        let whole = try Trainer(model, configuration, threads: 2)
        try whole.fit(images, test: test)
        let expected = Outcome(whole)
        #expect(configuration.epochs < 30 || whole.history.count < 30)

        var files: [[UInt8]] = []
        let watched = try Trainer(model, configuration, threads: 1)
        files.append(try watched.checkpoint().serialized())
        try watched.fit(
            images, test: test, onStep: { _ in files.append(try watched.checkpoint().serialized()) },
            onEpoch: { _ in files.append(try watched.checkpoint().serialized()) })
        #expect(files.count == 1 + expected.steps + whole.history.count)
        for (index, file) in files.enumerated() {
            let checkpoint = try Checkpoint(bytes: file, source: "file")
            let trainer = try Trainer(resuming: checkpoint, threads: [1, 2, 3, 8][index % 4])
            try trainer.fit(images, test: test)
            #expect(Outcome(trainer) == expected, "checkpoint \(index) of \(files.count)")
            #expect(trainer.isFinished)
        }
    }

    /// One that is stopped after each of its steps, again and again.
    @Test func aStepAtATime() throws {
        let images = try bars(20, smallModel.imageShape)
        let configuration = TrainingConfiguration(epochs: 2, batchSize: 8, seed: 4)
        let whole = try Trainer(smallModel, configuration, threads: 2)
        try whole.fit(images)
        var trainer = try Trainer(smallModel, configuration, threads: 1)
        var stops = 0
        while !trainer.isFinished {
            do { try trainer.fit(images, onStep: { _ in throw Stop() }) } catch is Stop { stops += 1 }
            trainer = try Trainer(
                resuming: Checkpoint(bytes: trainer.checkpoint().serialized(), source: "file"),
                threads: stops % 3 + 1)
        }
        #expect(stops == 6)
        #expect(Outcome(trainer) == Outcome(whole))
    }

    /// One that is stopped while the test images are measured measures them again.
    @Test func withinTheTest() async throws {
        let images = try bars(20, smallModel.imageShape)
        // Five micro-batches: the first pieces are one and two of them at most.
        let test = try bars(40, smallModel.imageShape, seed: 2)
        let configuration = TrainingConfiguration(epochs: 2, batchSize: 8, seed: 4)
        let whole = try Trainer(smallModel, configuration, threads: 1)
        try whole.fit(images, test: test)
        for pause in 1...3 {
            var (pauses, epochs) = (0, 0)
            let trainer = try Trainer(smallModel, configuration, threads: 1)
            #expect(throws: Stop.self) {
                try trainer.fit(
                    images, test: test,
                    whileTesting: {
                        pauses += 1
                        if pauses == pause { throw Stop() }
                    }, onEpoch: { _ in epochs += 1 })
            }
            #expect(pauses == pause && epochs == 0 && trainer.history.isEmpty)
            let checkpoint = trainer.checkpoint()
            #expect(checkpoint.stepsOfEpoch == 3 && checkpoint.stepsTaken == 3)
            let resumed = try Trainer(
                resuming: Checkpoint(bytes: checkpoint.serialized(), source: "file"), threads: 2)
            try resumed.fit(images, test: test)
            #expect(Outcome(resumed) == Outcome(whole))
        }
        let task = Task { () throws -> Int in
            let trainer = try Trainer(smallModel, configuration, threads: 1)
            #expect(throws: CancellationError.self) {
                try trainer.fit(
                    images, test: test, whileTesting: { withUnsafeCurrentTask { $0?.cancel() } })
            }
            return trainer.history.count
        }
        #expect(try await task.value == 0)
    }

    /// Without a checkpoint, too: a second call of `fit` goes on within the epoch.
    @Test func fitGoesOn() throws {
        let images = try bars(20, smallModel.imageShape)
        let configuration = TrainingConfiguration(epochs: 2, batchSize: 8)
        let whole = try Trainer(smallModel, configuration, threads: 1)
        try whole.fit(images)
        let trainer = try Trainer(smallModel, configuration, threads: 1)
        var seen: [Int] = []
        while !trainer.isFinished {
            _ = try? trainer.fit(
                images,
                onStep: {
                    seen.append($0.step)
                    if $0.step == 2 { throw Stop() }
                })
        }
        #expect(seen == [1, 2, 3, 1, 2, 3])
        #expect(Outcome(trainer) == Outcome(whole))
    }

    @Test func epochsCanBeRaised() throws {
        let images = try bars(20, smallModel.imageShape)
        let whole = try Trainer(smallModel, TrainingConfiguration(epochs: 3, batchSize: 8), threads: 1)
        try whole.fit(images)
        let first = try Trainer(smallModel, TrainingConfiguration(epochs: 1, batchSize: 8), threads: 1)
        try first.fit(images)
        let second = try Trainer(resuming: first.checkpoint(), epochs: 3, threads: 1)
        #expect(!second.isFinished && second.configuration.epochs == 3)
        try second.fit(images)
        #expect(Outcome(second) == Outcome(whole))
    }

    @Test func whatWouldChangeTheResultIsRefused() throws {
        let images = try bars(20, smallModel.imageShape)
        let test = try bars(6, smallModel.imageShape, seed: 2)
        var configuration = TrainingConfiguration(epochs: 3, batchSize: 8)
        let trainer = try Trainer(smallModel, configuration, threads: 1)
        _ = try? trainer.fit(images, test: test, onStep: { if $0.step == 2 { throw Stop() } })
        let checkpoint = try Checkpoint(bytes: trainer.checkpoint().serialized(), source: "file")
        func refusal(_ train: ImageSet, _ test: ImageSet?) throws -> VAEError? {
            let trainer = try Trainer(resuming: checkpoint, threads: 1)
            let error = #expect(throws: VAEError.self) { try trainer.fit(train, test: test) }
            #expect(trainer.checkpoint() == checkpoint)
            return error
        }
        for train in [try bars(20, smallModel.imageShape, seed: 3), try bars(19, smallModel.imageShape)] {
            let error = try refusal(train, test)
            #expect(error?.subject == "training images" && error?.kind == .invalidArgument)
            #expect(error?.expected?.contains("20 images") == true)
        }
        #expect(try refusal(images, nil)?.subject == "test images")
        #expect(try refusal(images, bars(6, smallModel.imageShape, seed: 4))?.subject == "test images")

        for epochs in [2, 0, -1] {
            let error = #expect(throws: VAEError.self) {
                try Trainer(resuming: checkpoint, epochs: epochs, threads: 1)
            }
            #expect(error?.subject == "epochs" && error?.found == "\(epochs)")
        }
        configuration.schedule.decay = .cosine
        let cosine = try Trainer(smallModel, configuration, threads: 1).checkpoint()
        let error = #expect(throws: VAEError.self) { try Trainer(resuming: cosine, epochs: 4, threads: 1) }
        #expect(error?.problem.contains("cosine") == true)
        configuration.schedule.decay = .constant
        configuration.klSchedule = KLSchedule(cycles: 2)
        let cycles = try Trainer(smallModel, configuration, threads: 1).checkpoint()
        let other = #expect(throws: VAEError.self) { try Trainer(resuming: cycles, epochs: 4, threads: 1) }
        #expect(other?.problem.contains("cycles") == true)
    }

    /// A checkpoint's model is the trainer's.
    @Test func itsModelCanBeUsed() throws {
        let trainer = try Trainer(
            smallModel, TrainingConfiguration(epochs: 1, batchSize: 8), threads: 1, products: .blas)
        try trainer.fit(bars(20, smallModel.imageShape))
        let checkpoint = trainer.checkpoint()
        #expect(try checkpoint.model().parameters == trainer.model.parameters)
        #expect(checkpoint.products == .blas)
        #expect(try Trainer(resuming: checkpoint, threads: 1).products == .blas)
    }
}
