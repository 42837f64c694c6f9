import Kernels
import Testing

/// Factorisations multiplied out again, in the way LAPACK's own test programs do it: residuals over n·‖A‖·ε, which these ask to
/// be less than 30. Norms are Frobenius's, ε = 2⁻⁵².
@Suite("Factorisations by LAPACK")
struct FactorizationTests {
    static let limit = 30.0
    static let sizes = Array(1...12) + [25, 26, 33, 64, 100, 300]

    /// What matrices can be like.
    enum Kind: CaseIterable {
        case ordinary, rankDeficient, badlyScaled

        /// A matrix of the kind, (rows, columns).
        func matrix(_ rows: Int, _ columns: Int) -> RealMatrix {
            var random = SplitMix(state: UInt64(rows * 1000 + columns))
            switch self {
            case .ordinary: return RealMatrix(random: rows, columns, &random)
            case .rankDeficient:
                let rank = (min(rows, columns) + 1) / 2
                return RealMatrix(random: rows, rank, &random) * RealMatrix(random: rank, columns, &random)
            case .badlyScaled:
                // From 1e-150 to 1e150, row by row.
                let last = Double(max(rows - 1, 1))
                let factors = (0..<rows).map { power(10, 300 * Double($0) / last - 150) }
                return RealMatrix(random: rows, columns, &random).scaled(rows: factors)
            }
        }

        private func power(_ base: Double, _ exponent: Double) -> Double {
            var (result, left) = (1.0, Int(exponent))
            while left > 0 { (result, left) = (result * base, left - 1) }
            while left < 0 { (result, left) = (result / base, left + 1) }
            return result
        }
    }

    /// ‖residual‖ over n · ‖A‖ · ε; 0 over 0 is none.
    private func ratio(_ residual: RealMatrix, to matrix: RealMatrix) -> Double {
        let size = Double(max(matrix.rows, matrix.columns))
        return residual.norm == 0 ? 0 : residual.norm / (size * matrix.norm * 0x1p-52)
    }

    private func shapes(_ size: Int) -> [(Int, Int)] {
        [(size, size), (size + 7, size), (size, size + 3)].filter { size < 300 || $0.0 == $0.1 }
    }

    @Test(arguments: sizes, Kind.allCases)
    func singularValues(size: Int, kind: Kind) throws {
        for (rows, columns) in shapes(size) {
            let matrix = kind.matrix(rows, columns)
            let svd = try SingularValues(matrix.values, rows: rows, columns: columns)
            let rank = min(rows, columns)
            let left = RealMatrix(rows, rank, svd.left)
            let right = RealMatrix(rank, columns, svd.rightTransposed)
            #expect(svd.values.count == rank && svd.values.allSatisfy { $0 >= 0 })
            #expect(zip(svd.values, svd.values.dropFirst()).allSatisfy { $0 >= $1 })
            #expect(ratio(matrix - left * right.scaled(rows: svd.values), to: matrix) < Self.limit)
            let identity = RealMatrix.identity(rank)
            #expect(ratio(left.transposed * left - identity, to: identity) < Self.limit)
            #expect(ratio(right * right.transposed - identity, to: identity) < Self.limit)
            if kind == .rankDeficient {
                let nothing = svd.values[0] * Double(max(rows, columns)) * 0x1p-52 * Self.limit
                #expect(svd.values.filter { $0 > nothing }.count <= (rank + 1) / 2)
            }
        }
    }

    @Test(arguments: sizes, Kind.allCases)
    func orthonormalTimesUpper(size: Int, kind: Kind) throws {
        for (rows, columns) in shapes(size) where rows >= columns {
            let matrix = kind.matrix(rows, columns)
            let factor = try QRFactor(matrix.values, rows: rows, columns: columns)
            let q = RealMatrix(rows, columns, factor.orthonormal)
            let r = RealMatrix(columns, columns, factor.upper)
            #expect(ratio(matrix - q * r, to: matrix) < Self.limit)
            let identity = RealMatrix.identity(columns)
            #expect(ratio(q.transposed * q - identity, to: identity) < Self.limit)
            for row in 0..<columns {
                #expect(r.values[row * columns..<row * columns + row].allSatisfy { $0 == 0 })
            }
        }
    }

