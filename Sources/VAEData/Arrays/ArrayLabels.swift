import VAECore

/// The labels of an array, and what was made of its numbers.
package struct ArrayLabels: Sendable, Equatable {
    /// One for each item.
    package let values: [Int]
    /// What became of the numbers, as a phrase for people; nil where they are as they were.
    package let note: String?
}

extension NumericArray {
    /// The numbers as labels: whole numbers of shape (n) or (n, 1), rows of 0 and a single 1 of shape (n, classes), or the table
    /// of QMNIST, int32 of shape (n, 8), whose first column is the digit.
    /// - Parameter path: what errors name
    /// - Throws: `invalidData` when the array has another shape, or numbers that are not whole.
    package func labels(path: String) throws(VAEError) -> ArrayLabels {
        let isVector = shape.count == 1 || shape.count == 2 && shape[1] == 1
        guard isVector || shape.count == 2 else {
            throw VAEError(
                .invalidData, path, "does not hold labels",
                expected: "an array of shape (n), (n, 1) or (n, classes)", found: "\(shape)",
                advice: "Check that images and labels are not swapped.")
        }
        let note = type.isFloat ? "whole numbers in \(type.rawValue)" : nil
        if isVector { return ArrayLabels(values: try whole(path), note: note) }
        let classes = shape[1]
        let floats = floats
        if let labels = Self.places(floats, classes) {
            return ArrayLabels(values: labels, note: "rows of a single 1 in \(classes) columns")
        }
        guard type == .int32, classes == 8 else {
            let row = Self.faultyRow(floats, classes)
            throw VAEError(
                .invalidData, path, "holds a row that is no label", expected: "a single 1, and 0 otherwise",
                found: "row \(row) of an array of shape \(shape)",
                advice: "Give one whole number for each image.")
        }
        let all = try whole(path)
        let digits = stride(from: 0, to: all.count, by: classes).map { all[$0] }
        return ArrayLabels(values: digits, note: "QMNIST's table, column 0 used")
    }

    private func whole(_ path: String) throws(VAEError) -> [Int] {
        switch values {
        case .bools(let values): return values.map { $0 ? 1 : 0 }
        case .int8(let values): return values.map(Int.init)
        case .int16(let values): return values.map(Int.init)
        case .int32(let values): return values.map(Int.init)
        case .int64(let values): return values.map(Int.init)
        case .bytes(let values): return values.map(Int.init)
        case .uint16(let values): return values.map(Int.init)
        case .uint32(let values): return values.map(Int.init)
        case .uint64(let values): return try whole(values, path) { Int(exactly: $0) }
        case .halves(let values): return try whole(values, path) { Int(exactly: $0) }
        case .floats(let values): return try whole(values, path) { Int(exactly: $0) }
        case .doubles(let values): return try whole(values, path) { Int(exactly: $0) }
        }
    }

    private func whole<T>(
        _ values: [T], _ path: String, _ convert: (T) -> Int?
    ) throws(VAEError) -> [Int] {
        var labels: [Int] = []
        labels.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            guard let label = convert(value) else {
                throw VAEError(
                    .invalidData, path, "holds a label that is no whole number of 64 bits",
                    found: "\(value) at \(place(of: index))", advice: "Give one whole number for each image.")
            }
            labels.append(label)
        }
        return labels
    }

    /// The place of the single 1 in each row; nil where a row is something else.
    private static func places(_ values: [Float], _ classes: Int) -> [Int]? {
        guard classes > 0 else { return nil }
        var labels: [Int] = []
        labels.reserveCapacity(values.count / classes)
        for start in stride(from: 0, to: values.count, by: classes) {
            guard let place = place(of: values[start..<start + classes]) else { return nil }
            labels.append(place)
        }
        return labels
    }

    private static func faultyRow(_ values: [Float], _ classes: Int) -> Int {
        guard classes > 0 else { return 0 }
        let starts = stride(from: 0, to: values.count, by: classes)
        return (starts.first { place(of: values[$0..<$0 + classes]) == nil } ?? 0) / classes
    }

    private static func place(of row: ArraySlice<Float>) -> Int? {
        var place: Int?
        for (index, value) in row.enumerated() where value != 0 {
            guard value == 1, place == nil else { return nil }
            place = index
        }
        return place
    }
}
