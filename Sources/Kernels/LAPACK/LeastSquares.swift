import CLAPACKE

/// The x of least length among those that make ‖A x − b‖₂ least.
package struct LeastSquares: Sendable {
    /// X, (columns, rightColumns) row by row.
    package let solution: [Double]
    /// The number of singular values of A that count as more than nothing.
    package let rank: Int

    /// Solves by singular values (LAPACK `dgelsd`), so that A may have any shape and rank. O(rows · columns · min(rows, columns)).
    ///
    /// - Parameters:
    ///   - matrix: A, (rows, columns) row by row
    ///   - right: B, (rows, rightColumns) row by row: a problem for each column
    ///   - tolerance: singular values up to this share of the largest count as 0; by default the precision of Double
    /// - Throws: `notFinite`, or `didNotConverge`.
    /// - Precondition: `matrix` and `right` hold as many numbers as their sizes say.
    package init(
        _ matrix: [Double], rows: Int, columns: Int, right: [Double], rightColumns: Int = 1,
        tolerance: Double = -1
    ) throws(FactorizationError) {
        precondition(
            rows > 0 && columns > 0 && rightColumns > 0 && matrix.count == rows * columns
                && right.count == rows * rightColumns, "sizes of a least-squares problem")
        try FactorizationError.check(matrix, "dgelsd")
        try FactorizationError.check(right, "dgelsd")
        var work = matrix
        // B comes in `rows` rows and leaves as X in `columns` of them.
        var both = right + [Double](repeating: 0, count: max(columns - rows, 0) * rightColumns)
        var values = [Double](repeating: 0, count: min(rows, columns))
        var rank: Int32 = 0
        let info = LAPACKE_dgelsd(
            LAPACK_ROW_MAJOR, Int32(rows), Int32(columns), Int32(rightColumns), &work, Int32(columns), &both,
            Int32(rightColumns), &values, tolerance, &rank)
        guard info <= 0 else { throw .didNotConverge(routine: "dgelsd", remaining: Int(info)) }
        guard info == 0 else { throw .refused(routine: "dgelsd", info: Int(info)) }
        solution = Array(both.prefix(columns * rightColumns))
        self.rank = Int(rank)
    }
}
