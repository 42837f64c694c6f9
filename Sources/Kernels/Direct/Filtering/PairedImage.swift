import CTiles

/// What is made of an image for all pairs of outputs on the way down, where it is kept: of each line of places that a product of rows is taken with
/// (a row, or the difference of two), the differences along its columns.
///
/// The gradient of a grid and that of the weights read the same ones of a transposed convolution's gradient.
struct PairedImage: Sendable {
    private let rows: PairedAxis
    private let columns: PairedAxis
    private let making: FilterCombinations
    /// By the taps of the rows, and of these by those of the columns.
    private let lines: [FilterCombinations.Rows]
    private let cells: [[FilterCombinations.Rows]]
    /// Floats that are made.
    let count: Int

    /// - Parameter first: where what is made begins
    init(rows: PairedAxis, columns: PairedAxis, width: Int, channels: Int, first: Int = 0) {
        var making = FilterCombinations(width: width, channels: channels, made: first)
        lines = PairedTaps.allCases.map { taps in
            switch taps {
            case .first, .last: making.reserve(rows.pairs, width)
            case .both: making.rows(rows.middle, step: rows.distance, count: rows.pairs)
            case .middle: making.rows(rows.single, step: rows.singleStep, count: 2 * rows.pairs)
            }
        }
        cells = lines.map { line in
            PairedTaps.allCases.map { taps in
                switch taps {
                case .first, .last: making.reserve(line.count, columns.pairs)
                case .both: line.at(columns.middle, step: columns.distance, count: columns.pairs)
                case .middle: line.at(columns.single, step: columns.singleStep, count: 2 * columns.pairs)
                }
            }
        }
        (self.rows, self.columns, self.making) = (rows, columns, making)
        count = making.made - first
    }

    /// The places that the products with the sums of some taps are taken with: a row for each pair, or two for the middle tap.
    func places(_ rows: PairedTaps, _ columns: PairedTaps) -> FilterCombinations.Rows {
        cells[rows.rawValue][columns.rawValue]
    }

    /// What is made of some pairs of rows for products with the sums of some taps, in the order in which it can be.
    func combinations(
        _ rowTaps: [PairedTaps], _ columnTaps: [PairedTaps], pairs: Range<Int>
    ) -> [vae_combination] {
        rowTaps.flatMap { taps in
            let line = lines[taps.rawValue]
            let differences = side(taps).map { side in
                pairs.map { making.difference(side, rows, of: $0, into: line.row($0)) }
            }
            let rowsOfPair = taps == .middle ? 2 : 1
            let along = columnTaps.flatMap { columnTaps in
                side(columnTaps).map { side in
                    (pairs.lowerBound * rowsOfPair..<pairs.upperBound * rowsOfPair).flatMap {
                        making.columnDifferences(
                            side, line.row($0), columns, into: places(taps, columnTaps).row($0))
                    }
                } ?? []
            }
            return (differences ?? []) + along
        }
    }

    private func side(_ taps: PairedTaps) -> PairSide? {
        switch taps {
        case .first: .before
        case .last: .after
        case .both, .middle: nil
        }
    }

    /// The lines of a pair of rows, and those that its middle tap meets.
    func lines(ofPair pair: Int) -> FilterProducts.Lines {
        func line(_ taps: PairedTaps, _ row: Int) -> FilterProducts.Line {
            FilterProducts.Line(
                row: lines[taps.rawValue].row(row), before: places(taps, .first).row(row),
                after: places(taps, .last).row(row))
        }
        return FilterProducts.Lines(
            pair: [line(.first, pair), line(.both, pair), line(.last, pair)],
            singles: [line(.middle, 2 * pair), line(.middle, 2 * pair + 1)])
    }
}
