import VAECore

/// Rows of numbers in named columns, with or without a label for each row.
package struct NumericTable: Sendable, Equatable {
    /// The labels of a table's rows.
    package struct Labels: Sendable, Equatable {
        /// The column that they stood in.
        package let column: String
        /// The different labels: numbers by their value, or else texts by their bytes.
        package let classes: [String]
        /// For each row the place of its label among `classes`.
        package let indices: [Int]
    }

    /// The names of the columns; their numbers, from 1, where there are no names.
    package let columns: [String]
    /// (rows, columns), all finite, or NaN where gaps were allowed
    package let values: [Float]
    /// nil where no column was named as labels.
    package let labels: Labels?

    /// Rows.
    package var count: Int { columns.isEmpty ? 0 : values.count / columns.count }

    init(columns: [String], values: [Float], labels: Labels?) {
        (self.columns, self.values, self.labels) = (columns, values, labels)
    }

    /// The numbers of an array of shape (rows, columns), rounded to single precision.
    /// - Parameters:
    ///   - path: what errors name
    ///   - allowsGaps: whether NaN may stand for numbers that are not known
    /// - Throws: `invalidData` for another shape, no numbers, and numbers that are not finite in single precision.
    package init(_ array: NumericArray, path: String, allowsGaps: Bool = false) throws(VAEError) {
        guard array.shape.count == 2 else {
            throw VAEError(
                .invalidData, path, "does not hold a table", expected: "an array of shape (rows, columns)",
                found: "\(array.shape)", advice: "Reshape it to two dimensions.")
        }
        guard array.values.count > 0 else {
            throw VAEError(.invalidData, path, "holds no rows", found: "an array of shape \(array.shape)")
        }
        let values = array.floats
        if let index = values.firstIndex(where: { !$0.isFinite && !(allowsGaps && $0.isNaN) }) {
            throw VAEError(
                .invalidData, path, "holds a number that is not finite in single precision",
                found: "\(values[index]) at \(array.place(of: index))",
                advice: "Leave such rows out, or fill the gaps in.")
        }
        self.init(columns: (1...array.shape[1]).map(String.init), values: values, labels: nil)
    }
}
