import CLAPACKE

/// The Cholesky factorisation A = L Lᵀ of a symmetric positive definite matrix.
package struct CholeskyFactor: Sendable {
    package let size: Int
    /// L, (size, size) row by row; zero above the diagonal.
    package let lower: [Double]

    /// Factorises `matrix`, (size, size) row by row, of which the lower triangle is read (LAPACK `dpotrf`). O(size³ / 3).
    ///
    /// - Throws: `notFinite`, or `notPositiveDefinite` with the order of the first minor that is not positive.
    /// - Precondition: `matrix` holds `size · size` numbers.
    package init(_ matrix: [Double], size: Int) throws(FactorizationError) {
        precondition(size > 0 && matrix.count == size * size, "\(matrix.count) numbers for \(size)×\(size)")
        try FactorizationError.check(matrix, "dpotrf")
        var work = matrix
        let info = LAPACKE_dpotrf(
            LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "L")), Int32(size), &work, Int32(size))
        guard info <= 0 else { throw .notPositiveDefinite(routine: "dpotrf", order: Int(info)) }
        guard info == 0 else { throw .refused(routine: "dpotrf", info: Int(info)) }
        for row in 0..<size {
            for column in row + 1..<max(size, row + 1) { work[row * size + column] = 0 }
        }
        self.size = size
        lower = work
    }

    /// ln det A = 2 Σ ln Lᵢᵢ, which does not overflow where the determinant would.
    package var logDeterminant: Double {
        2 * (0..<size).reduce(0) { $0 + Elementary.log(lower[$1 * size + $1]) }
    }

    /// X with A X = B, for B with `columns` columns, (size, columns) row by row (LAPACK `dpotrs`). O(size² · columns).
    /// - Precondition: `right` holds `size · columns` numbers.
    package func solve(_ right: [Double], columns: Int = 1) -> [Double] {
        precondition(columns > 0 && right.count == size * columns, "\(right.count) numbers on the right")
        var solution = right
        let info = LAPACKE_dpotrs(
            LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "L")), Int32(size), Int32(columns), lower, Int32(size),
            &solution, Int32(columns))
        // With a factor that exists only an argument that is not a number is left to complain about.
        return info == 0 ? solution : [Double](repeating: .nan, count: right.count)
    }
}
