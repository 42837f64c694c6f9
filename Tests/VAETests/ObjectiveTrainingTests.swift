import Foundation
import Kernels
import ReferenceKernels
import Testing
import VAECore

@testable import VAE

/// Schedules of the KL weight, free bits, capacities, and what an optimiser has besides.
@Suite("Other objectives and optimisers", .oversubscribed)
struct ObjectiveTrainingTests {
    func shares(_ schedule: KLSchedule, epochs: Int, stepsPerEpoch: Int) -> [Double] {
        (0..<epochs * stepsPerEpoch).map {
            schedule.factor(step: $0, stepsPerEpoch: stepsPerEpoch, epochs: epochs)
        }
    }

    @Test func warmUp() {
        let found = shares(KLSchedule(warmUpEpochs: 2), epochs: 4, stepsPerEpoch: 2)
        #expect(found == [0.25, 0.5, 0.75, 1, 1, 1, 1, 1])
    }

    /// Fu et al. 2019, equations 6 and 7, whose first step is 1, with R = ½.
    @Test(arguments: [(4, 4, 2), (6, 5, 4), (3, 7, 1), (3, 7, 3)])
    func cycles(epochs: Int, stepsPerEpoch: Int, cycles: Int) {
        let all = Double(epochs * stepsPerEpoch)
        let expected = (1...epochs * stepsPerEpoch).map { step in
            let place = (step - 1) % Int((all / Double(cycles)).rounded(.up))
            let share = Double(place) / (all / Double(cycles))
            return share <= 0.5 ? share / 0.5 : 1
        }
        let found = shares(KLSchedule(cycles: cycles), epochs: epochs, stepsPerEpoch: stepsPerEpoch)
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-14 } && found.count == expected.count)
        #expect(found.contains(1) && found.filter { $0 == 0 }.count == cycles)
    }

    /// Objectives with the parts they have in a step: the weight, and what it is a factor of.
    static let byHand: [TrainingConfiguration] = [
        TrainingConfiguration(klWeight: 0.5, klSchedule: KLSchedule(warmUpEpochs: 1)),
        TrainingConfiguration(klSchedule: KLSchedule(cycles: 2), weightDecay: 0.3),
        TrainingConfiguration(klWeight: 2, freeBits: 0.05, clipNorm: 1),
        TrainingConfiguration(klSchedule: KLSchedule(warmUpEpochs: 2), freeBits: 0.2, averaging: 0.6),
        TrainingConfiguration(klWeight: 3, capacity: KLCapacity(nats: 0.3, epochs: 2), clipNorm: 1e-1),
        TrainingConfiguration(weightDecay: 2, clipNorm: 0.5, averaging: 0.9),
    ]

    /// A trainer's whole work done again in Double. ε = 1 keeps Adam from dividing by gradients close to 0, so that after eight steps
    /// parameters are within 1e-5 of the tensor's largest.
    @Test(arguments: byHand)
    func agreesWithTrainingByHand(configuration: TrainingConfiguration) throws {
        var training = configuration
        (training.epochs, training.batchSize, training.seed) = (2, 9, 12)
        (training.learningRate, training.epsilon) = (0.05, 1)
        let images = try bars(30, smallModel.imageShape)
        let trainer = try Trainer(smallModel, training, threads: 2)
        let reference = try smallModel.reference
        let (size, latent) = (smallModel.imageShape.count, smallModel.latentSize)
        var parameters = trainer.model.weights.map { $0.values.map(Double.init) }
        var average = parameters
        var reports: [StepReport] = []
        try trainer.fit(images, onStep: { reports.append($0) })

        var optimizer = ReferenceOptimizer<Double>(
            reference, learningRate: 0.05, epsilon: 1, weightDecay: training.weightDecay ?? 0,
            clipNorm: training.clipNorm)
        var (steps, clipped) = (0, 0)
        for epoch in 1...2 {
            var stream = RandomStream(seed: 12, purpose: .shuffle, epoch: epoch)
            let order = stream.permutation(of: 30).map(Int.init)
            var penalty = 0.0
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
                let factor = training.klSchedule?.factor(step: steps, stepsPerEpoch: 4, epochs: 2) ?? 1
                let kind: DivergencePenalty =
                    if let least = training.freeBits {
                        .freeBits(least)
                    } else if let capacity = training.capacity {
                        .capacity(capacity.nats * Double(steps + 1) / 8)
                    } else { .divergence }
                let pass = reference.run(
                    pixels, noise: noise, parameters: parameters, klWeight: training.klWeight * factor,
                    penalty: kind)
                steps += 1
                let squares = pass.gradients.joined().reduce(0) { $0 + $1 * $1 }
                if let limit = training.clipNorm, squares.squareRoot() > limit { clipped += 1 }
                optimizer.step(&parameters, gradients: pass.gradients)
                let share = min(training.averaging ?? 0, Double(1 + steps) / Double(10 + steps))
                for (index, values) in parameters.enumerated() {
                    for place in values.indices {
                        average[index][place] =
                            share * average[index][place] + (1 - share) * values[place]
                    }
                }
                penalty += training.klWeight * factor * pass.penalty.reduce(0, +)
                let running = reports[steps - 1].running
                #expect((running.penalty != nil) == training.hasPenalty)
                let mean = penalty / Double(start + batch.count)
                #expect(abs(running.total - running.reconstruction - mean) < 1e-5 * (abs(mean) + 1))
                #expect(running.klWeight == training.klWeight * factor)
            }
            #expect(trainer.history[epoch - 1].train == reports[4 * epoch - 1].running)
        }
        // Where there is a limit, some steps feel it.
        #expect(training.clipNorm == nil || clipped > 0)
        for (weight, expected) in zip(trainer.model.weights, average) {
            #expect(relativeError(weight.values, expected) < 1e-5, "\(weight.name)")
        }
    }

    /// After every epoch the test loss is that of the last objective, whatever the weight is by then, and of the average.
    @Test func testLossesHaveTheFullWeight() throws {
        let images = try bars(30, smallModel.imageShape)
        let test = try bars(11, smallModel.imageShape, seed: 2)
        func trained(_ change: (inout TrainingConfiguration) -> Void) throws -> (Trainer, ImageLosses) {
            var training = TrainingConfiguration(epochs: 2, batchSize: 8, klWeight: 0.7)
            change(&training)
            let trainer = try Trainer(smallModel, training, threads: 2)
            try trainer.fit(images, test: test)
            return (trainer, try trainer.model.losses(of: test))
        }
        let changes: [(inout TrainingConfiguration) -> Void] = [
            { $0.klSchedule = KLSchedule(cycles: 1) }, { $0.freeBits = 3 },
            { $0.capacity = KLCapacity(nats: 4, epochs: 2) }, { $0.averaging = 0.9 },
        ]
        for (index, change) in changes.enumerated() {
            let (trainer, losses) = try trained(change)
            let found = try #require(trainer.history[1].test)
            let kl = losses.kl.reduce(0) { $0 + Double($1) } / 11
            let distance = losses.kl.reduce(0) { $0 + abs(Double($1) - 4) } / 11
            #expect(abs(found.kl - kl) < 1e-6 * kl && found.klWeight == 0.7)
            let expected = 0.7 * (index == 2 ? distance : kl)
            #expect(abs(found.total - found.reconstruction - expected) < 1e-6 * expected, "\(index)")
        }
    }

    /// Clipping at a norm that no gradient reaches changes no bit, though sums are made elsewhere.
    @Test func aHighLimitIsNone() throws {
        let images = try bars(70, smallModel.imageShape)
        let plain = TrainingConfiguration(epochs: 2, batchSize: 64)
        var limited = plain
        limited.clipNorm = 1e30
        let (first, second) = (
            try Trainer(smallModel, plain, threads: 2), try Trainer(smallModel, limited, threads: 2)
        )
        try first.fit(images)
        try second.fit(images)
        #expect(identical(first.model.parameters, second.model.parameters))
    }

    @Test func whatCannotBeIsRefused() throws {
        let both = try JSONDecoder().decode(
            KLSchedule.self, from: Data(#"{"cycles":1,"warmUpEpochs":1}"#.utf8))
        let cases: [(String, TrainingConfiguration)] = [
            ("KL warm-up epochs", .init(epochs: 3, klSchedule: KLSchedule(warmUpEpochs: 4))),
            ("KL warm-up epochs", .init(klSchedule: KLSchedule(warmUpEpochs: 0))),
            ("KL cycles", .init(epochs: 3, klSchedule: KLSchedule(cycles: 4))),
            ("KL cycles", .init(klSchedule: both)), ("free bits", .init(freeBits: 0)),
            ("free bits", .init(freeBits: .nan)),
            ("free bits", .init(freeBits: 1, capacity: KLCapacity(nats: 1, epochs: 1))),
            ("capacity", .init(capacity: KLCapacity(nats: 0, epochs: 1))),
            ("capacity epochs", .init(epochs: 3, capacity: KLCapacity(nats: 1, epochs: 4))),
            (
                "capacity",
                .init(klSchedule: KLSchedule(cycles: 1), capacity: KLCapacity(nats: 1, epochs: 1))
            ),
            ("KL weight", .init(klWeight: 0, freeBits: 1)),
            ("weight decay", .init(weightDecay: -1)), ("weight decay", .init(weightDecay: 1e3)),
            ("gradient norm", .init(clipNorm: 0)), ("gradient norm", .init(clipNorm: .infinity)),
            ("decay of the average", .init(averaging: 1)), ("decay of the average", .init(averaging: 0)),
        ]
        for (name, training) in cases {
            let error = #expect(throws: VAEError.self, "\(name)") { try training.validate() }
            #expect(error?.subject == name && error?.kind == .invalidArgument)
        }
        let trainer = try Trainer(
            smallModel, .init(epochs: 2, batchSize: 8, patience: 1, freeBits: 1), threads: 1)
        let error = #expect(throws: VAEError.self) { try trainer.fit(bars(20, smallModel.imageShape)) }
        #expect(error?.subject == "patience")
        // Of one step each, all of which would have a weight of 0.
        for (cycles, fits) in [(4, false), (2, true)] {
            let short = try Trainer(
                smallModel, .init(epochs: 4, batchSize: 20, klSchedule: KLSchedule(cycles: cycles)),
                threads: 1)
            let error = failure(of: short, try bars(20, smallModel.imageShape))
            #expect(error?.subject == (fits ? nil : "KL cycles"))
            if fits { #expect(short.history.map(\.train.klWeight) == [0, 1, 0, 1]) }
        }
    }

    private func failure(of trainer: Trainer, _ images: ImageSet) -> VAEError? {
        do { try trainer.fit(images) } catch { return error as? VAEError }
        return nil
    }

    /// What a training does not have is not written; what it has comes back.
    @Test func configurationsComeBack() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let plain = String(decoding: try encoder.encode(TrainingConfiguration()), as: UTF8.self)
        #expect(
            plain
                == #"{"batchSize":128,"beta1":0.9,"beta2":0.999,"epochs":15,"epsilon":1e-07,"klWeight":1,"learningRate":0.001,"schedule":{"decay":"constant","stepEpochs":10,"stepFactor":0.1,"warmUpEpochs":0},"seed":0}"#
        )
        for training in Self.byHand {
            let json = try encoder.encode(training)
            #expect(try JSONDecoder().decode(TrainingConfiguration.self, from: json) == training)
        }
    }
}
