import Kernels
import Testing

/// Random numbers with a name. Seeds are fixed: a statistic is computed once and for all, and the limits say how
/// far from its mean it may lie (a chance below 1 in 10,000 for a sound generator).
@Suite("Random streams")
struct RandomStreamTests {
    func words(_ stream: RandomStream, _ count: Int = 64) -> [UInt32] {
        var stream = stream
        return (0..<count).map { _ in stream.next() }
    }

    /// A stream is Philox with key (seed, seed ≫ 32) at counters (position, item, epoch, purpose).
    @Test func theCounterNamesTheNumber() {
        let generator = Philox4x32(key: SIMD2(0x89AB_CDEF, 0x0123_4567))
        let stream = RandomStream(seed: 0x0123_4567_89AB_CDEF, purpose: .trainingNoise, epoch: 7, item: 42)
        let expected = (0..<16).flatMap { position -> [UInt32] in
            let block = generator.block(at: SIMD4(UInt32(position), 42, 7, 3))
            return (0..<4).map { block[$0] }
        }
        #expect(words(stream) == expected)
    }

    /// Renumbering would change every run that was ever made.
    @Test func purposesKeepTheirNumbers() {
        let purposes: [RandomStream.Purpose] = [
            .initialWeights, .shuffle, .trainingNoise, .testNoise, .priorSample, .augmentation,
        ]
        #expect(purposes.map(\.rawValue) == [1, 2, 3, 4, 5, 10])
    }

    @Test func streamsDiffer() {
        let streams = [
            RandomStream(seed: 0, purpose: .shuffle),
            RandomStream(seed: 1, purpose: .shuffle),
            RandomStream(seed: 1 << 32, purpose: .shuffle),
            RandomStream(seed: 0, purpose: .shuffle, epoch: 1),
            RandomStream(seed: 0, purpose: .shuffle, item: 1),
            RandomStream(seed: 0, purpose: .trainingNoise),
            RandomStream(seed: 0, purpose: .testNoise),
        ]
        // Not one 32-bit word in 448 is had twice: by chance that has a probability of 2e-5.
        #expect(Set(streams.flatMap { words($0) }).count == 64 * streams.count)
        #expect(words(streams[0]) == words(RandomStream(seed: 0, purpose: .shuffle)))
    }

    @Test func uniformNumbers() {
        var stream = RandomStream(seed: 1, purpose: .initialWeights)
        let count = 100_000
        var (sum, squares, least, greatest) = (0.0, 0.0, 1.0, 0.0)
        for _ in 0..<count {
            let value = stream.uniform()
            #expect(value >= 0 && value < 1 && (value * 0x1p24).rounded() == value * 0x1p24)
            sum += Double(value)
            squares += Double(value) * Double(value)
            least = min(least, Double(value))
            greatest = max(greatest, Double(value))
        }
        // Standard deviations of the means: 1/√(12n) and √(4/45)/√n.
        #expect(abs(sum / Double(count) - 0.5) < 4 * 0.2887 / Double(count).squareRoot())
        #expect(abs(squares / Double(count) - 1.0 / 3) < 4 * 0.2981 / Double(count).squareRoot())
        #expect(least < 1e-3 && greatest > 0.999)
    }

    /// Chi-square over the indices. The quantile at 0.9999 for ν degrees of freedom is about
    /// ν·(1 − 2/9ν + 3.719·√(2/9ν))³ (Wilson and Hilferty 1931).
    @Test(arguments: [2, 3, 7, 10, 100, 1000] as [UInt32])
    func indicesAreUnbiased(bound: UInt32) {
        var stream = RandomStream(seed: 5, purpose: .shuffle)
        let draws = 60_000
        var counts = [Int](repeating: 0, count: Int(bound))
        for _ in 0..<draws { counts[Int(stream.index(below: bound))] += 1 }
        let expected = Double(draws) / Double(bound)
        let statistic = counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        #expect(statistic < quantile(Double(bound - 1)), "\(statistic)")
    }

