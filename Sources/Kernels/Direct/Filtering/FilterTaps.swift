import CTiles

/// Some lines of a 3×3 kernel along each axis: those of its ends, which are filtered together, or the middle.
struct FilterTaps: Sendable {
    let rows: [PairedTaps]
    let columns: [PairedTaps]

    private static let ends: [PairedTaps] = [.first, .both, .last]
    /// Every tap of the kernel once.
    static let allParts = [ends, [.middle]].flatMap { rows in
        [ends, [.middle]].map { FilterTaps(rows: rows, columns: $0) }
    }

    /// Products with the sums of taps: their matrices come row by row.
    var matrices: Int { rows.count * columns.count }

    /// Whether the tap in a row and a column of the kernel is among these.
    func contains(_ y: Int, _ x: Int) -> Bool { Self.isIn(rows, y) && Self.isIn(columns, x) }

    private static func isIn(_ lines: [PairedTaps], _ line: Int) -> Bool { (line == 1) == (lines.count == 1) }

    /// Calls `body` with each tap's matrix among the products, and its number in the kernel.
    func forEach(_ body: (_ product: Int, _ tap: Int) -> Void) {
        for row in stride(from: 0, to: rows.count, by: 2) {
            for column in stride(from: 0, to: columns.count, by: 2) {
                let (y, x) = (rows.count == 1 ? 1 : row, columns.count == 1 ? 1 : column)
                body(row * columns.count + column, y * 3 + x)
            }
        }
    }

    /// The gradient of both taps added to that of each, along the columns and then along the rows.
    func gathering(_ matrix: Int) -> [vae_combination] {
        var sums: [vae_combination] = []
        func add(_ second: Int, to first: Int) {
            sums.append(
                vae_combination(
                    first: first * matrix, second: second * matrix, result: first * matrix, step: 0,
                    result_step: 0, count: 1, length: matrix, first_is_made: true, second_is_made: true,
                    first_is_zero: false, is_sum: true))
        }
        if columns.count > 1 {
            for row in rows.indices {
                for end in [0, 2] { add(row * columns.count + 1, to: row * columns.count + end) }
            }
        }
        if rows.count > 1 {
            for column in stride(from: 0, to: columns.count, by: 2) {
                for end in [0, 2] { add(columns.count + column, to: end * columns.count + column) }
            }
        }
        return sums
    }
}
