import VAECore

/// The factors that images were made from, such as the place of a square: a value of each for every image.
public struct KnownFactors: Sendable, Hashable {
    /// The names of the factors.
    public let names: [String]
    /// (images, factors), row by row: the rank of the factor's value among those that it has.
    let ranks: [Int]

    /// So many can be told from one table.
    static let mostFactors = 256

    /// Images.
    public var count: Int { ranks.count / names.count }

    /// - Parameters:
    ///   - names: one or more, at most 256
    ///   - values: (images, factors), row by row: any finite numbers, of which those that are equal are one value
    /// - Throws: `invalidArgument` for no names or too many, and values that are no whole number of rows; `invalidData` for a value that is not
    ///   finite, for a factor that has the same value everywhere, and for one with so many values that images share none, whose
    ///   information with anything would be that of chance.
    public init(names: [String], values: [Float]) throws(VAEError) {
        try VAEError.require("factors", names.count, in: 1...Self.mostFactors)
        let (columns, rows) = (names.count, values.count / names.count)
        guard rows > 0, values.count == rows * columns else {
            throw VAEError(
                .invalidArgument, "factors", "are no whole number of rows",
                expected: "a multiple of \(columns)",
                found: "\(values.count)")
        }
        var ranks = [Int](repeating: 0, count: values.count)
        for (column, name) in names.enumerated() {
            let found = (0..<rows).map { values[$0 * columns + column] }
            let subject = "factor \"\(name.prefix(100))\""
            if let row = found.firstIndex(where: { !$0.isFinite }) {
                throw VAEError(
                    .invalidData, subject, "has a value that is not finite",
                    found: "\(found[row]) in row \(row + 1)")
            }
            let distinct = Set(found).sorted()
            guard distinct.count > 1 else {
                throw VAEError(
                    .invalidData, subject, "has the same value everywhere", expected: "two values or more",
                    found: "\(found[0])",
                    advice: "Leave it out: it has no entropy that a gap could be a share of.")
            }
            guard distinct.count <= max(2, rows / 2) else {
                throw VAEError(
                    .invalidData, subject, "has too many values for counts of them",
                    expected: "at most \(max(2, rows / 2)), half as many as images",
                    found: "\(distinct.count)",
                    advice: "Round it to some ten or twenty steps.")
            }
            let places = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, $0) })
            for row in 0..<rows { ranks[row * columns + column] = places[found[row]] ?? 0 }
        }
        self.names = names
        self.ranks = ranks
    }
}
