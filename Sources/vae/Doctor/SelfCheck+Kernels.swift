import Kernels
import VAECore

extension SelfCheck {
    /// Philox 4×32-10 against the vectors that its authors published: `kat_vectors` of Random123 1.14.
    static func philox(
        _ block: (_ key: SIMD2<UInt32>, _ counter: SIMD4<UInt32>) -> SIMD4<UInt32> = { key, counter in
            Philox4x32(key: key).block(at: counter)
        }
    ) -> SelfCheck {
        let vectors: [(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, words: SIMD4<UInt32>)] = [
            (
                SIMD4(repeating: 0), SIMD2(repeating: 0),
                SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8)
            ),
            (
                SIMD4(repeating: .max), SIMD2(repeating: .max),
                SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD)
            ),
            (
                SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344), SIMD2(0xA409_3822, 0x299F_31D0),
                SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1)
            ),
        ]
        let wrong = vectors.count { block($0.key, $0.counter) != $0.words }
        return SelfCheck(
            "Philox", "of 3 published vectors differ", measured: Double(wrong), bound: 0)
    }

    /// A product of two matrices row by row, (m, k) · (k, n), each of which may be stored as its transpose.
    typealias Product = (
        _ a: [Float], _ b: [Float], _ m: Int, _ n: Int, _ k: Int, _ transposed: (a: Bool, b: Bool)
    ) -> [Float]

    /// `sgemm` against sums in Double, on sizes that do not divide evenly, in all four orders of storage.
    ///
    /// Measured is the largest |found − exact| / (k·u·Σ|a||b|) of all elements, with u = 2⁻²⁴. In whatever order k products
    /// are added, the error is within γₖ·Σ|a||b|, γₖ = k·u / (1 − k·u) (Higham, "Accuracy and Stability of Numerical
    /// Algorithms", 2002, section 3.1): above 1 by less than k·u, which is 2e-4 for the longest sum here.
    static func products(_ product: Product = SelfCheck.engineProduct) -> SelfCheck {
        let sizes = [
            (1, 1, 1), (3, 5, 7), (17, 31, 29), (65, 127, 33), (8, 3136, 2), (129, 64, 289), (33, 17, 3136),
        ]
        let orders: [(a: Bool, b: Bool)] = [(false, false), (true, false), (false, true), (true, true)]
        var random = RandomStream(seed: 20_221_129, purpose: .initialWeights)
        var largest = 0.0
        for (m, n, k) in sizes {
            let a = (0..<m * k).map { _ in 2 * random.uniform() - 1 }
            let b = (0..<k * n).map { _ in 2 * random.uniform() - 1 }
            for transposed in orders {
                let found = product(a, b, m, n, k, transposed)
                for row in 0..<m {
                    for column in 0..<n {
                        var (sum, size) = (0.0, 0.0)
                        for inner in 0..<k {
                            let term =
                                Double(a[transposed.a ? inner * m + row : row * k + inner])
                                * Double(b[transposed.b ? column * k + inner : inner * n + column])
                            sum += term
                            size += abs(term)
                        }
                        let error = abs(Double(found[row * n + column]) - sum)
                        largest = worst(largest, error / (Double(k) * 0x1p-24 * size))
                    }
                }
            }
        }
        return SelfCheck(
            "sgemm", "of the rounding that sums of their length may have", measured: largest, bound: 1 + 2e-4)
    }

    /// The engine's own call of `sgemm`.
    static func engineProduct(
        _ a: [Float], _ b: [Float], _ m: Int, _ n: Int, _ k: Int, _ transposed: (a: Bool, b: Bool)
    ) -> [Float] {
        guard let storage = try? FloatStorage(count: a.count + b.count + m * n) else {
            return [Float](repeating: .nan, count: m * n)
        }
        let region = storage.region
        let (left, right) = (region.prefix(a.count), region[a.count..<a.count + b.count])
        let result = region[a.count + b.count..<region.count]
        left.copy(from: a.span)
        right.copy(from: b.span)
        result.fill(with: .nan)
        return withExtendedLifetime(storage) {
            multiply(
                transposed.a
                    ? Matrix(left, rows: k, columns: m).transposed : Matrix(left, rows: m, columns: k),
                transposed.b
                    ? Matrix(right, rows: n, columns: k).transposed : Matrix(right, rows: k, columns: n),
                into: Matrix(result, rows: m, columns: n))
            return result.array()
        }
    }

    /// LAPACK's eigenvectors of a symmetric matrix of random numbers, put back into A q = λ q and QᵀQ = I.
    ///
    /// Measured is the larger of max |A q − λ q| and max |QᵀQ − I| in units of n·u·‖A‖ and n·u, u = 2⁻⁵³. For a stable method
    /// it is about 1 (LAPACK Users' Guide, section 4.7); a wrong one misses by many powers of ten.
    static func eigenvectors(
        _ decompose: (_ matrix: [Double], _ size: Int) throws -> (values: [Double], vectors: [[Double]]) = {
            let eigen = try SymmetricEigen($0, size: $1)
            return (eigen.values, eigen.vectors)
        }
    ) -> SelfCheck {
        let size = 61
        var random = RandomStream(seed: 1, purpose: .initialWeights)
        var matrix = [Double](repeating: 0, count: size * size)
        for row in 0..<size {
            for column in row..<size {
                let value = Double(2 * random.uniform() - 1)
                matrix[row * size + column] = value
                matrix[column * size + row] = value
            }
        }
        let what = "units of rounding between A q and λ q, dsyevd of 61×61"
        guard let found = try? decompose(matrix, size), found.vectors.count == size,
            found.values.count == size, found.vectors.allSatisfy({ $0.count == size })
        else { return SelfCheck("LAPACK", what, measured: .nan, bound: 10) }
        let norm =
            (0..<size).map { row in (0..<size).reduce(0) { $0 + abs(matrix[row * size + $1]) } }.max() ?? 0
        let unit = Double(size) * 0x1p-53
        var largest = 0.0
        func consider(_ error: Double) { largest = worst(largest, abs(error)) }
        func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        for (index, vector) in found.vectors.enumerated() {
            for row in 0..<size {
                let image = product(Array(matrix[row * size..<(row + 1) * size]), vector)
                consider((image - found.values[index] * vector[row]) / (unit * norm))
            }
            for (other, second) in found.vectors.enumerated() {
                consider((product(vector, second) - (index == other ? 1 : 0)) / unit)
            }
        }
        return SelfCheck("LAPACK", what, measured: largest, bound: 10)
    }
}
