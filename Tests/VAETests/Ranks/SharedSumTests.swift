import Kernels
import RankSupport
import Testing

@testable import VAE

/// The tree over a batch's shards, shared among ranks.
@Suite struct SharedSumTests {
    @Test func theTreeIsThatOfOneRank() {
        for count in 1...70 {
            let leaves = (0..<count).map(String.init)
            for ranks in 1...9 {
                let shared = SharedSum(of: count, ranks: ranks)
                #expect(shared.subtrees.flatMap { Array($0.leaves) } == Array(0..<count))
                for subtree in shared.subtrees {
                    let mine = SharedSum.leaves(of: subtree.rank, of: ranks, among: count)
                    #expect(mine.clamped(to: subtree.leaves) == subtree.leaves)
                }
                var sums = shared.subtrees.map { treeOfAdditions(Array(leaves[$0.leaves])) }
                for (target, source) in shared.additions {
                    sums[target] = "(\(sums[target])+\(sums[source]))"
                }
                #expect(sums[0] == treeOfAdditions(leaves), "\(count) shards, \(ranks) ranks")
            }
        }
    }

    @Test func ranksOfAPowerOfTwoSendOneSum() {
        for ranks in [1, 2, 4, 8, 16] {
            let shared = SharedSum(of: 16, ranks: ranks)
            #expect(shared.subtrees.count == ranks && shared.additions.count == ranks - 1)
        }
        // Seven ranks of sixteen shards have two or three each.
        #expect((0..<7).map { SharedSum.leaves(of: $0, of: 7, among: 16).count } == [2, 2, 2, 3, 2, 2, 3])
    }

    /// Of few shards they are in one tree with what is behind; of many their sum is the first of those.
    @Test func gradientsBehindTheShards() {
        for count in 1...70 {
            for (ranks, others) in [(1, 4), (2, 1), (3, 4), (5, 3), (9, 2)] {
                let shared = SharedSum(of: count, ranks: ranks, behind: others)
                var leaves = (0..<count + others).map(String.init)
                #expect(shared.subtrees.flatMap { Array($0.leaves) } == Array(0..<leaves.count))
                var sums = shared.subtrees.map { treeOfAdditions(Array(leaves[$0.leaves])) }
                for (target, source) in shared.additions {
                    sums[target] = "(\(sums[target])+\(sums[source]))"
                }
                if count > 32 {
                    leaves = [treeOfAdditions(Array(leaves.prefix(count)))] + leaves.suffix(others)
                }
                #expect(sums[0] == treeOfAdditions(leaves), "\(count) shards, \(ranks) ranks")
            }
        }
    }

    @Test func moreRanksThanShards() {
        let shared = SharedSum(of: 2, ranks: 5)
        #expect(shared.subtrees.map(\.leaves) == [0..<1, 1..<2])
        #expect(shared.subtrees.map(\.rank) == [2, 4])
    }
}
