import VAECore

/// The results of a classifier on points whose classes are known.
public struct Classification: Sendable, Hashable, Codable {
    /// All classes that occur, true or predicted, ascending.
    public let classes: [Int]
    /// (classes, classes): how many points of each class, by row, were taken for each, by column.
    public let confusion: [[Int]]
    /// The share of points that were classified right, 0 to 1, with the standard error of a share of so many independent points.
    public let accuracy: Estimate

    /// - Throws: `invalidArgument` when there are no points, or the two differ in number.
    public init(predicted: [Int], actual: [Int]) throws(VAEError) {
        guard !actual.isEmpty, predicted.count == actual.count else {
            throw VAEError(
                .invalidArgument, "predicted classes", "differ in number from the labels",
                expected: actual.isEmpty ? "one or more" : "\(actual.count)", found: "\(predicted.count)")
        }
        let index = ClassIndex(actual + predicted)
        var confusion = index.classes.map { _ in [Int](repeating: 0, count: index.classes.count) }
        for point in actual.indices {
            confusion[index.numbers[point]][index.numbers[actual.count + point]] += 1
        }
        classes = index.classes
        self.confusion = confusion
        accuracy = Estimate(of: zip(predicted, actual).map { $0 == $1 ? 1.0 : 0.0 })
    }

    /// The share of the points of each class that were classified right; not a number for a class of which there are none.
    public var classAccuracies: [Double] {
        confusion.enumerated().map { Double($1[$0]) / Double($1.reduce(0, +)) }
    }
}
