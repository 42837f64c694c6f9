import Testing

@testable import Kernels

/// The tree in which shards are added: fixed by their numbers, so that parts of it can be had apart.
@Suite("Pairwise sums")
struct PairwiseSumTests {
    /// The definition: neighbours in pairs, level by level; what has no partner goes up as it is.
    private func tree(_ values: [Double]) -> Double {
        var level = values
        while level.count > 1 {
            level = stride(from: 0, to: level.count, by: 2).map {
                $0 + 1 < level.count ? level[$0] + level[$0 + 1] : level[$0]
            }
        }
        return level.first ?? 0
    }

    @Test func isTheTreeOfPairs() {
        var random = SplitMix(state: 3)
        for count in 0...70 {
            let values = random.values(count).map { Double($0) * 1e9 + Double(random.signed()) }
            #expect(PairwiseSum.of(count) { values[$0] } == tree(values), "\(count) values")
        }
    }

    /// An aligned run of 2ᵏ addends can be added alone, and the rest without knowing what was in it.
    @Test func subtreesCanBeAddedAlone() {
        var random = SplitMix(state: 4)
        for count in [5, 8, 13, 16, 31] {
            let values = random.values(count).map { Double($0) * 1e9 + Double(random.signed()) }
            for size in [1, 2, 4, 8] {
                let runs = stride(from: 0, to: count, by: size).map { start in
                    PairwiseSum.of(min(size, count - start)) { values[start + $0] }
                }
                #expect(PairwiseSum.of(runs.count) { runs[$0] } == tree(values), "\(count) by \(size)")
            }
        }
    }

    /// Rows of floats, as Adam adds the shards' gradients: the same tree for every element, whatever the number and length of rows.
    @Test func rowsAreAddedAsTheTree() throws {
        var random = SplitMix(state: 5)
        for count in 1...33 {
            for (length, stride) in [(1, 1), (7, 11), (64, 64)] {
                let before = random.values(count * stride).map { $0 * 1e4 + random.signed() }
                let rows = try Guarded(before)
                PairwiseSum.addRows(rows.region.base, count: count, stride: stride, length: length)
                for index in 0..<length {
                    var level = (0..<count).map { before[$0 * stride + index] }
                    while level.count > 1 {
                        level = Swift.stride(from: 0, to: level.count, by: 2).map {
                            $0 + 1 < level.count ? level[$0] + level[$0 + 1] : level[$0]
                        }
                    }
                    #expect(rows.values[index] == level[0], "\(count) rows of \(length), \(stride) apart")
                }
                #expect(areIntact([rows]))
            }
        }
    }

    /// In another order these would be another number: the test can fail.
    @Test func anotherOrderHasOtherBits() {
        let values = [1e16, 1, -1e16, 1]
        #expect(PairwiseSum.of(4) { values[$0] } == (1e16 + 1) + (-1e16 + 1))
        #expect(PairwiseSum.of(4) { values[$0] } != values.reduce(0, +))
    }
}
