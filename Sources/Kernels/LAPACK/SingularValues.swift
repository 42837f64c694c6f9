import CLAPACKE

/// The thin singular value decomposition A = U Σ Vᵀ of a rows × columns matrix, with k = min(rows, columns).
package struct SingularValues: Sendable {
    package let rows: Int
    package let columns: Int
    /// Σ, (k), the largest first.
    package let values: [Double]
    /// U, (rows, k) row by row, with orthonormal columns.
    package let left: [Double]
    /// Vᵀ, (k, columns) row by row, with orthonormal rows.
    package let rightTransposed: [Double]

    /// Divide and conquer on `matrix`, (rows, columns) row by row (LAPACK `dgesdd`). O(rows · columns · k).
    ///
    /// - Throws: `notFinite`, or `didNotConverge`.
    /// - Precondition: `matrix` holds `rows · columns` numbers.
    package init(_ matrix: [Double], rows: Int, columns: Int) throws(FactorizationError) {
        precondition(
            rows > 0 && columns > 0 && matrix.count == rows * columns,
            "\(matrix.count) numbers for \(rows)×\(columns)")
        try FactorizationError.check(matrix, "dgesdd")
        let rank = min(rows, columns)
        var work = matrix
        var values = [Double](repeating: 0, count: rank)
        var left = [Double](repeating: 0, count: rows * rank)
        var right = [Double](repeating: 0, count: rank * columns)
        let info = LAPACKE_dgesdd(
            LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "S")), Int32(rows), Int32(columns), &work, Int32(columns),
            &values, &left, Int32(rank), &right, Int32(columns))
        guard info <= 0 else { throw .didNotConverge(routine: "dgesdd", remaining: Int(info)) }
        guard info == 0 else { throw .refused(routine: "dgesdd", info: Int(info)) }
        self.rows = rows
        self.columns = columns
        self.values = values
        self.left = left
        rightTransposed = right
    }
}
