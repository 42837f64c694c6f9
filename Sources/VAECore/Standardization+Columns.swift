extension Standardization {
    /// The places, among a table's columns, of those that were measured, in their order: by name where both have names, else by number.
    /// - Parameters:
    ///   - found: the names of the table's columns
    ///   - path: what errors name
    /// - Throws: `invalidData` when the table has other columns.
    package func places(among found: [String], path: String) throws(VAEError) -> [Int] {
        guard !Self.areNumbers(columns), !Self.areNumbers(found) else {
            guard found.count == columns.count else {
                throw VAEError(
                    .invalidData, path, "has another number of columns than the model's table",
                    expected: "\(columns.count)", found: "\(found.count)",
                    advice: "Give the columns that the model was trained on, in their order.")
            }
            return Array(found.indices)
        }
        // Compared by bytes: texts are compared in Unicode's normal form, at the square of the time.
        var places: [[UInt8]: Int] = [:]
        for (place, name) in found.enumerated() {
            guard places.updateValue(place, forKey: Array(name.utf8)) == nil else {
                throw Self.twice(name, path)
            }
        }
        var missing: [String] = []
        var order: [Int] = []
        for column in columns {
            if let place = places.removeValue(forKey: Array(column.utf8)) {
                order.append(place)
            } else {
                missing.append(column)
            }
        }
        guard missing.isEmpty, places.isEmpty else {
            let extra = places.values.sorted().map { found[$0] }
            let faults = [("without", missing), ("with", extra)].filter { !$1.isEmpty }
            throw VAEError(
                .invalidData, path, "has other columns than the model's table", expected: Self.list(columns),
                found: faults.map { "\($0) \(Self.list($1))" }.joined(separator: ", "),
                advice:
                    "Give all of the columns that the model was trained on and no others; their order is free."
            )
        }
        return order
    }

    /// - Throws: `invalidData` when two columns have one name.
    package static func checkNames(_ columns: [String], path: String) throws(VAEError) {
        var seen: Set<[UInt8]> = []
        for name in columns where !seen.insert(Array(name.utf8)).inserted { throw twice(name, path) }
    }

    /// Columns that differ by their numbers alone, as those of a table without names. A first row of numbers is never taken for names.
    private static func areNumbers(_ names: [String]) -> Bool {
        let numbers = names.map { name in name.utf8.count < 8 ? Int(name) ?? 0 : 0 }
        return zip([0] + numbers, numbers).allSatisfy(<)
    }

    private static func twice(_ name: String, _ path: String) -> VAEError {
        VAEError(
            .invalidData, path, "has several columns called \"\(name.prefix(100))\"",
            expected: "a name of its own for each", advice: "Rename all but one of them.")
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(8).map { "\"\($0.prefix(40))\"" }.joined(separator: ", ")
        return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
    }

    /// The rows of a table with the columns at `places` alone, in that order.
    /// - Parameters:
    ///   - values: (rows, width)
    ///   - width: the table's columns
    package static func rows(_ values: [Float], width: Int, places: [Int]) -> [Float] {
        guard !places.elementsEqual(0..<width) else { return values }
        return stride(from: 0, to: values.count, by: width).flatMap { row in places.map { values[row + $0] } }
    }
}
