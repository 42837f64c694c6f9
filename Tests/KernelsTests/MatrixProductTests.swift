import Foundation
import Kernels
import Synchronization
import Testing

@Suite("Matrix products")
struct MatrixProductTests {
    /// Which operands are read as transposes, and whether the product is added.
    struct Variant: Sendable, CustomTestStringConvertible {
        let transposedA: Bool
        let transposedB: Bool
        let accumulating: Bool

        static let all = (0..<8).map {
            Variant(transposedA: $0 & 1 > 0, transposedB: $0 & 2 > 0, accumulating: $0 & 4 > 0)
        }

        var testDescription: String {
            "\(accumulating ? "+=" : "=") a\(transposedA ? "ᵀ" : "") b\(transposedB ? "ᵀ" : "")"
        }
    }

    /// Sizes around those where BLAS changes its way of working: vectors, register blocks, the small-matrix path
    /// (M·N·K up to 10⁶) and beyond.
    static let shapes: [(m: Int, n: Int, k: Int)] = {
        let small = [1, 2, 3, 5, 8, 9]
        var shapes = small.flatMap { m in small.flatMap { n in small.map { (m, n, $0) } } }
        var random = SplitMix(state: 1)
        let sizes = [1, 2, 7, 15, 16, 17, 31, 33, 64, 65, 100, 129]
        for _ in 0..<40 { shapes.append((random.pick(sizes), random.pick(sizes), random.pick(sizes))) }
        return shapes + [(784, 1, 9), (1, 300, 1), (9, 1, 2500), (130, 120, 110), (50, 72, 300)]
    }()

    /// An element is a sum of K products in single precision: its error is at most K·u·Σ|a||b|.
    @Test(arguments: Variant.all)
    func agreesWithATripleLoop(variant: Variant) throws {
        for (m, n, k) in Self.shapes {
            var random = SplitMix(state: UInt64(m << 40 + n << 20 + k))
            let (a, b, before) = (random.values(m * k), random.values(k * n), random.values(m * n))
            let (regionA, regionB) = (try Guarded(a), try Guarded(b))
            let result = try variant.accumulating ? Guarded(before) : Guarded(untouched: m * n)
            let matrixA =
                variant.transposedA
                ? Matrix(regionA.region, rows: k, columns: m).transposed
                : Matrix(regionA.region, rows: m, columns: k)
            let matrixB =
                variant.transposedB
                ? Matrix(regionB.region, rows: n, columns: k).transposed
                : Matrix(regionB.region, rows: k, columns: n)
            multiply(
                matrixA, matrixB, into: Matrix(result.region, rows: m, columns: n),
                accumulating: variant.accumulating)

            var (expected, magnitudes) = ([Double](), [Double]())
            for i in 0..<m {
                for j in 0..<n {
                    var sum = variant.accumulating ? Double(before[i * n + j]) : 0
                    var magnitude = abs(sum)
                    for l in 0..<k {
                        let product =
                            Double(a[variant.transposedA ? l * m + i : i * k + l])
                            * Double(b[variant.transposedB ? j * k + l : l * n + j])
                        sum += product
                        magnitude += abs(product)
                    }
                    expected.append(sum)
                    magnitudes.append(magnitude)
                }
            }
            let off = excess(result.values, expected, bounds: bounds(magnitudes, terms: k))
            #expect(off <= 1, "\(m)×\(k) times \(k)×\(n)")
            #expect(result.isIntact && regionA.isIntact && regionB.isIntact)
            #expect(identical(regionA.values, a) && identical(regionB.values, b))
        }
    }

    /// The empty sum is 0, and where nothing is to be written nothing is.
    @Test func emptyProducts() throws {
        let (nothing, result) = (try Guarded([]), try Guarded(untouched: 6))
        let rows = Matrix(nothing.region, rows: 2, columns: 0)
        let columns = Matrix(nothing.region, rows: 0, columns: 3)
        multiply(rows, columns, into: Matrix(result.region, rows: 2, columns: 3))
        #expect(result.values == [0, 0, 0, 0, 0, 0])
        result.region.fill(with: 1)
        multiply(rows, columns, into: Matrix(result.region, rows: 2, columns: 3), accumulating: true)
        #expect(result.values == [1, 1, 1, 1, 1, 1])
        multiply(
            Matrix(nothing.region, rows: 0, columns: 3), Matrix(result.region, rows: 3, columns: 2),
            into: Matrix(nothing.region, rows: 0, columns: 2))
        #expect(nothing.isIntact && result.isIntact)
    }

    /// A number that is none in one row stays in that row; infinities and NaN are not lost.
    @Test func notANumberSpreadsAsInTheSum() throws {
        for size in [3, 40, 130] {
            var a = [Float](repeating: 1, count: size * size)
            a[size + 1] = .nan
            let (left, right) = (try Guarded(a), try Guarded([Float](repeating: 1, count: size * size)))
            let result = try Guarded(untouched: size * size)
            multiply(
                Matrix(left.region, rows: size, columns: size),
                Matrix(right.region, rows: size, columns: size),
                into: Matrix(result.region, rows: size, columns: size))
            for (index, value) in result.values.enumerated() {
                #expect(index / size == 1 ? value.isNaN : value == Float(size))
            }
        }
    }

    /// OpenBLAS keeps buffers that threads share. Sixteen of them at once, on fewer cores, must not show in a bit.
    @Test func sixteenThreadsAtOnceGetTheSameBits() {
        let shapes = [(33, 17, 29), (128, 9, 64), (64, 64, 64), (1, 300, 7), (130, 120, 110), (5, 3, 2)]
        @Sendable func product(_ index: Int) -> [UInt32] {
            let (m, n, k) = shapes[index % shapes.count]
            var random = SplitMix(state: UInt64(index % shapes.count))
            guard let a = try? Guarded(random.values(m * k)), let b = try? Guarded(random.values(k * n)),
                let result = try? Guarded(untouched: m * n)
            else { return [] }
            multiply(
                Matrix(a.region, rows: m, columns: k), Matrix(b.region, rows: k, columns: n),
                into: Matrix(result.region, rows: m, columns: n))
            return result.isIntact ? result.values.map(\.bitPattern) : []
        }
        let expected = shapes.indices.map(product)
        let differences = Mutex(0)
        // A sanitizer takes fifty times the time.
        let rounds = isSanitized ? 50 : 1000
        let finished = DispatchSemaphore(value: 0)
        for thread in 0..<16 {
            Thread.detachNewThread {
                for round in 0..<rounds
                where product(thread + round) != expected[(thread + round) % shapes.count] {
                    differences.withLock { $0 += 1 }
                }
                finished.signal()
            }
        }
        for _ in 0..<16 { finished.wait() }
        #expect(differences.withLock { $0 } == 0)
        #expect(expected.allSatisfy { !$0.isEmpty })
    }

    @Test func theLibraryIsNamed() {
        #expect(OpenBLAS.configuration.hasPrefix("OpenBLAS"))
        #expect(!OpenBLAS.core.isEmpty)
    }
}
