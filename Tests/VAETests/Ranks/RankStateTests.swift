import Kernels
import RankSupport
import Testing
import VAECore

@testable import VAE

/// State of which every rank has its own: whole wherever a checkpoint is taken.
@Suite struct RankStateTests {
    /// Of several chunks, so that ranks own some and the norm has several sums.
    static let kind = RankTrainingTests.Kind("many parameters, clipped, averaged") {
        $0.encoderUnits = [600]
    } _: {
        $0.clipNorm = 0.01
        $0.averaging = 0.9
    }

    /// Trains, and takes a checkpoint and a model after some steps and all epochs.
    private static func watched(_ ranks: (any Communicator)?, threads: Int) throws -> (
        [Checkpoint], [[Float]]
    ) {
        try Trainer.oversubscribing {
            let trainer = try Trainer(kind.model, kind.training, threads: threads, ranks: ranks)
            var (checkpoints, models) = ([Checkpoint](), [[Float]]())
            let watches = ranks == nil || ranks?.rank == 0
            try trainer.fit(
                RankTrainingTests.images(150, seed: 1), test: RankTrainingTests.images(41, seed: 2),
                onStep: { report in
                    if watches, report.step == 1 { models.append(trainer.model.parameters) }
                    if watches, report.step != 2 { checkpoints.append(trainer.checkpoint()) }
                },
                onEpoch: { _ in
                    if watches { models.append(trainer.model.parameters) }
                    if watches { checkpoints.append(trainer.checkpoint()) }
                })
            return (checkpoints + [trainer.checkpoint()], models)
        }
    }

    @Test(arguments: [(2, 1), (3, 2), (5, 1)])
    func checkpointsAreWholeWhereverTheyAreTaken(_ team: (ranks: Int, threads: Int)) async throws {
        let alone = try Self.watched(nil, threads: 1)
        let all = await waitingFor {
            ThreadRanks.run(team.ranks) { try Self.watched($0, threads: team.threads) }
        }
        let found = try all[0].get()
        #expect(found.0.count == alone.0.count && found.1 == alone.1)
        for (index, (found, alone)) in zip(found.0, alone.0).enumerated() {
            #expect(found.stepsTaken == alone.stepsTaken && found.parameters == alone.parameters, "\(index)")
            #expect(found.firstMoment == alone.firstMoment, "\(index)")
            #expect(found.secondMoment == alone.secondMoment && found.averages == alone.averages, "\(index)")
        }
        // All have everything when it is done.
        for rank in all {
            #expect(try rank.get().0.last?.secondMoment == alone.0.last?.secondMoment)
            #expect(try rank.get().0.last?.averages == alone.0.last?.averages)
        }
    }

    /// Rank 0 asks for the moments while another has failed: it has its checkpoint, and hears of it in its next step.
    @Test(arguments: [0, 1, 2]) func whatEndsATrainingWhileAllIsCollected(failing: Int) async throws {
        struct Enough: Error {}
        let all = await waitingFor {
            ThreadRanks.run(3) { ranks -> (Checkpoint?, Checkpoint, String) in
                try Trainer.oversubscribing {
                    let trainer = try Trainer(Self.kind.model, Self.kind.training, threads: 1, ranks: ranks)
                    var taken: Checkpoint?
                    do {
                        try trainer.fit(
                            RankTrainingTests.images(150, seed: 1),
                            onStep: { report in
                                guard report.step == 2 else { return }
                                if ranks.rank == 0 { taken = trainer.checkpoint() }
                                if ranks.rank == failing {
                                    if failing == 2 { throw Enough() }
                                    throw VAEError(.inputOutput, "image 7", "can't be read")
                                }
                            })
                    } catch {
                        return (taken, trainer.checkpoint(), "\(error)")
                    }
                    return (taken, trainer.checkpoint(), "no error")
                }
            }
        }
        let ends = try all.map { try $0.get() }
        let alone = try Trainer.oversubscribing {
            let trainer = try Trainer(Self.kind.model, Self.kind.training, threads: 1)
            #expect(throws: Enough.self) {
                try trainer.fit(
                    RankTrainingTests.images(150, seed: 1), onStep: { if $0.step == 2 { throw Enough() } })
            }
            return trainer.checkpoint()
        }
        #expect(ends[0].0?.secondMoment == alone.secondMoment)
        for (rank, end) in ends.enumerated() {
            #expect(end.1.firstMoment == alone.firstMoment && end.1.averages == alone.averages)
            guard rank != failing else { continue }
            #expect(
                end.2.contains(
                    failing == 2 ? "rank 2: has ended" : "rank \(failing): image 7: can't be read"),
                "rank \(rank): \(end.2)")
        }
    }
}
