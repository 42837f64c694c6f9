import CBLAS

/// A check that products of the kernels in use are right, which takes a few milliseconds.
///
/// Factors are whole numbers of 9 bits and of 6, and sums of at most 500 products of them stay below 2²⁴: all are exact in single
/// precision, in whatever order they are added. A result is right or wrong, without a tolerance, and kernels that round their
/// factors to 8 bits are found, too.
enum ProductCheck {
    /// Rows, columns and depth. OpenBLAS has ways of their own for small products, up to 10⁶ multiplications, and for single
    /// rows and columns; the two large ones are packed, the second of them in two parts of its depth.
    private static let sizes: [(m: Int, n: Int, k: Int)] = [
        (1, 1, 1), (3, 5, 7), (1, 65, 47), (47, 1, 65), (17, 31, 29), (129, 117, 73), (45, 47, 500),
    ]

    /// result = a · b + beta · result, of matrices row by row, each stored as its transpose where `transposed` says so.
    typealias Multiply<Scalar> =
        @Sendable (
            _ size: (m: Int, n: Int, k: Int), _ transposed: (a: Bool, b: Bool), _ a: [Scalar], _ b: [Scalar],
            _ beta: Scalar, _ result: UnsafeMutablePointer<Scalar>
        ) -> Void

    /// `sgemm` and `dgemm`, on which LAPACK stands, in all orders of storage, with a result that is written over and one that is added to.
    static func passes(single: Multiply<Float> = sgemm, double: Multiply<Double> = dgemm) -> Bool {
        OpenBLAS.prepare()
        return sizes.allSatisfy { size in
            let example = Example(size)
            return example.isRight(single) && example.isRight(double)
        }
    }

    static func sgemm(
        _ size: (m: Int, n: Int, k: Int), _ transposed: (a: Bool, b: Bool), _ a: [Float], _ b: [Float],
        _ beta: Float,
        _ result: UnsafeMutablePointer<Float>
    ) {
        let (m, n, k) = (Int32(size.m), Int32(size.n), Int32(size.k))
        cblas_sgemm(
            CblasRowMajor, order(transposed.a), order(transposed.b), m, n, k, 1, a, transposed.a ? m : k, b,
            transposed.b ? k : n, beta, result, n)
    }

    static func dgemm(
        _ size: (m: Int, n: Int, k: Int), _ transposed: (a: Bool, b: Bool), _ a: [Double], _ b: [Double],
        _ beta: Double,
        _ result: UnsafeMutablePointer<Double>
    ) {
        let (m, n, k) = (Int32(size.m), Int32(size.n), Int32(size.k))
        cblas_dgemm(
            CblasRowMajor, order(transposed.a), order(transposed.b), m, n, k, 1, a, transposed.a ? m : k, b,
            transposed.b ? k : n, beta, result, n)
    }

    private static func order(_ isTransposed: Bool) -> CBLAS_TRANSPOSE {
        isTransposed ? CblasTrans : CblasNoTrans
    }

    /// Two matrices, each in both orders of storage, and their product by plain loops.
    private struct Example {
        let size: (m: Int, n: Int, k: Int)
        let a: (plain: [Float], transposed: [Float])
        let b: (plain: [Float], transposed: [Float])
        /// The matrix that the product is added to, (m, n).
        let start: [Float]
        let product: [Float]

        init(_ size: (m: Int, n: Int, k: Int)) {
            let (m, n, k) = size
            var numbers = Numbers()
            let (a, b) = (numbers.next(m * k, upTo: 511), numbers.next(k * n, upTo: 63))
            self.size = size
            self.a = (a, ProductCheck.transpose(a, m, k))
            self.b = (b, ProductCheck.transpose(b, k, n))
            start = numbers.next(m * n, upTo: 63)
            product = ProductCheck.product(a, b, size)
        }

        func isRight<Scalar: BinaryFloatingPoint>(_ multiply: Multiply<Scalar>) -> Bool {
            let isLarge = size.m * size.n * size.k > 1_000_000
            for (isLeft, isRight) in [(false, false), (true, false), (false, true), (true, true)] {
                let left = (isLeft ? a.transposed : a.plain).map { Scalar($0) }
                let right = (isRight ? b.transposed : b.plain).map { Scalar($0) }
                for isAdding in [false, true] {
                    // The large ones write over in half of the orders and add in the others: order and start are two matters there.
                    if isLarge, isAdding != (isLeft == isRight) { continue }
                    var result =
                        isAdding ? start.map { Scalar($0) } : [Scalar](repeating: .nan, count: start.count)
                    result.withUnsafeMutableBufferPointer { result in
                        guard let first = result.baseAddress else { return }
                        multiply(size, (isLeft, isRight), left, right, isAdding ? 1 : 0, first)
                    }
                    for index in result.indices {
                        let expected = product[index] + (isAdding ? start[index] : 0)
                        guard result[index] == Scalar(expected) else { return false }
                    }
                }
            }
            return true
        }
    }

    private static func product(_ a: [Float], _ b: [Float], _ size: (m: Int, n: Int, k: Int)) -> [Float] {
        let (m, n, k) = size
        var product = [Float](repeating: 0, count: m * n)
        product.withUnsafeMutableBufferPointer { product in
            b.withUnsafeBufferPointer { b in
                for row in 0..<m {
                    for inner in 0..<k {
                        let factor = a[row * k + inner]
                        for column in 0..<n {
                            product[row * n + column] += factor * b[inner * n + column]
                        }
                    }
                }
            }
        }
        return product
    }

    private static func transpose(_ matrix: [Float], _ rows: Int, _ columns: Int) -> [Float] {
        var result = matrix
        for row in 0..<rows {
            for column in 0..<columns { result[column * rows + row] = matrix[row * columns + column] }
        }
        return result
    }

    /// Whole numbers that look random, the same in every process.
    private struct Numbers {
        private var state: UInt32 = 1

        mutating func next(_ count: Int, upTo largest: Int) -> [Float] {
            (0..<count).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return Float(Int(state >> 8) % (2 * largest + 1) - largest)
            }
        }
    }
}
