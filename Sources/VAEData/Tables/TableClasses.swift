import VAECore

/// The different labels of a column, collected row by row.
struct TableClasses {
    /// The most different labels.
    static let most = 1 << 16
    /// Bytes of the longest label.
    static let longest = 256

    private var places: [[UInt8]: Int] = [:]
    private var names: [String] = []
    private var indices: [Int] = []

    /// - Parameter place: where the label stands, for errors
    /// - Throws: `invalidData` when it is empty, too long, or one too many.
    mutating func append(_ field: TableField, at place: String, of path: String) throws(VAEError) {
        guard field.count > 0 else {
            throw VAEError(
                .invalidData, path, "has no label in \(place)",
                advice: "Fill the gap in, or leave such rows out.")
        }
        guard field.count <= Self.longest else {
            throw VAEError(
                .invalidData, path, "has a label that is too long in \(place)",
                expected: "at most \(Self.longest) bytes", found: "\(field.count)")
        }
        let name = field.text(Self.longest)
        // Compared by bytes: texts are compared in Unicode's normal form, at the square of the time.
        let key = Array(name.utf8)
        if let index = places[key] { return indices.append(index) }
        guard names.count < Self.most else {
            throw VAEError(
                .invalidData, path, "has too many different labels", expected: "at most \(Self.most)",
                found: "another in \(place)", advice: "Name a column of classes as the label column.")
        }
        places[key] = names.count
        indices.append(names.count)
        names.append(name)
    }

    /// The labels in their natural order: by value where all are numbers, or else by their bytes.
    func labels(column: String) -> NumericTable.Labels {
        let numbers = names.map { Double($0).flatMap { $0.isFinite ? $0 : nil } }
        let areNumbers = numbers.allSatisfy { $0 != nil }
        let order = names.indices.sorted { first, second in
            if areNumbers, let a = numbers[first], let b = numbers[second], a != b { return a < b }
            return names[first].utf8.lexicographicallyPrecedes(names[second].utf8)
        }
        var rank = [Int](repeating: 0, count: names.count)
        for (new, old) in order.enumerated() { rank[old] = new }
        return NumericTable.Labels(
            column: column, classes: order.map { names[$0] }, indices: indices.map { rank[$0] })
    }
}
