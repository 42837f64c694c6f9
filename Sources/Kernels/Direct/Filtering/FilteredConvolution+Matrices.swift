import CTiles

extension FilteredConvolution {
    /// The sixteen matrices of the kernel, for the way down or transposed for the way up.
    func pack(_ kernel: FloatRegion, transposed: Bool, into packed: FloatRegion) {
        precondition(kernel.count == geometry.patch * filters && packed.count >= packedCount)
        let table = tiles.table.pointee
        for (y, row) in Self.taps.enumerated() {
            for (x, column) in Self.taps.enumerated() {
                let tap = kernel[(y * 3 + x) * matrixCount..<(y * 3 + x + 1) * matrixCount]
                let matrix = packed[matrix(row, column)]
                if transposed {
                    table.transpose(tap.base, 1, geometry.channels, filters, matrix.base)
                } else {
                    matrix.copy(from: tap)
                }
            }
        }
        tiles.table.pointee.combine(packing, packing.count, packed.base, packed.base)
    }

    private func matrix(_ rows: PairedTaps, _ columns: PairedTaps) -> Range<Int> {
        let index = Self.index(rows, columns)
        return index * matrixCount..<(index + 1) * matrixCount
    }

    /// Both taps' matrices of each row, then of each column.
    static func packing(_ matrix: Int) -> [vae_combination] {
        sums(
            taps.map { ((.first, $0), (.last, $0), (.both, $0)) }
                + PairedTaps.allCases.map { (($0, .first), ($0, .last), ($0, .both)) }, matrix)
    }

    private typealias Matrix = (rows: PairedTaps, columns: PairedTaps)

    /// Pairs of matrices to be added up, one after another.
    private static func sums(_ sums: [(Matrix, Matrix, result: Matrix)], _ matrix: Int) -> [vae_combination] {
        sums.map { first, second, result in
            vae_combination(
                first: index(first.rows, first.columns) * matrix,
                second: index(second.rows, second.columns) * matrix,
                result: index(result.rows, result.columns) * matrix, step: 0, result_step: 0, count: 1,
                length: matrix, first_is_made: true, second_is_made: true, first_is_zero: false, is_sum: true)
        }
    }
}
