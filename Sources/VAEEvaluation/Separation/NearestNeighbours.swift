import Kernels
import VAECore

/// Classes by the vote of the nearest labelled points (Fix and Hodges 1951; Cover and Hart 1967).
///
/// Distances are Euclidean and compared in Double: rounding in single precision never decides. Ties are broken by rule:
/// - of points at one distance, the one that comes first in the training set is nearer;
/// - of classes with as many votes, the one with the nearest voter wins.
public struct NearestNeighbours: Sendable {
    /// Voters of each point.
    public let neighbours: Int
    private let points: Points
    private let labels: [Int]
    private let index: ClassIndex

    /// 10 voters: enough that a single stray point does not decide where classes overlap, as they do in a plane, and few beside the
    /// hundreds or thousands of points that a class has. Fixed beforehand rather than chosen by its result.
    public static let defaultNeighbours = 10

    /// - Throws: `invalidArgument` when the points have no labels or are of one class, or `neighbours` is not from 1 to the number of
    ///   points.
    public init(fittedTo points: Points, neighbours: Int = defaultNeighbours) throws(VAEError) {
        labels = try points.requireLabels("nearest neighbours")
        index = ClassIndex(labels)
        try index.requireSeveral("nearest neighbours")
        try VAEError.require(
            "neighbours", neighbours, in: 1...points.count, unit: ", the number of points")
        self.points = points
        self.neighbours = neighbours
    }

    /// The class of each point. O(points · training points · size), shared between `threads`; memory for a copy of the training points.
    ///
    /// The same for any number of threads and on any processor.
    /// - Throws: `invalidArgument` when the points lie in another space; `unavailable` without memory enough.
    public func predict(_ points: Points, threads: Int = Machine.physicalCores) throws(VAEError) -> [Int] {
        try points.requireSameSpace(as: self.points.size, "points")
        return try vote(on: points, leavingOneOut: false, threads)
    }

    /// The classification of labelled points: accuracy and confusion.
    /// - Throws: as `predict`, and `invalidArgument` when the points have no labels.
    public func classification(
        of points: Points, threads: Int = Machine.physicalCores
    ) throws(VAEError) -> Classification {
        let actual = try points.requireLabels("an accuracy")
        return try Classification(predicted: predict(points, threads: threads), actual: actual)
    }

    /// The classification of the training points themselves, each by all the others.
    /// - Throws: `invalidArgument` when there are no more points than neighbours.
    public func leaveOneOut(threads: Int = Machine.physicalCores) throws(VAEError) -> Classification {
        // Points of several classes are two or more.
        try VAEError.require(
            "neighbours", neighbours, in: 1...points.count - 1, unit: ", the number of other points")
        return try Classification(
            predicted: vote(on: points, leavingOneOut: true, threads), actual: labels)
    }

    private func vote(on queries: Points, leavingOneOut: Bool, _ threads: Int) throws(VAEError) -> [Int] {
        let pool = try makePool(threads)
        let found = try allocating { () throws(OutOfMemory) in
            try NeighbourSearch.search(
                queries.coordinates, among: points.coordinates, size: points.size, k: neighbours,
                leavingOneOut: leavingOneOut, pool: pool)
        }
        let numbers = index.numbers
        var votes = [Int](repeating: 0, count: index.classes.count)
        return (0..<queries.count).map { query in
            let voters = found.indices[query * neighbours..<(query + 1) * neighbours]
            for voter in voters { votes[numbers[Int(voter)]] += 1 }
            // From the nearest on: a later class must have more votes.
            var winner = numbers[Int(voters[voters.startIndex])]
            for voter in voters where votes[numbers[Int(voter)]] > votes[winner] {
                winner = numbers[Int(voter)]
            }
            for voter in voters { votes[numbers[Int(voter)]] = 0 }
            return index.classes[winner]
        }
    }
}
