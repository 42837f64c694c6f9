import Kernels
import RankSupport
import Testing
import VAECore

@testable import VAE

/// Trainings of several ranks: the bits of one process, and one end for all.
@Suite struct RankTrainingTests {
    /// Images of random pixels in five classes.
    static func images(_ count: Int, seed: UInt64) throws -> ImageSet {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        let shape = ImageShape(height: 9, width: 8)
        return try ImageSet(
            shape: shape,
            pixels: (0..<count * shape.count).map { _ in UInt8(truncatingIfNeeded: next() >> 32) },
            labels: (0..<count).map { $0 % 5 })
    }

    struct Kind: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let model: ModelConfiguration
        var training: TrainingConfiguration

        init(
            _ name: String, _ model: (inout ModelConfiguration) -> Void = { _ in },
            _ training: (inout TrainingConfiguration) -> Void = { _ in }
        ) {
            testDescription = name
            var made = ModelConfiguration(
                encoderFilters: [4, 6], decoderFilters: [6, 4], encoderUnits: [8], latentSize: 3)
            made.imageShape = ImageShape(height: 9, width: 8)
            model(&made)
            self.model = made
            // 150 images: the last batch of an epoch has fewer shards.
            var plan = TrainingConfiguration(epochs: 2, batchSize: 64)
            training(&plan)
            self.training = plan
        }
    }

    static let kinds = [
        Kind("default"),
        Kind("clipped, averaged", { _ in }) {
            $0.clipNorm = 0.01
            $0.averaging = 0.9
            $0.weightDecay = 0.01
        },
        Kind("several chunks, clipped", { $0.encoderUnits = [600] }) { $0.clipNorm = 0.01 },
        Kind("several chunks, a value's Gaussian") {
            $0.encoderUnits = [150]
            $0.likelihood = .gaussianValue
        },
        Kind("channel-wise Gaussian, mixture prior") {
            $0.likelihood = .gaussianChannel
            $0.prior = .mixture(components: 3)
        },
        Kind("VampPrior of a part") { $0.prior = .vamp(pseudoInputs: 5) },
        Kind("VampPrior of four parts, clipped", { $0.prior = .vamp(pseudoInputs: 150) }) {
            $0.clipNorm = 0.01
            $0.averaging = 0.9
        },
        Kind("importance-weighted", { _ in }) { $0.importance = ImportanceWeighting(samples: 3) },
        Kind("conditional") { $0.classes = [0, 1, 2, 3, 4] },
        Kind("codes") {
            $0.codebook = Codebook(size: 8, dimension: 3, restart: 0.3)
            $0.encoderUnits = []
            $0.latentSize = 6
        },
    ]

    static func train(
        _ kind: Kind, _ ranks: (any Communicator)?, threads: Int, images given: ImageSet? = nil
    ) throws -> Checkpoint {
        try Trainer.oversubscribing {
            let trainer = try Trainer(kind.model, kind.training, threads: threads, ranks: ranks)
            try trainer.fit(given ?? images(150, seed: 1), test: given == nil ? images(41, seed: 2) : nil)
            return trainer.checkpoint()
        }
    }

    @Test(arguments: kinds, [(2, 1), (3, 2), (4, 1), (7, 1), (8, 2)])
    func theBitsAreThoseOfOneProcess(_ kind: Kind, _ team: (ranks: Int, threads: Int)) async throws {
        let alone = try Self.train(kind, nil, threads: 1)
        let all = await waitingFor {
            ThreadRanks.run(team.ranks) { try Self.train(kind, $0, threads: team.threads) }
        }
        for result in all {
            let found = try result.get()
            #expect(found.parameters == alone.parameters && found.secondMoment == alone.secondMoment)
            #expect(found.firstMoment == alone.firstMoment && found.averages == alone.averages)
            #expect(found.history.map(\.train) == alone.history.map(\.train))
            #expect(found.history.map(\.test) == alone.history.map(\.test))
        }
    }

    private struct Ended: Error, Equatable {}

    /// A training that rank 0 ends after a step, and what every rank then has.
    private static func ended(_ kind: Kind, after step: Int, ranks: Int) -> [(Checkpoint, any Error)?] {
        ThreadRanks.run(ranks) { ranks in
            try Trainer.oversubscribing {
                let trainer = try Trainer(kind.model, kind.training, threads: 1, ranks: ranks)
                do {
                    try trainer.fit(
                        images(150, seed: 1), test: images(41, seed: 2),
                        onStep: { report in
                            if ranks.rank == 0, report.step == step { throw Ended() }
                        })
                } catch {
                    return (trainer.checkpoint(), error)
                }
                return nil
            }
        }.map { try! $0.get() }
    }

    @Test(arguments: [2, 3])
    func aTrainingEndsOnAllRanksAfterTheSameStep(step: Int) async throws {
        let kind = Self.kinds[1]
        let found = await waitingFor { Self.ended(kind, after: step, ranks: 3) }
        for (rank, end) in found.enumerated() {
            let (checkpoint, error) = try #require(end)
            #expect(checkpoint.stepsTaken == step && checkpoint.parameters == found[0]?.0.parameters)
            if rank == 0 {
                #expect(error is Ended)
            } else {
                #expect("\(error)".contains("rank 0: has ended the training"), "\(error)")
            }
        }
        // And goes on with another number of ranks, to the same bits.
        let rest = try #require(found[0]).0
        let all = await waitingFor {
            ThreadRanks.run(4) { ranks in
                try Trainer.oversubscribing {
                    let trainer = try Trainer(resuming: rest, threads: 1, ranks: ranks)
                    try trainer.fit(Self.images(150, seed: 1), test: Self.images(41, seed: 2))
                    return trainer.checkpoint()
                }
            }
        }
        let alone = try Self.train(kind, nil, threads: 2)
        for result in all {
            #expect(try result.get().parameters == alone.parameters)
            #expect(try result.get().secondMoment == alone.secondMoment)
        }
    }

    /// Nobody who is done leaves before all are: rank 0 may fail to write what the last epoch brought.
    @Test func whoFailsAfterTheLastStepIsHeard() async throws {
        let kind = Self.kinds[0]
        let all = await waitingFor {
            ThreadRanks.run(3) { ranks in
                try Trainer.oversubscribing {
                    let trainer = try Trainer(kind.model, kind.training, threads: 1, ranks: ranks)
                    try trainer.fit(
                        Self.images(150, seed: 1),
                        onEpoch: { report in
                            if ranks.rank == 0, report.epoch == kind.training.epochs {
                                throw VAEError(.inputOutput, "disk", "is full")
                            }
                        })
                }
            }
        }
        for (rank, result) in all.enumerated() {
            let words = rank == 0 ? "disk: is full" : "rank 0: disk: is full"
            #expect { try result.get() } throws: { "\($0)".hasPrefix(words) }
        }
    }

    @Test func aDivergenceIsTheSameOnAll() async throws {
        var kind = Self.kinds[0]
        kind.training.learningRate = 1e30
        let hot = kind
        let all = await waitingFor { ThreadRanks.run(3) { try Self.train(hot, $0, threads: 1) } }
        let texts = all.map { result -> String in
            if case .failure(let error) = result { "\(error)" } else { "no error" }
        }
        #expect(texts[0].contains("is not a finite number") && Set(texts).count == 1, "\(texts)")
    }

    @Test func theErrorOfOneRankIsThatOfAll() async throws {
        let all = await waitingFor {
            ThreadRanks.run(3) { ranks -> String in
                let exchange = try RankExchange(ranks)
                try exchange.agree()
                do throws(VAEError) {
                    try exchange.agree(
                        ranks.rank == 0
                            ? nil
                            : VAEError(
                                .inputOutput, "image \(ranks.rank)", "can't be read", advice: "Try again."))
                } catch {
                    // After the end nobody waits for a word.
                    exchange.leave()
                    return "\(error.kind) \(error)"
                }
                return "no error"
            }
        }
        for result in all {
            #expect(try result.get() == "inputOutput rank 1: image 1: can't be read. Try again.")
        }
    }

    /// Whose gradients are behind the sum of so many shards, and not beside each of them.
    @Test(arguments: [2, 3, 5]) func pseudoInputsBehindManyShards(ranks: Int) async throws {
        let kind = Kind("VampPrior, many shards") {
            $0.prior = .vamp(pseudoInputs: 40)
        } _: {
            $0.batchSize = 1150
            $0.epochs = 2
        }
        let images = try Self.images(1200, seed: 3)
        let shards = try Trainer(kind.model, kind.training, threads: 1).shardCount
        try #require(shards > GradientWaves.fewest, "\(shards) shards")
        let alone = try Self.train(kind, nil, threads: 2, images: images)
        let all = await waitingFor {
            ThreadRanks.run(ranks) { try Self.train(kind, $0, threads: 1, images: images) }
        }
        for result in all {
            #expect(try result.get().parameters == alone.parameters)
            #expect(try result.get().secondMoment == alone.secondMoment)
        }
    }
}
