import CTiles

/// The products of a pair of rows: of a line, which is a row or a difference of two, with what there is of its columns.
struct FilterProducts {
    /// A row, and x₋ − x₀ and x₊ − x₀ of its pairs of columns.
    struct Line {
        let row: FilterCombinations.Rows
        let before: FilterCombinations.Rows
        let after: FilterCombinations.Rows
    }

    struct Lines {
        /// x₋ − x₀, x₀ and x₊ − x₀.
        let pair: [Line]
        /// The rows that the middle tap meets.
        let singles: [Line]
    }

    /// One of the products along the columns: of a pair's places, or of the middle tap's place for one output or for both.
    enum Cell {
        case pair(Int)
        case single(Int)
        case singles
    }

    let lines: Lines
    let rowTaps: [PairedTaps]
    let columns: PairedAxis
    /// Floats of a matrix of weights.
    let matrix: Int

    /// The product of one of the pair's three lines.
    func product(_ row: Int, _ cell: Cell) -> vae_filtered_run { run(lines.pair[row], rowTaps[row], cell) }

    /// The product of a line of the middle tap.
    func single(_ output: Int, _ cell: Cell) -> vae_filtered_run { run(lines.singles[output], .middle, cell) }

    private func run(_ line: Line, _ taps: PairedTaps, _ cell: Cell) -> vae_filtered_run {
        func run(_ places: FilterCombinations.Rows, _ columnTaps: PairedTaps) -> vae_filtered_run {
            vae_filtered_run(
                input: places.first, step: places.step,
                weights: (taps.rawValue * PairedTaps.allCases.count + columnTaps.rawValue) * matrix,
                is_made: places.isMade)
        }
        switch cell {
        case .pair(0): return run(line.before, columns.taps[0])
        case .pair(1):
            return run(
                line.row.at(columns.middle, step: columns.distance, count: columns.pairs), columns.taps[1])
        case .pair: return run(line.after, columns.taps[2])
        case .single(let output):
            return run(
                line.row.at(
                    columns.single + output * columns.singleStep, step: columns.distance, count: columns.pairs
                ),
                .middle)
        case .singles:
            return run(
                line.row.at(columns.single, step: columns.singleStep, count: 2 * columns.pairs), .middle)
        }
    }
}
