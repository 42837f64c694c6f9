import Testing

@testable import Kernels

/// Products cut into pieces that OpenBLAS does not pack.
@Suite struct ProductPiecesTests {
    /// The products of the default model's layers, of dense layers, and of large matrices.
    static let shapes = [
        (m: 98, n: 64, k: 288), (98, 288, 64), (98, 64, 576), (98, 576, 64), (576, 64, 98), (288, 64, 392),
        (24, 64, 640),
        (8, 16, 3136), (1024, 1024, 1024), (128, 200, 784), (100_000, 784, 16), (1, 1_000_001, 1),
    ]

    @Test(arguments: shapes) func areSmallOrTheWhole(_ m: Int, _ n: Int, _ k: Int) {
        let pieces = ProductPieces(m, n, k, areSmallKernelsUsable: true)
        guard pieces != ProductPieces(rows: m, columns: n) else { return }
        #expect(pieces.rows * pieces.columns * k <= ProductPieces.mostMultiplications)
        #expect(pieces.rows <= m && pieces.columns <= n)
        // None is so low or so narrow that packing would be faster, but the last.
        #expect(pieces.rows >= min(m, 24) / 2 + 1 && pieces.columns >= min(n, 64))
    }

    @Test func sizesAreThoseMeasured() {
        func pieces(_ m: Int, _ n: Int, _ k: Int) -> ProductPieces {
            ProductPieces(m, n, k, areSmallKernelsUsable: true)
        }
        #expect(pieces(98, 64, 288) == ProductPieces(rows: 49, columns: 64))
        #expect(pieces(98, 576, 64) == ProductPieces(rows: 25, columns: 576))
        #expect(pieces(576, 64, 98) == ProductPieces(rows: 144, columns: 64))
        // What is small already, and what would fall into slivers, stays whole.
        #expect(pieces(98, 128, 64) == ProductPieces(rows: 98, columns: 128))
        #expect(pieces(1024, 1024, 1024) == ProductPieces(rows: 1024, columns: 1024))
        #expect(
            ProductPieces(98, 576, 64, areSmallKernelsUsable: false) == ProductPieces(rows: 98, columns: 576))
    }

    /// Whatever the pieces, each element is its own sum, and what lies between rows is left alone.
    @Test(arguments: MatrixProductTests.Variant.all)
    func allElementsAreComputedOnce(_ variant: MatrixProductTests.Variant) throws {
        let (m, n, k, gap) = (13, 21, 6, 3)
        var random = SplitMix(state: 5)
        let (a, b, before) = (random.values(m * k), random.values(k * n), random.values(m * (n + gap)))
        let (left, right) = (try Guarded(a), try Guarded(b))
        let matrixA =
            variant.transposedA
            ? Matrix(left.region, rows: k, columns: m).transposed : Matrix(left.region, rows: m, columns: k)
        let matrixB =
            variant.transposedB
            ? Matrix(right.region, rows: n, columns: k).transposed : Matrix(right.region, rows: k, columns: n)
        for pieces in [(13, 21), (1, 21), (5, 8), (4, 1), (12, 20), (7, 11)] {
            let result = try Guarded(before)
            multiply(
                matrixA, matrixB, into: Matrix(result.region, rows: m, columns: n, stride: n + gap),
                accumulating: variant.accumulating,
                in: ProductPieces(rows: pieces.0, columns: pieces.1))
            #expect(result.isIntact)
            let values = result.values
            for i in 0..<m {
                for j in 0..<n + gap {
                    let at = i * (n + gap) + j
                    guard j < n else {
                        #expect(values[at] == before[at])
                        continue
                    }
                    var sum = variant.accumulating ? Double(before[at]) : 0
                    var magnitude = abs(sum)
                    for l in 0..<k {
                        let product =
                            Double(a[variant.transposedA ? l * m + i : i * k + l])
                            * Double(b[variant.transposedB ? j * k + l : l * n + j])
                        sum += product
                        magnitude += abs(product)
                    }
                    // K + 1 roundings, each of at most half a unit in the last place of the magnitude.
                    #expect(
                        abs(Double(values[at]) - sum) <= Double(k + 2) * 0x1p-24 * magnitude,
                        "\(pieces) \(i) \(j)")
                }
            }
        }
    }

    @Test func transposesCopy() throws {
        let values = (0..<35).map { Float($0) }
        let (from, to) = (try Guarded(values), try Guarded(untouched: 35))
        transpose(Matrix(from.region, rows: 5, columns: 7), into: to.region)
        let expected = (0..<35).map { index -> Float in values[index % 5 * 7 + index / 5] }
        #expect(to.values == expected)
        #expect(to.isIntact && from.isIntact)
    }
}
