import CLAPACKE

/// A factorisation that LAPACK could not finish.
package struct FactorizationError: Error, Equatable, CustomStringConvertible {
    package let routine: String
    /// LAPACK's `info`: −i for a bad i-th argument (NaN included), i > 0 for what the routine documents.
    package let info: Int

    package var description: String { "\(routine) stopped with info = \(info)" }
}

/// The eigendecomposition A = Q Λ Qᵀ of a real symmetric matrix.
package struct SymmetricEigen: Sendable {
    /// Λ, the largest first.
    package let values: [Double]
    /// Q's columns in the order of `values`: `vectors[i]` belongs to `values[i]` and has length 1.
    package let vectors: [[Double]]

    /// Divide and conquer on `matrix`, (size, size) row by row, of which the upper triangle is read (LAPACK `dsyevd`). O(size³).
    ///
    /// - Throws: `FactorizationError` when an entry is not a number or the iteration does not converge.
    /// - Precondition: `matrix` holds `size · size` numbers.
    package init(_ matrix: [Double], size: Int) throws(FactorizationError) {
        precondition(size > 0 && matrix.count == size * size, "\(matrix.count) numbers for \(size)×\(size)")
        var work = matrix
        var values = [Double](repeating: 0, count: size)
        let info = LAPACKE_dsyevd(
            LAPACK_ROW_MAJOR, 0x56 /* V */, 0x55 /* U */, Int32(size), &work, Int32(size), &values)
        guard info == 0 else { throw FactorizationError(routine: "dsyevd", info: Int(info)) }
        let order = (0..<size).reversed()
        self.values = order.map { values[$0] }
        vectors = order.map { column in (0..<size).map { row in work[row * size + column] } }
    }
}
