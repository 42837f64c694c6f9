import Kernels
import ReferenceKernels
import Testing

/// The nearest codes, the way back through them, and their running means.
@Suite("Codes")
struct QuantisationTests {
    /// A layer with all that it works on.
    private struct Bench {
        let layer: Quantisation
        let vectors, output, kept, below, above, gradients, parameters, packed: Guarded
        let binding: Binding
        let weights: Weights
        let capacity: Int

        init(
            _ layer: Quantisation, capacity: Int, vectors: [Float], codes: [Float], counts: [Float]
        ) throws {
            self.layer = layer
            self.capacity = capacity
            let needs = layer.needs(images: capacity, givesInputGradient: true)
            self.vectors = try Guarded(vectors)
            output = try Guarded(untouched: vectors.count)
            kept = try Guarded(untouched: needs.kept)
            below = try Guarded(untouched: vectors.count)
            above = try Guarded(untouched: vectors.count)
            gradients = try Guarded(untouched: codes.count + counts.count)
            parameters = try Guarded(codes + counts)
            packed = try Guarded(untouched: needs.packed)
            let scratch = try Guarded(untouched: needs.scratch)
            self.scratch = scratch
            binding = Binding(
                capacity: capacity, inputs: [self.vectors.region], output: output.region,
                inputGradients: [below.region], addsToInputGradient: [false],
                outputGradient: above.region, scratch: scratch.region, kept: kept.region,
                parameters: [0..<codes.count, codes.count..<codes.count + counts.count],
                packed: 0..<needs.packed)
            weights = Weights(parameters: parameters.region, packed: packed.region)
            layer.pack(parameters.region.prefix(codes.count), into: packed.region)
        }

        let scratch: Guarded
        var areAllIntact: Bool {
            areIntact([vectors, output, kept, below, above, gradients, parameters, packed, scratch])
        }
    }

    private static func layer(_ size: Int, _ dimension: Int, positions: Int, _ tiles: Tiles?) -> Quantisation
    {
        Quantisation(
            shape: [positions * dimension], size: size, dimension: dimension, commitment: 0.25, tiles: tiles)
    }

    private static let engines: [Tiles?] = [nil] + Tiles.available.map { $0 }

    /// Few codes, which tiles compute one by one, and many; vectors of one number and of more than a tile.
    @Test(arguments: [(2, 1), (3, 2), (4, 5), (5, 3), (17, 8), (128, 32), (300, 65)])
    func nearestCodes(size: Int, dimension: Int) throws {
        var random = SplitMix(state: UInt64(size))
        let (capacity, positions) = (3, 7)
        let vectors = random.values(capacity * positions * dimension)
        let codes = random.values(size * dimension)
        for tiles in Self.engines {
            let layer = Self.layer(size, dimension, positions: positions, tiles)
            let bench = try Bench(
                layer, capacity: capacity, vectors: vectors, codes: codes,
                counts: [Float](repeating: 1, count: size))
            bench.layer.forward(bench.binding, bench.weights, count: capacity)
            let expected = layer.referenceNumbers(vectors.doubles, codes: codes.doubles)
            for (row, number) in bench.kept.values.map({ Int($0) }).enumerated() {
                let vector = vectors[row * dimension..<(row + 1) * dimension]
                func distance(_ code: Int) -> Double {
                    zip(vector, codes[code * dimension..<(code + 1) * dimension]).reduce(0) {
                        $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
                    }
                }
                // Products of numbers below 1 are rounded (D + 2) times, and so is half a square; twice that for two codes, and the
                // distance is twice the score.
                let bound = 8 * Double(dimension + 2) * unitRoundoff * Double(dimension)
                #expect(distance(number) - distance(expected[row]) <= bound)
                let quantised = bench.output.values[row * dimension..<(row + 1) * dimension]
                #expect(Array(quantised) == Array(codes[number * dimension..<(number + 1) * dimension]))
            }
            #expect(bench.areAllIntact || bench.layer.kind.isEmpty)
        }
    }