    @Test(arguments: sizes)
    func cholesky(size: Int) throws {
        var random = SplitMix(state: UInt64(size))
        let root = RealMatrix(random: size, size, &random)
        // Positive definite by a margin, then scaled on both sides.
        var matrix = root * root.transposed
        for index in 0..<size { matrix.values[index * size + index] += 1 }
        for scaling in [false, true] {
            if scaling {
                let factors = (0..<size).map { $0 % 2 == 0 ? 1e60 : 1e-60 }
                matrix = matrix.scaled(rows: factors).transposed.scaled(rows: factors)
            }
            let factor = try CholeskyFactor(matrix.values, size: size)
            let lower = RealMatrix(size, size, factor.lower)
            #expect(ratio(matrix - lower * lower.transposed, to: matrix) < Self.limit)
            for row in 0..<size {
                #expect(factor.lower[row * size + row + 1..<(row + 1) * size].allSatisfy { $0 == 0 })
            }
            if !scaling {
                // ‖A X − B‖ over n · ‖A‖ · ‖X‖ · ε.
                let right = RealMatrix(random: size, 3, &random)
                let solution = RealMatrix(size, 3, factor.solve(right.values, columns: 3))
                #expect(ratio(matrix * solution - right, to: matrix) / solution.norm < Self.limit)
            }
        }
    }

    /// By hand: det [[4, 2], [2, 3]] = 8; and a determinant of 1e400, which no Double holds.
    @Test func logDeterminants() throws {
        let eight = try CholeskyFactor([4, 2, 2, 3], size: 2).logDeterminant
        #expect(abs(eight - 2.0794415416798357) < 4e-15)
        let huge = try CholeskyFactor([1e200, 0, 0, 1e200], size: 2).logDeterminant
        #expect(abs(huge - 921.034037197618) < 1e-12)
    }

    @Test(arguments: sizes, [Kind.ordinary, .rankDeficient])
    func leastSquares(size: Int, kind: Kind) throws {
        for (rows, columns) in shapes(size) {
            let matrix = kind.matrix(rows, columns)
            var random = SplitMix(state: 99)
            let right = RealMatrix(random: rows, 2, &random)
            let result = try LeastSquares(
                matrix.values, rows: rows, columns: columns, right: right.values, rightColumns: 2,
                tolerance: 1e-12)
            let x = RealMatrix(columns, 2, result.solution)
            let full = min(rows, columns)
            #expect(result.rank == (kind == .rankDeficient ? (full + 1) / 2 : full))
            // What is left over is orthogonal to A's columns: ‖Aᵀ(A X − B)‖ over n · ‖A‖ · (‖A‖ ‖X‖ + ‖B‖) · ε.
            let left = matrix.transposed * (matrix * x - right)
            let scale = matrix.norm * x.norm + right.norm
            #expect(ratio(left, to: matrix) / scale < Self.limit, "\(rows)×\(columns)")
            // Of least length: nothing of X lies where A gives nothing.
            let svd = try SingularValues(matrix.values, rows: rows, columns: columns)
            let rowSpace = RealMatrix(
                result.rank, columns, Array(svd.rightTransposed.prefix(result.rank * columns)))
            let outside = x - rowSpace.transposed * (rowSpace * x)
            // Rounding of the row space is amplified by the condition number, below 1e12 by the tolerance.
            #expect(outside.norm <= 1e-3 * x.norm)
        }
    }

    @Test func whatHasNoFactorisationIsRefused() {
        func refusal(_ work: () throws(FactorizationError) -> Void) -> FactorizationError? {
            do throws(FactorizationError) {
                try work()
                return nil
            } catch { return error }
        }
        for bad in [Double.nan, .infinity, -.infinity] {
            let matrix = [1, 2, bad, 4]
            func expected(_ routine: String) -> FactorizationError { .notFinite(routine: routine, entry: 2) }
            #expect(
                refusal { () throws(FactorizationError) in _ = try SymmetricEigen(matrix, size: 2) }
                    == expected("dsyevd"))
            #expect(
                refusal { () throws(FactorizationError) in _ = try CholeskyFactor(matrix, size: 2) }
                    == expected("dpotrf"))
            #expect(
                refusal { () throws(FactorizationError) in
                    _ = try SingularValues(matrix, rows: 2, columns: 2)
                } == expected("dgesdd"))
            #expect(
                refusal { () throws(FactorizationError) in _ = try QRFactor(matrix, rows: 2, columns: 2) }
                    == expected("dgeqrf"))
            #expect(
                refusal { () throws(FactorizationError) in
                    _ = try LeastSquares(
                        [1, 0, 0, 1], rows: 2, columns: 2, right: [0, 0, bad, 0], rightColumns: 2)
                } == expected("dgelsd"))
        }
        // [[1, 2], [2, 1]] has a determinant of −3.
        let indefinite = refusal { () throws(FactorizationError) in
            _ = try CholeskyFactor([1, 2, 2, 1], size: 2)
        }
        #expect(indefinite == .notPositiveDefinite(routine: "dpotrf", order: 2))
        #expect(indefinite?.description == "dpotrf: the leading minor of order 2 is not positive")
    }
}
