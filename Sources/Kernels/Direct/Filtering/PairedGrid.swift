import CTiles

/// What is made of a grid for the gradient of weights: the values of all pairs of outputs, and their sums.
struct PairedGrid: Sendable {
    /// By the taps of the rows, and of these by those of the columns.
    private let cells: [[FilterCombinations.Rows]]
    /// Of two rows.
    private let rowSums: [vae_combination]
    /// Of two columns, by the taps of the rows.
    private let columnSums: [[vae_combination]]
    /// Floats that are made.
    let count: Int

    init(rows: PairedAxis, columns: PairedAxis, width: Int, filters: Int) {
        var making = FilterCombinations(width: width, channels: filters)
        let all = making.rows(rows.firstOutput, step: 1, count: 2 * rows.pairs)
        let sums = making.sums(all)
        rowSums = making.combinations
        let lines = PairedTaps.allCases.map { taps in
            switch taps {
            case .first: all.every(2, from: 0)
            case .both: sums
            case .last: all.every(2, from: 1)
            case .middle: all
            }
        }
        var columnSums: [[vae_combination]] = []
        cells = lines.map { line in
            let before = making.combinations.count
            let sums = making.columnSums(line, columns)
            columnSums.append(Array(making.combinations[before...]))
            return PairedTaps.allCases.map { taps in
                switch taps {
                case .first: line.at(columns.firstOutput, step: 2, count: columns.pairs)
                case .both: sums
                case .last: line.at(columns.firstOutput + 1, step: 2, count: columns.pairs)
                case .middle: line.at(columns.firstOutput, step: 1, count: 2 * columns.pairs)
                }
            }
        }
        self.columnSums = columnSums
        count = making.made
    }

    /// The values that the products with the sums of some taps are taken with.
    func places(_ rows: PairedTaps, _ columns: PairedTaps) -> FilterCombinations.Rows {
        cells[rows.rawValue][columns.rawValue]
    }

    /// What is made for products with the sums of some taps, in the order in which it can be.
    func combinations(_ rowTaps: [PairedTaps], _ columnTaps: [PairedTaps]) -> [vae_combination] {
        (rowTaps.contains(.both) ? rowSums : [])
            + (columnTaps.contains(.both) ? rowTaps.flatMap { columnSums[$0.rawValue] } : [])
    }
}
