import CLAPACKE

/// The thin factorisation A = Q R of a rows × columns matrix with rows ≥ columns.
package struct QRFactor: Sendable {
    package let rows: Int
    package let columns: Int
    /// Q, (rows, columns) row by row, with orthonormal columns.
    package let orthonormal: [Double]
    /// R, (columns, columns) row by row; zero below the diagonal.
    package let upper: [Double]

    /// Householder reflections on `matrix`, (rows, columns) row by row (LAPACK `dgeqrf`, `dorgqr`). O(rows · columns²).
    ///
    /// - Throws: `notFinite`.
    /// - Precondition: `matrix` holds `rows · columns` numbers, and `rows` ≥ `columns`.
    package init(_ matrix: [Double], rows: Int, columns: Int) throws(FactorizationError) {
        precondition(
            columns > 0 && rows >= columns && matrix.count == rows * columns,
            "\(matrix.count) numbers for \(rows)×\(columns)")
        try FactorizationError.check(matrix, "dgeqrf")
        var work = matrix
        var scales = [Double](repeating: 0, count: columns)
        let (m, n) = (Int32(rows), Int32(columns))
        var info = LAPACKE_dgeqrf(LAPACK_ROW_MAJOR, m, n, &work, n, &scales)
        guard info == 0 else { throw .refused(routine: "dgeqrf", info: Int(info)) }
        var upper = [Double](repeating: 0, count: columns * columns)
        for row in 0..<columns {
            for column in row..<columns { upper[row * columns + column] = work[row * columns + column] }
        }
        info = LAPACKE_dorgqr(LAPACK_ROW_MAJOR, m, n, n, &work, n, scales)
        guard info == 0 else { throw .refused(routine: "dorgqr", info: Int(info)) }
        self.rows = rows
        self.columns = columns
        self.upper = upper
        orthonormal = work
    }
}
