import Kernels
import VAECore

/// The silhouette of classes: how much nearer points lie to their own than to the nearest other one (Rousseeuw 1987, "Silhouettes").
///
/// A point's coefficient is (b − a) / max(a, b), with a its mean Euclidean distance to the others of its class and b the least
/// of its mean distances to another class: from 1, far from all others, through 0, on the border, to −1, in the midst
/// of another class. A point alone in its class has 0, as in the source; so has one in the same place as all others.
public struct Silhouette: Sendable, Hashable, Codable {
    /// The mean over all points.
    public let mean: Double
    /// Ascending.
    public let classes: [Int]
    /// The mean over the points of each class.
    public let classMeans: [Double]

    /// Exact, over all pairs of points: O(n² · size), shared between `threads`, the same for any number of them. In Double.
    ///
    /// - Throws: `invalidArgument` when the points have no labels, or one class only.
    public init(of points: Points, threads: Int = Machine.physicalCores) throws(VAEError) {
        let index = ClassIndex(try points.requireLabels("a silhouette"))
        let values = try Self.coefficients(of: points, index, threads)
        var sums = [Double](repeating: 0, count: index.classes.count)
        for (point, value) in values.enumerated() { sums[index.numbers[point]] += value }
        classes = index.classes
        classMeans = zip(sums, index.sizes).map { $0 / Double($1) }
        mean = values.reduce(0, +) / Double(values.count)
    }

    /// The coefficient of each point.
    /// - Throws: as `init(of:threads:)`.
    package static func coefficients(
        of points: Points, threads: Int = Machine.physicalCores
    ) throws(VAEError) -> [Double] {
        try coefficients(of: points, ClassIndex(points.requireLabels("a silhouette")), threads)
    }

    private static func coefficients(
        of points: Points, _ index: ClassIndex, _ threads: Int
    ) throws(VAEError) -> [Double] {
        try index.requireSeveral("a silhouette")
        let classCount = index.classes.count
        let sums = DistanceSums.between(
            points.coordinates, size: points.size, groups: index.numbers, groupCount: classCount,
            pool: try makePool(threads))
        return index.numbers.enumerated().map { point, own in
            guard index.sizes[own] > 1 else { return 0 }
            // The sum includes the point itself, at distance 0.
            let a = sums[point * classCount + own] / Double(index.sizes[own] - 1)
            var b = Double.infinity
            for other in 0..<classCount where other != own {
                b = min(b, sums[point * classCount + other] / Double(index.sizes[other]))
            }
            return max(a, b) > 0 ? (b - a) / max(a, b) : 0
        }
    }
}
