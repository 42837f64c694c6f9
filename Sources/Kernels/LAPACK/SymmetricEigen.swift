import CLAPACKE

/// The eigendecomposition A = Q Λ Qᵀ of a real symmetric matrix.
package struct SymmetricEigen: Sendable {
    /// Λ, the largest first.
    package let values: [Double]
    /// Q's columns in the order of `values`: `vectors[i]` belongs to `values[i]` and has length 1.
    package let vectors: [[Double]]

    /// Divide and conquer on `matrix`, (size, size) row by row, of which the upper triangle is read (LAPACK `dsyevd`). O(size³).
    ///
    /// - Throws: `notFinite`, or `didNotConverge`.
    /// - Precondition: `matrix` holds `size · size` numbers.
    package init(_ matrix: [Double], size: Int) throws(FactorizationError) {
        precondition(size > 0 && matrix.count == size * size, "\(matrix.count) numbers for \(size)×\(size)")
        try FactorizationError.check(matrix, "dsyevd")
        var work = matrix
        var values = [Double](repeating: 0, count: size)
        let info = LAPACKE_dsyevd(
            LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "U")), Int32(size), &work,
            Int32(size), &values)
        guard info <= 0 else { throw .didNotConverge(routine: "dsyevd", remaining: Int(info)) }
        guard info == 0 else { throw .refused(routine: "dsyevd", info: Int(info)) }
        let order = (0..<size).reversed()
        self.values = order.map { values[$0] }
        vectors = order.map { column in (0..<size).map { row in work[row * size + column] } }
    }
}