    /// Whole numbers are computed exactly: equally near codes are told apart by their numbers alone.
    @Test(arguments: [2, 4, 6, 40]) func theFirstOfEqualOnes(size: Int) throws {
        for tiles in Self.engines {
            let layer = Self.layer(size, 2, positions: 4, tiles)
            // Codes 0 and 1 and all others beyond them in pairs.
            let codes: [Float] = (0..<size).flatMap { code -> [Float] in [Float(code / 2 * 2), 1] }
            let bench = try Bench(
                layer, capacity: 1, vectors: [0, 1, 1, 5, Float(size - 1), 1, -3, 0], codes: codes,
                counts: [Float](repeating: 1, count: size))
            bench.layer.forward(bench.binding, bench.weights, count: 1)
            // The second lies between two pairs, at the same distance.
            let last = Float((size - 1) / 2 * 2)
            #expect(bench.kept.values == [0, 0, size == 2 ? 0 : last, 0])
        }
    }

    /// Straight-through, and 2β(z_e − z_q)·scale; sums and numbers of vectors add up over micro-batches.
    @Test func theWayBack() throws {
        var random = SplitMix(state: 4)
        let (size, dimension, positions, count) = (6, 3, 5, 4)
        let vectors = random.values(count * positions * dimension)
        let codes = random.values(size * dimension)
        let layer = Self.layer(size, dimension, positions: positions, Tiles.available.first)
        let bench = try Bench(
            layer, capacity: count, vectors: vectors, codes: codes,
            counts: [Float](repeating: 1, count: size))
        bench.layer.forward(bench.binding, bench.weights, count: count)
        let gradient = random.values(vectors.count)
        let scale: Float = 0.125
        for accumulating in [false, true] {
            bench.above.region.copy(from: gradient.span)
            layer.backward(
                bench.binding, bench.weights,
                BackwardPass(
                    count: count, gradients: bench.gradients.region, accumulating: accumulating,
                    klScale: scale))
            let reference = layer.referenceBackward(
                gradient.doubles, inputs: [vectors.doubles], output: bench.output.values.doubles,
                parameters: [codes.doubles], count: count, wanted: [true])
            #expect(reference.inputs[0] == gradient.doubles)
            let pull = layer.referenceCommitment(
                vectors.doubles, bench.output.values.doubles, count: count
            ).gradient
            let expected = gradient.indices.map { Double(gradient[$0]) + Double(scale) * pull[$0] }
            // The difference, its product and the sum are rounded once each, of numbers below 2.
            #expect(
                excess(
                    bench.below.values, expected,
                    bounds: expected.indices.map { _ in 4 * unitRoundoff }) <= 1)
            let times = accumulating ? 2.0 : 1
            let (sums, numbers) = (reference.parameters[0], reference.parameters[1])
            let found = bench.gradients.values
            #expect(found.suffix(size).map(Double.init) == numbers.map { times * $0 })
            #expect(
                excess(
                    Array(found.prefix(codes.count)), sums.map { times * $0 },
                    bounds: bounds(
                        sums.indices.map { times * numbers[$0 / dimension] },
                        terms: 2 * count * positions)) <= 1)
        }
        #expect(bench.areAllIntact)
    }

    /// The commitment and its gradient, against slopes.
    @Test func commitment() throws {
        var random = SplitMix(state: 9)
        let layer = Self.layer(4, 3, positions: 2, nil)
        let (vectors, codes) = (random.values(18), random.values(18))
        let (at, to, losses) = (try Guarded(vectors), try Guarded(codes), try Guarded(untouched: 3))
        layer.measureCommitment(at.region, to.region, count: 3, into: losses.region)
        let expected = layer.referenceCommitment(vectors.doubles, codes.doubles, count: 3)
        #expect(
            excess(losses.values, expected.losses, bounds: expected.losses.map { 1.001 * unitRoundoff * $0 })
                <= 1)
        #expect(areIntact([at, to, losses]))
        for index in vectors.indices {
            func loss(_ step: Double) -> Double {
                var moved = vectors.doubles
                moved[index] += step
                return layer.referenceCommitment(moved, codes.doubles, count: 3).losses.reduce(0, +)
            }
            // A square's central difference is exact but for rounding.
            #expect(abs((loss(1e-4) - loss(-1e-4)) / 2e-4 - expected.gradient[index]) < 1e-10)
        }
    }

    /// Each number is computed in Double and rounded once, as is the one that it follows from.
    @Test func runningMeans() throws {
        var random = SplitMix(state: 3)
        let rule = RunningCodes(size: 5, dimension: 3, decay: 0.9)
        let start = random.values(15)
        let numbers: [Float] = [3, 0, 1e-3, 40, 7]
        let (codes, counts, sums) = (try Guarded(start), try Guarded(numbers), try Guarded(untouched: 15))
        rule.begin(codes: codes.region, counts: counts.region, sums: sums.region)
        var (e, n, m) = (codes.values.doubles, counts.values.doubles, sums.values.doubles)
        #expect(m == zip(start, numbers.flatMap { [$0, $0, $0] }).map { Double($0 * $1) })
        for _ in 0..<4 {
            let (batch, hits) = (random.values(15), (0..<5).map { Float($0 * 3) })
            let (batchSums, batchCounts) = (try Guarded(batch), try Guarded(hits))
            rule.update(
                codes: codes.region, counts: counts.region, sums: sums.region,
                batchSums: batchSums.region, batchCounts: batchCounts.region)
            rule.referenceStep(
                codes: &e, counts: &n, sums: &m, batchSums: batch.doubles, batchCounts: hits.doubles)
            #expect(excess(counts.values, n, bounds: n.map { 2 * unitRoundoff * $0 + 1e-30 }) <= 1)
            #expect(excess(sums.values, m, bounds: m.map { _ in 4 * unitRoundoff * 40 }) <= 1)
            // Code 1 was never used but for hits: its sum is small, its number 0.3 or more.
            #expect(
                excess(codes.values, e, bounds: e.map { 8 * unitRoundoff * (abs($0) + 40 / 0.3) }) <= 1)
            (e, n, m) = (codes.values.doubles, counts.values.doubles, sums.values.doubles)
            #expect(areIntact([batchSums, batchCounts]))
        }
        #expect(areIntact([codes, counts, sums]))
    }

    /// Only codes of less than the share begin again: each at a vector of the batch, with the mean number.
    @Test func codesThatBeginAgain() throws {
        let rule = RunningCodes(size: 4, dimension: 2, decay: 0.9)
        let (start, numbers): ([Float], [Float]) = ([1, 2, 3, 4, 5, 6, 7, 8], [10, 0.9, 1.1, 8])
        let vectors: [Float] = [20, 21, 30, 31, 40, 41]
        func run(all: Bool, seed: UInt64, share: Double = 0.2) throws -> (codes: [Float], counts: [Float]) {
            let (codes, counts) = (try Guarded(start), try Guarded(numbers))
            let (sums, batch) = (try Guarded(start), try Guarded(vectors))
            var stream = RandomStream(seed: seed, purpose: .codeRestart, epoch: 2, item: 3)
            let restarted = rule.restart(
                codes: codes.region, counts: counts.region, sums: sums.region, below: share, all: all,
                from: batch.region, rows: 3, &stream)
            #expect(areIntact([codes, counts, sums, batch]))
            for code in 0..<4 where codes.values[2 * code] >= 20 {
                #expect(counts.values[code] == 5)
                #expect(
                    sums.values[2 * code..<2 * code + 2].map { $0 }
                        == codes.values[2 * code..<2 * code + 2].map { 5 * $0 })
            }
            #expect(restarted == codes.values.count { $0 >= 20 } / 2)
            return (codes.values, counts.values)
        }
        // The mean is 5: below a fifth of it there is one code.
        let one = try run(all: false, seed: 1)
        #expect(one.codes[0...1] == [1, 2] && one.codes[4...] == [5, 6, 7, 8])
        #expect([[20, 21], [30, 31], [40, 41]].contains(Array(one.codes[2...3])))
        #expect(one.counts == [10, 5, 1.1, 8])
        let all = try run(all: true, seed: 1)
        #expect(all.codes.allSatisfy { $0 >= 20 })
        #expect(try run(all: true, seed: 1) == all)
        #expect(try (2..<8).contains { try run(all: true, seed: $0) != all })
        #expect(try run(all: false, seed: 1, share: 0) == (start, numbers))
    }
}
