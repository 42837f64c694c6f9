import RankSupport
import Testing

@testable import VAE

/// Sums of many gradients in few rows.
@Suite(.oversubscribed) struct GradientWavesTests {
    @Test(arguments: [1, 2, 33, 64, 100]) func theTreeIsThatOfAllRows(threads: Int) throws {
        for shards in 33...300 {
            let waves = try #require(GradientWaves(shards: shards, threads: threads))
            let room = waves.rows(of: shards)
            var rows = [String](repeating: "", count: room)
            waves.sum(shards) { range, row in
                for shard in range { rows[row + shard - range.lowerBound] = "\(shard)" }
            } add: { range in
                rows[range.lowerBound] = treeOfAdditions(Array(rows[range]))
            }
            #expect(
                rows[0] == treeOfAdditions((0..<shards).map(String.init)),
                "\(shards) shards, \(threads) threads")
            #expect(waves.width >= min(threads, shards) && room <= max(32, 2 * threads) + 4)
        }
    }

    @Test func fewShardsHaveARowEach() {
        #expect(GradientWaves(shards: 32, threads: 64) == nil)
        #expect(GradientWaves(shards: 128, threads: 2)?.rows(of: 128) == 34)
        #expect(GradientWaves(shards: 128, threads: 64)?.rows(of: 128) == 65)
    }

    /// A batch of more shards than there are rows, also where those of its last batch are few.
    @Test(arguments: [1, 3, 40]) func theBitsAreThoseOfAnyNumberOfThreads(threads: Int) async throws {
        var changed = RankTrainingTests.kinds[1]
        changed.training.batchSize = 600
        let kind = changed
        let images = try RankTrainingTests.images(1300, seed: 3)
        @Sendable func train(threads: Int) throws -> Checkpoint {
            let trainer = try Trainer(kind.model, kind.training, threads: threads)
            #expect(trainer.shards.count == 75)
            try trainer.fit(images)
            return trainer.checkpoint()
        }
        // Ranks have a row for each of their shards, and no waves.
        let ranks = await waitingFor {
            ThreadRanks.run(2) { try RankTrainingTests.train(kind, $0, threads: 1, images: images) }
        }
        for result in ranks {
            #expect(try result.get().parameters == train(threads: 2).parameters)
        }
        let (one, many) = try (train(threads: 2), train(threads: threads))
        #expect(one.parameters == many.parameters && one.secondMoment == many.secondMoment)
    }
}