    /// With a bound of ¾·2³² plain multiplication would give each third index, 0, 3, 6 …, twice as often as others.
    @Test func largeBoundsAreUnbiased() {
        let bound: UInt32 = 3 << 30
        var stream = RandomStream(seed: 6, purpose: .shuffle)
        var thirds = [0, 0, 0]
        var remainders = [0, 0, 0]
        for _ in 0..<60_000 {
            let index = stream.index(below: bound)
            #expect(index < bound)
            thirds[Int(index >> 30)] += 1
            remainders[Int(index % 3)] += 1
        }
        for counts in [thirds, remainders] {
            let statistic = counts.reduce(0) { $0 + Double(($1 - 20_000) * ($1 - 20_000)) / 20_000 }
            #expect(statistic < quantile(2), "\(counts)")
        }
        #expect((0..<100).allSatisfy { _ in stream.index(below: 1) == 0 })
    }

    private func quantile(_ freedom: Double) -> Double {
        let h = 2 / (9 * freedom)
        let root = 1 - h + 3.719 * h.squareRoot()
        return freedom * root * root * root
    }

    @Test(arguments: [0, 1, 2, 3, 100, 5000])
    func permutations(count: Int) {
        var stream = RandomStream(seed: 7, purpose: .shuffle)
        let order = stream.permutation(of: count)
        #expect(order.sorted() == Array(0..<UInt32(count)))
        if count > 3 { #expect(order != order.sorted() && stream.permutation(of: count) != order) }
    }

    /// Each of the 24 orders of four comes equally often.
    @Test func everyOrderIsAsLikely() {
        var counts: [[UInt32]: Int] = [:]
        for epoch in 0..<24_000 {
            var stream = RandomStream(seed: 8, purpose: .shuffle, epoch: epoch)
            counts[stream.permutation(of: 4), default: 0] += 1
        }
        #expect(counts.count == 24)
        let statistic = counts.values.reduce(0.0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
        #expect(statistic < quantile(23), "\(statistic)")
    }

    /// Moments of the standard normal, and no correlation within the pairs of Box and Muller.
    @Test func normalNumbers() throws {
        let count = 200_000
        let region = try Guarded(untouched: count)
        var stream = RandomStream(seed: 9, purpose: .trainingNoise)
        stream.fillNormal(region.region)
        let values = region.values.doubles
        #expect(values.allSatisfy(\.isFinite) && region.isIntact)
        func mean(_ power: Int) -> Double {
            values.reduce(0) { sum, x in sum + (0..<power).reduce(1) { product, _ in product * x } }
                / Double(count)
        }
        // Standard deviations of the means of xᵏ, k = 1 … 4: √1, √2, √15, √96 over √n.
        let limits = [1, 2, 15, 96].map { 4 * ($0 / Double(count)).squareRoot() }
        #expect(abs(mean(1)) < limits[0])
        #expect(abs(mean(2) - 1) < limits[1])
        #expect(abs(mean(3)) < limits[2])
        #expect(abs(mean(4) - 3) < limits[3])
        let products = stride(from: 0, to: count, by: 2).reduce(0) { $0 + values[$1] * values[$1 + 1] }
        #expect(abs(products / Double(count / 2)) < 4 * (2 / Double(count)).squareRoot())
        // One in 370 lies outside ±3; of 200,000 that is 540 ± 23.
        #expect(abs(values.count { abs($0) > 3 } - 540) < 93)
    }

    /// An odd length takes the first of its last pair; a fill is the pairs in order.
    @Test func fillsOfEveryLength() throws {
        for count in [0, 1, 2, 3, 7] {
            let region = try Guarded(untouched: count)
            var stream = RandomStream(seed: 10, purpose: .testNoise, item: 3)
            stream.fillNormal(region.region)
            var again = RandomStream(seed: 10, purpose: .testNoise, item: 3)
            let pairs = (0..<4).flatMap { _ -> [Float] in
                let pair = again.normalPair()
                return [pair.x, pair.y]
            }
            #expect(region.values == Array(pairs.prefix(count)) && region.isIntact)
        }
        let region = try Guarded(untouched: 1000)
        var stream = RandomStream(seed: 11, purpose: .initialWeights)
        stream.fillUniform(region.region, limit: 0.25)
        #expect(region.values.allSatisfy { $0 >= -0.25 && $0 < 0.25 } && region.isIntact)
        #expect(region.values.contains { $0 < -0.2 } && region.values.contains { $0 > 0.2 })
    }
}
