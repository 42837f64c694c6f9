/// Columns brought to mean 0 and standard deviation 1, and back.
///
/// A column that never changes has scale 1: it becomes 0, and is named by ``constantColumns``.
public struct Standardization: Sendable, Hashable, Codable {
    /// The names of the columns.
    public let columns: [String]
    /// The mean of each column.
    public let means: [Double]
    /// The standard deviation of each column over all rows (divided by their number), more than 0; 1 for a column that never changes.
    public let scales: [Double]
    /// The names of the columns that never change.
    public let constantColumns: [String]

    /// Measures the columns of a table. Sums are taken in double precision, in the order of the rows: the same numbers give the same bits.
    /// - Parameters:
    ///   - columns: the names of the columns
    ///   - values: (rows, columns)
    /// - Throws: `invalidArgument` when there are no columns or rows, or the values are not a whole number of rows; `invalidData`
    ///   when a value is not finite.
    /// - Complexity: O(n), in two passes.
    public init(columns: [String], values: [Float]) throws(VAEError) {
        guard !columns.isEmpty, !values.isEmpty, values.count.isMultiple(of: columns.count) else {
            throw VAEError(
                .invalidArgument, "table values", "are not a whole number of rows",
                expected: "a multiple of \(columns.count), more than 0", found: "\(values.count)")
        }
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw VAEError(
                .invalidData, "column \"\(columns[index % columns.count].prefix(100))\"",
                "holds a number that is not finite",
                found: "\(values[index]) in row \(index / columns.count + 1)")
        }
        let width = columns.count
        let rows = Double(values.count / width)
        var means = [Double](repeating: 0, count: width)
        var squares = means
        var changes = [Bool](repeating: false, count: width)
        for start in stride(from: 0, to: values.count, by: width) {
            for column in 0..<width {
                means[column] += Double(values[start + column])
                if values[start + column] != values[column] { changes[column] = true }
            }
        }
        // A column that never changes has its value for a mean, without the rounding of the sum.
        for column in 0..<width {
            means[column] = changes[column] ? means[column] / rows : Double(values[column])
        }
        for start in stride(from: 0, to: values.count, by: width) {
            for column in 0..<width {
                let difference = Double(values[start + column]) - means[column]
                squares[column] += difference * difference
            }
        }
        self.columns = columns
        self.means = means
        scales = (0..<width).map { changes[$0] ? (squares[$0] / rows).squareRoot() : 1 }
        constantColumns = (0..<width).filter { !changes[$0] }.map { columns[$0] }
    }

    /// - Throws: `DecodingError` unless there is a finite mean and a finite scale above 0 for each column.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        columns = try container.decode([String].self, forKey: .columns)
        means = try container.decode([Double].self, forKey: .means)
        scales = try container.decode([Double].self, forKey: .scales)
        constantColumns = try container.decode([String].self, forKey: .constantColumns)
        guard !columns.isEmpty, means.count == columns.count, scales.count == columns.count,
            constantColumns.count <= columns.count, means.allSatisfy(\.isFinite),
            scales.allSatisfy({ $0.isFinite && $0 > 0 })
        else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: container.codingPath,
                    debugDescription: "not a finite mean and a finite scale above 0 for each column"))
        }
    }

    /// (x − mean) / scale for every column, computed in double precision.
    /// - Parameter values: (rows, columns), all finite
    /// - Throws: `invalidArgument` when the values are not a whole number of rows; `invalidData` when a result is not finite in single
    ///   precision.
    public func apply(_ values: [Float]) throws(VAEError) -> [Float] {
        try mapped(values) { (Double($0) - means[$1]) / scales[$1] }
    }

    /// x · scale + mean for every column, computed in double precision: what was given to ``apply(_:)`` up to rounding.
    /// - Parameter values: (rows, columns), all finite
    /// - Throws: `invalidArgument` when the values are not a whole number of rows; `invalidData` when a result is not finite in single
    ///   precision.
    public func undo(_ values: [Float]) throws(VAEError) -> [Float] {
        try mapped(values) { Double($0) * scales[$1] + means[$1] }
    }

    private func mapped(_ values: [Float], _ formula: (Float, Int) -> Double) throws(VAEError) -> [Float] {
        guard values.count.isMultiple(of: columns.count) else {
            throw VAEError(
                .invalidArgument, "table values", "are not a whole number of rows",
                expected: "a multiple of \(columns.count)", found: "\(values.count)")
        }
        var result: [Float] = []
        result.reserveCapacity(values.count)
        for start in stride(from: 0, to: values.count, by: columns.count) {
            for column in columns.indices {
                let value = Float(formula(values[start + column], column))
                guard value.isFinite else {
                    throw VAEError(
                        .invalidData, "column \"\(columns[column].prefix(100))\"",
                        "leaves the range of single precision", found: "\(values[start + column])",
                        advice: "Check that it is the same column, in the same unit.")
                }
                result.append(value)
            }
        }
        return result
    }
}
