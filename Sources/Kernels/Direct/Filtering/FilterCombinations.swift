import CTiles

/// Sums and differences of rows of an image, and of places along them, in the order in which they are made one after another in scratch.
struct FilterCombinations: Sendable {
    let width: Int
    let channels: Int
    var combinations: [vae_combination] = []
    /// Floats that are made.
    var made: Int

    init(width: Int, channels: Int, made: Int = 0) {
        self.width = width
        self.channels = channels
        self.made = made
    }

    /// Rows at even distances, and places along them at even distances.
    struct Rows {
        var first: Int
        /// Floats from a row to the next, and from a place to the next.
        var row: Int
        var count: Int
        var step: Int
        var columns: Int
        var isMade: Bool

        func every(_ number: Int, from start: Int) -> Rows {
            var rows = self
            rows.first += start * row
            rows.row *= number
            rows.count = (count - start + number - 1) / number
            return rows
        }

        func row(_ index: Int) -> Rows { every(count, from: index) }

        func at(_ column: Int, step steps: Int, count: Int) -> Rows {
            var rows = self
            rows.first += column * step
            rows.step *= steps
            rows.columns = count
            return rows
        }
    }

    func rows(_ first: Int, step: Int, count: Int) -> Rows {
        Rows(
            first: first * width * channels, row: step * width * channels, count: count, step: channels,
            columns: width, isMade: false)
    }

    mutating func reserve(_ rows: Int, _ columns: Int) -> Rows {
        defer { made += rows * columns * channels }
        return Rows(
            first: made, row: columns * channels, count: rows, step: channels, columns: columns,
            isMade: true)
    }

    /// x₋ − x₀ or x₊ − x₀ of the rows of a pair.
    mutating func differences(_ side: PairSide, _ axis: PairedAxis, of pair: Int) -> Rows {
        let result = reserve(1, width)
        combinations.append(difference(side, axis, of: pair, into: result))
        return result
    }

    func difference(
        _ side: PairSide, _ axis: PairedAxis, of pair: Int, into result: Rows
    ) -> vae_combination {
        let middle = axis.middle + pair * axis.distance, length = width * channels
        let other = side == .before ? middle - axis.reach : middle + axis.reach
        let isMissing = axis.isMissing(side, of: pair)
        return vae_combination(
            first: isMissing ? 0 : other * length, second: middle * length, result: result.first, step: 0,
            result_step: 0, count: 1, length: length, first_is_made: false, second_is_made: false,
            first_is_zero: isMissing, is_sum: false)
    }

    /// The same along a row.
    mutating func columnDifferences(_ side: PairSide, _ row: Rows, _ axis: PairedAxis) -> Rows {
        let result = reserve(1, axis.pairs)
        combinations += columnDifferences(side, row, axis, into: result)
        return result
    }

    func columnDifferences(
        _ side: PairSide, _ row: Rows, _ axis: PairedAxis, into result: Rows
    ) -> [vae_combination] {
        let reach = side == .before ? -axis.reach : axis.reach
        func differences(_ pairs: Range<Int>, isMissing: Bool) -> vae_combination? {
            guard !pairs.isEmpty else { return nil }
            let middle = row.first + (axis.middle + pairs.lowerBound * axis.distance) * channels
            return vae_combination(
                first: isMissing ? 0 : middle + reach * channels, second: middle,
                result: result.first + pairs.lowerBound * channels, step: axis.distance * channels,
                result_step: channels, count: pairs.count, length: channels, first_is_made: row.isMade,
                second_is_made: row.isMade, first_is_zero: isMissing, is_sum: false)
        }
        let head = axis.isMissing(side, of: 0) ? 1 : 0
        let tail = axis.pairs > head && axis.isMissing(side, of: axis.pairs - 1) ? 1 : 0
        return [
            differences(0..<head, isMissing: true),
            differences(head..<axis.pairs - tail, isMissing: false),
            differences(axis.pairs - tail..<axis.pairs, isMissing: true),
        ].compactMap(\.self)
    }

    /// Each pair of rows added up.
    mutating func sums(_ rows: Rows) -> Rows {
        let result = reserve(rows.count / 2, width)
        for pair in 0..<result.count {
            combinations.append(
                vae_combination(
                    first: rows.first + 2 * pair * rows.row, second: rows.first + (2 * pair + 1) * rows.row,
                    result: result.first + pair * result.row, step: 0, result_step: 0, count: 1,
                    length: result.row, first_is_made: false, second_is_made: false,
                    first_is_zero: false, is_sum: true))
        }
        return result
    }

    /// Each pair of outputs added up, along some rows.
    mutating func columnSums(_ rows: Rows, _ axis: PairedAxis) -> Rows {
        let result = reserve(rows.count, axis.pairs)
        for row in 0..<rows.count {
            let first = rows.first + row * rows.row + axis.firstOutput * channels
            combinations.append(
                vae_combination(
                    first: first, second: first + channels, result: result.first + row * result.row,
                    step: 2 * channels, result_step: channels, count: axis.pairs, length: channels,
                    first_is_made: rows.isMade, second_is_made: rows.isMade, first_is_zero: false,
                    is_sum: true))
        }
        return result
    }
}
