/// The spread of a number over several runs.
package struct Spread: Sendable, Encodable, Hashable {
    package let count: Int
    package let mean: Double
    /// √(Σ (x − mean)² / (n − 1)); nil for one run.
    package let standardDeviation: Double?
    package let median, least, largest: Double

    /// nil for no numbers, or where one is not finite.
    package init?(_ values: [Double]) {
        guard !values.isEmpty, values.allSatisfy(\.isFinite) else { return nil }
        let sorted = values.sorted()
        let mean = values.reduce(0, +) / Double(values.count)
        count = values.count
        self.mean = mean
        standardDeviation =
            values.count < 2
            ? nil
            : (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
        let middle = values.count / 2
        median = values.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        least = sorted[0]
        largest = sorted[sorted.count - 1]
    }
}
