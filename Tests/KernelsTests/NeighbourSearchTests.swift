import Kernels
import ReferenceKernels
import Testing

/// The search must give what comparing all pairs in Double gives, to the bit, wherever single precision fails.
@Suite("Nearest neighbours by products")
struct NeighbourSearchTests {
    /// What points can be like.
    enum Kind: CaseIterable {
        case ordinary
        /// Few positions, many points in each: ties everywhere.
        case grid
        /// Ten thousand spreads away from the origin.
        case farAway
        /// One point a million times farther out than the others.
        case outlier
        /// Squares underflow, or overflow, in single precision.
        case tiny, huge
        /// Coordinates near the largest float of either sign, whose differences overflow.
        case extreme
        /// Nothing but one position.
        case same

        func values(_ count: Int, _ size: Int, _ random: inout SplitMix) -> [Float] {
            var values = random.values(count * size)
            switch self {
            case .ordinary: break
            case .grid: for index in values.indices { values[index] = (values[index] * 2).rounded() }
            case .farAway: for index in values.indices { values[index] += 10_000 }
            case .outlier: for axis in 0..<size { values[(count / 2) * size + axis] *= 1e6 }
            case .tiny: for index in values.indices { values[index] *= 1e-30 }
            case .huge: for index in values.indices { values[index] *= 1e30 }
            case .extreme: for index in values.indices { values[index] = values[index] < 0 ? -3e38 : 3e38 }
            case .same: values = [Float](repeating: 0.3, count: count * size)
            }
            return values
        }
    }

    /// Counts on both sides of a block of queries (64) and of points (1024).
    @Test(arguments: [1, 2, 3, 17, 50], Kind.allCases)
    func asComparingAllPairs(size: Int, kind: Kind) throws {
        var random = SplitMix(state: UInt64(size))
        for (queryCount, pointCount, k) in [(1, 1, 1), (65, 130, 10), (5, 1100, 7), (3, 12, 12)] {
            let points = kind.values(pointCount, size, &random)
            let queries = kind.values(queryCount, size, &random)
            let expected = Reference.neighbours(of: queries, among: points, size: size, k: k)
            let found = try NeighbourSearch.search(
                queries, among: points, size: size, k: k, pool: WorkerPool(threads: 2))
            #expect(identical(found.indices, expected.indices))
            #expect(identical(found.squaredDistances, expected.squaredDistances))
        }
    }

    @Test(arguments: Kind.allCases)
    func noPointIsItsOwnNeighbour(kind: Kind) throws {
        var random = SplitMix(state: 5)
        let points = kind.values(70, 4, &random)
        let expected = Reference.neighbours(of: points, among: points, size: 4, k: 6, leavingOneOut: true)
        let found = try NeighbourSearch.search(
            points, among: points, size: 4, k: 6, leavingOneOut: true, pool: WorkerPool(threads: 1))
        #expect(identical(found.indices, expected.indices))
        for query in 0..<70 { #expect(!found.indices[query * 6..<query * 6 + 6].contains(Int32(query))) }
    }

    @Test func sameForAnyNumberOfThreads() throws {
        var random = SplitMix(state: 9)
        let (points, queries) = (random.values(3000 * 5), random.values(500 * 5))
        let results = try [1, 2, 3, 8].map {
            try NeighbourSearch.search(queries, among: points, size: 5, k: 10, pool: WorkerPool(threads: $0))
        }
        for result in results { #expect(result == results[0]) }
    }
}
